"""Under rooms/: the invigilator's own room by its watch, and the whole hall by its offering."""

from django.urls import URLPattern, path

from zhiheng.delivery.console import act_views, door_views, report_views, views

urlpatterns: list[URLPattern] = [
    path("<uuid:watch_id>/line/", views.room_line, name="room_line"),
    path("<uuid:watch_id>/seats/<str:number>/", act_views.room_seat, name="room_seat"),
    path("<uuid:watch_id>/acts/<slug:kind>/", act_views.room_act, name="room_act"),
    path("<uuid:watch_id>/outages/", views.room_outages, name="room_outages"),
    path("<uuid:watch_id>/outages/<str:key>/", views.room_outage, name="room_outage"),
    path("<uuid:watch_id>/door/<str:number>/", door_views.door, name="room_door"),
    path("<uuid:watch_id>/door/<str:number>/photo/", door_views.door_photo, name="room_door_photo"),
    path("<uuid:watch_id>/report.pdf", report_views.room_report, name="room_report"),
    path("all/<uuid:offering_id>/", views.hall, name="hall"),
    path("all/<uuid:offering_id>/line/", views.hall_line, name="hall_line"),
    path("all/<uuid:offering_id>/seats/<str:number>/", act_views.hall_seat, name="hall_seat"),
    path("all/<uuid:offering_id>/acts/<slug:kind>/", act_views.hall_act, name="hall_act"),
    path("all/<uuid:offering_id>/outages/", views.hall_outages, name="hall_outages"),
    path("all/<uuid:offering_id>/outages/<str:key>/", views.hall_outage, name="hall_outage"),
    path(
        "all/<uuid:offering_id>/rooms/<uuid:room_id>/report.pdf",
        report_views.hall_report,
        name="hall_report",
    ),
]
