from django.urls import path

from zhiheng.practicals import panel_views, views
from zhiheng.practicals.absence import views as absence

urlpatterns = [
    path("panels/", views.examining, name="examining"),
    path("panels/<uuid:panel_id>/", views.panel, name="panel"),
    path("panels/candidates/<uuid:candidate_id>/", views.score_sheet, name="score_sheet"),
    path("panels/candidates/<uuid:candidate_id>/absent/", views.absent, name="skill_absent"),
    path("panels/candidates/<uuid:candidate_id>/absence/", absence.absence, name="skill_absence"),
    path("panels/candidates/<uuid:candidate_id>/absence/ask/", absence.ask, name="ask_skill_absence"),
    path(
        "panels/candidates/<uuid:candidate_id>/absence/decide/", absence.decide, name="decide_skill_absence"
    ),
    path("panels/candidates/<uuid:candidate_id>/sign-off/", views.sign, name="skill_sign_off"),
    path("skill/", panel_views.offerings, name="skill_offerings"),
    path("skill/<uuid:offering_id>/", panel_views.offering, name="skill_offering"),
    path("skill/<uuid:offering_id>/panels/new/", panel_views.new_panel, name="form_panel"),
    path("skill/panels/<uuid:panel_id>/", panel_views.assign, name="assign_candidates"),
    path("skill/tasks/<uuid:task_id>/", panel_views.task_sheet, name="skill_task"),
    path("skill/tasks/<uuid:task_id>/task.pdf", panel_views.task_paper, name="skill_task_pdf"),
]
