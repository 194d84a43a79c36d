from django.urls import path

from zhiheng.delivery.rescue import views

urlpatterns = [
    path("delivery/<uuid:offering_id>/rescue/", views.rescues, name="rescues"),
    path("delivery/<uuid:offering_id>/rescue/new/", views.bring, name="rescue_bring"),
    path("delivery/rescue/<uuid:rescue_id>/", views.rescue, name="rescue"),
]
