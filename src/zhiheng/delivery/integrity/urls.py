from django.urls import path

from zhiheng.delivery.integrity import views

urlpatterns = [
    path("delivery/<uuid:offering_id>/attempts/<str:number>/", views.attempt_record, name="attempt_record"),
    path("rooms/<uuid:watch_id>/record/<str:number>/", views.room_record, name="room_record"),
]
