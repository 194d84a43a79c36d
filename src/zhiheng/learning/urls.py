from django.urls import path

from zhiheng.learning import views

urlpatterns = [
    path("learning/", views.my_learning, name="my_learning"),
    path("learning/<uuid:application_id>/", views.study, name="study"),
    path("learning/<uuid:application_id>/practice/<slug:area>/", views.practice, name="practice"),
    path("learning/<uuid:application_id>/media/<str:sha256>/", views.shown, name="practice_shown"),
    path("learning/<uuid:application_id>/answers/<uuid:answer_id>/", views.explained, name="explained"),
    path("attendance/", views.attendance, name="attendance"),
    path("attendance/<uuid:application_id>/", views.attendance_of_learner, name="attendance_of"),
]
