from django.urls import include, path

from zhiheng.portal import api, public_views, views
from zhiheng.portal.health import healthz

urlpatterns = [
    path("", views.front, name="front"),
    path("home/", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("programmes/", views.programmes, name="programmes"),
    path("programmes/<slug:programme>/", views.programme, name="programme"),
    path("faq/", public_views.faq, name="faq"),
    path("directory/", public_views.directory, name="directory"),
    path("check/", views.check, name="check"),
    path("api/v1/", include((api.patterns(), "ninja"), namespace="api")),
    path("healthz", healthz, name="healthz"),
]
