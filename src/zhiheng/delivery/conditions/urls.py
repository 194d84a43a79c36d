from django.urls import path

from zhiheng.delivery.conditions import views

urlpatterns = [
    path("delivery/<uuid:offering_id>/conditions/", views.conditions, name="delivery_conditions"),
    path("delivery/<uuid:offering_id>/conditions/files/", views.add_file, name="add_seb_file"),
    path(
        "delivery/<uuid:offering_id>/conditions/files/<uuid:file_id>/remove/",
        views.remove_file,
        name="remove_seb_file",
    ),
    path(
        "delivery/<uuid:offering_id>/conditions/files/<uuid:file_id>.seb", views.own_file, name="own_seb_file"
    ),
    path("seb/<uuid:offering_id>/", views.seb_page, name="seb"),
    path("seb/<uuid:offering_id>.seb", views.seb_file, name="seb_file"),
]
