from django.urls import path

from zhiheng.results import views
from zhiheng.results.amending import views as amending

urlpatterns = [
    path("results/", views.my_results, name="my_results"),
    path("results/<uuid:result_id>/", views.my_result, name="my_result"),
    path("results/<uuid:result_id>/report.pdf", views.report, name="score_report"),
    path("results/<uuid:result_id>/make-up/", views.ask_makeup, name="ask_makeup"),
    path("institution/results/", views.institution_results, name="institution_results"),
    path(
        "institution/results/<uuid:result_id>/report.pdf",
        views.institution_report,
        name="institution_score_report",
    ),
    path("institution/results/<uuid:result_id>/make-up/", views.order_makeup, name="order_makeup"),
    path("releases/", views.offerings, name="releases"),
    path("releases/<uuid:offering_id>/", views.offering, name="release"),
    path("releases/<uuid:offering_id>/propose/", views.propose, name="propose_results"),
    path("releases/<uuid:offering_id>/publish/", views.publish, name="publish_results"),
    path("releases/<uuid:offering_id>/send-back/", views.send_back, name="send_back_results"),
    path("amendments/<uuid:result_id>/", amending.amend, name="amend_result"),
    path("amendments/<uuid:result_id>/propose/", amending.propose, name="propose_amendment"),
    path("amendments/<uuid:result_id>/decide/", amending.decide, name="decide_amendment"),
]
