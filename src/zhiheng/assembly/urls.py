from django.urls import path

from zhiheng.assembly import views

urlpatterns = [
    path("papers/", views.blueprints, name="blueprints"),
    path("papers/new/", views.new_run, name="new_run"),
    path("papers/runs/<uuid:run_id>/", views.run, name="run"),
    path("papers/using/<str:name>/", views.item_usage, name="item_usage"),
    path("papers/<uuid:paper_id>/", views.paper, name="paper"),
    path("papers/<uuid:paper_id>/approve/", views.approve, name="approve_paper"),
    path("papers/<uuid:paper_id>/discard/", views.discard, name="discard_paper"),
    path("papers/<uuid:paper_id>/paper.pdf", views.paper_document, name="paper_document"),
    path("papers/<uuid:paper_id>/proof.pdf", views.proof_document, name="proof_document"),
]
