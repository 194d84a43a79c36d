from django.urls import path

from zhiheng.portal import views
from zhiheng.portal.health import healthz

urlpatterns = [
    path("", views.front, name="front"),
    path("home/", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("programmes/", views.programmes, name="programmes"),
    path("programmes/<slug:programme>/", views.programme, name="programme"),
    path("check/", views.check, name="check"),
    path("healthz", healthz, name="healthz"),
]
