from django.urls import path

from zhiheng.marking import progress_views, views

urlpatterns = [
    path("marking/", views.marking, name="marking"),
    path("marking/next/", views.take, name="marking_take"),
    path("marking/answers/<uuid:task_id>/", views.answer, name="marking_answer"),
    path("marking/answers/<uuid:task_id>/hand-back/", views.give_back, name="marking_hand_back"),
    path("marking/answers/<uuid:task_id>/media/<str:sha256>/", views.shown, name="marking_shown"),
    path("marking/progress/", progress_views.overview, name="marking_progress"),
    path("marking/progress/<uuid:offering_id>/", progress_views.offering, name="marking_offering"),
    path("marking/progress/<uuid:offering_id>/keys/", progress_views.keys, name="marking_keys"),
    path("marking/progress/<uuid:offering_id>/open/", progress_views.open_written, name="marking_open"),
    path("marking/progress/<uuid:offering_id>/reclaim/", progress_views.reclaim, name="marking_reclaim"),
    path("marking/progress/<uuid:offering_id>/settle/", progress_views.settle, name="marking_settle"),
]
