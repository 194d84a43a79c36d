from django.urls import path

from zhiheng.assembly import views
from zhiheng.assembly.replacing import views as replacing
from zhiheng.assembly.sealing import views as sealing

urlpatterns = [
    path("papers/", views.blueprints, name="blueprints"),
    path("papers/new/", views.new_run, name="new_run"),
    path("papers/runs/<uuid:run_id>/", views.run, name="run"),
    path("papers/runs/<uuid:run_id>/cancel/", views.cancel, name="cancel_run"),
    path("papers/runs/<uuid:run_id>/approve/", sealing.approve_all, name="approve_pool"),
    path("papers/runs/<uuid:run_id>/discard/", sealing.discard_all, name="discard_pool"),
    path("papers/using/<str:name>/", views.item_usage, name="item_usage"),
    path(
        "papers/retractions/<uuid:retraction_id>/confirm/", sealing.confirm_retract, name="confirm_retraction"
    ),
    path("papers/retractions/<uuid:retraction_id>/drop/", sealing.drop_retract, name="drop_retraction"),
    path("papers/<uuid:paper_id>/", views.paper, name="paper"),
    path("papers/<uuid:paper_id>/approve/", sealing.approve, name="approve_paper"),
    path("papers/<uuid:paper_id>/discard/", sealing.discard, name="discard_paper"),
    path("papers/<uuid:paper_id>/retract/", sealing.retract, name="retract_paper"),
    path("papers/<uuid:paper_id>/replace/<str:item>/", replacing.replace, name="replace_item"),
    path("papers/<uuid:paper_id>/paper.pdf", views.paper_document, name="paper_document"),
    path("papers/<uuid:paper_id>/proof.pdf", views.proof_document, name="proof_document"),
    path("papers/<uuid:paper_id>/sheet.pdf", views.answer_sheet_document, name="answer_sheet_document"),
    path("papers/<uuid:paper_id>/guide.pdf", views.marking_guide_document, name="marking_guide_document"),
]
