from django.urls import path

from zhiheng.people.complaints import handling, views

urlpatterns = [
    path("complaints/new/", views.new_complaint, name="new_complaint"),
    path("complaints/register/", handling.complaints, name="complaints"),
    path("complaints/register/<uuid:complaint_id>/", handling.complaint, name="complaint"),
    path("complaints/register/<uuid:complaint_id>/<slug:act>/", handling.act, name="act_on_complaint"),
    path(
        "complaints/register/<uuid:complaint_id>/files/<uuid:entry_id>/",
        handling.complaint_file,
        name="complaint_file",
    ),
    path("complaints/<slug:number>/", views.complaint_status, name="complaint_status"),
    path("complaints/<slug:number>/files/<uuid:entry_id>/", views.own_file, name="own_complaint_file"),
    path("my/complaints/", views.my_complaints, name="my_complaints"),
    path("institution/questions/", views.complaint_questions, name="complaint_questions"),
    path("institution/questions/<uuid:entry_id>/", views.complaint_question, name="complaint_question"),
]
