from django.views.i18n import set_language
from django.urls import path

from zhiheng.people import views
from zhiheng.people.access import public

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", public(set_language), name="set_language"),
]
