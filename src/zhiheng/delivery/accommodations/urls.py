from django.urls import path

from zhiheng.delivery.accommodations import views

urlpatterns = [
    path("my/adjustments/", views.mine, name="my_adjustments"),
    path("my/adjustments/new/<uuid:application_id>/", views.ask_mine, name="ask_adjustment"),
    path("institution/adjustments/", views.institution_list, name="institution_adjustments"),
    path("institution/adjustments/new/<uuid:application_id>/", views.ask_for, name="ask_adjustment_for"),
    path("adjustments/", views.all_requests, name="adjustments"),
    path("adjustments/<uuid:request_id>/", views.one_request, name="adjustment"),
    path("adjustments/<uuid:request_id>/own/", views.own, name="own_adjustment"),
    path("adjustments/<uuid:request_id>/withdraw/", views.withdraw, name="withdraw_adjustment"),
    path("adjustments/<uuid:request_id>/decide/", views.decide, name="decide_adjustment"),
    path("adjustments/<uuid:request_id>/evidence/", views.evidence, name="adjustment_evidence"),
]
