from django.urls import include, path

from zhiheng.portal import api, public_views, timeline_views, views
from zhiheng.portal.health import healthz

urlpatterns = [
    path("", views.front, name="front"),
    path("home/", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("programmes/", views.programmes, name="programmes"),
    path("programmes/<slug:programme>/", views.programme, name="programme"),
    path("faq/", public_views.faq, name="faq"),
    path("directory/", public_views.directory, name="directory"),
    path("timeline/", timeline_views.timeline, name="timeline"),
    path("timeline/feed/", timeline_views.new_feed, name="new_feed"),
    path("my/sittings.ics", timeline_views.my_feed, name="my_feed"),
    path("check/", views.check, name="check"),
    path("api/v1/", include((api.patterns(), "ninja"), namespace="api")),
    path("healthz", healthz, name="healthz"),
]
