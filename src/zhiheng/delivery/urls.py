from django.urls import include, path

from zhiheng.delivery import room_views, views
from zhiheng.delivery.preparing import views as preparing

urlpatterns = [
    path("delivery/", views.overview, name="delivery"),
    path("delivery/<uuid:offering_id>/", views.offering, name="delivery_offering"),
    path("delivery/<uuid:offering_id>/publish/", preparing.publish, name="delivery_publish"),
    path("delivery/preparations/<uuid:preparation_id>/cancel/", preparing.cancel, name="preparation_cancel"),
    path("delivery/<uuid:offering_id>/attempts/", views.attempts, name="delivery_attempts"),
    path("delivery/<uuid:offering_id>/collect/", views.collect_answers, name="delivery_collect"),
    path("delivery/<uuid:offering_id>/late/", views.late, name="delivery_late"),
    path("delivery/<uuid:offering_id>/late/<int:entry>/", views.decide, name="delivery_late_decide"),
    path("rooms/", room_views.my_rooms, name="my_rooms"),
    path("rooms/<uuid:watch_id>/", room_views.room, name="room"),
    path("rooms/<uuid:watch_id>/photos/<str:number>/", room_views.photo, name="room_photo"),
    path("rooms/<uuid:watch_id>/check-in/<str:number>/", room_views.check_in_here, name="room_check_in"),
    path("rooms/<uuid:watch_id>/absent/<str:number>/", room_views.absent, name="room_absent"),
    path("rooms/<uuid:watch_id>/incidents/", room_views.incident, name="room_incident"),
    path("rooms/", include("zhiheng.delivery.console.urls")),
    path("", include("zhiheng.delivery.receipts.urls")),
    path("", include("zhiheng.delivery.rescue.urls")),
    path("", include("zhiheng.delivery.integrity.urls")),
    path("", include("zhiheng.delivery.accommodations.urls")),
    path("", include("zhiheng.delivery.conditions.urls")),
]
