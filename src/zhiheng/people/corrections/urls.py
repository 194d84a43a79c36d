from django.urls import path

from zhiheng.people.corrections import views

urlpatterns = [
    path("my/corrections/", views.my_corrections, name="my_corrections"),
    path("my/corrections/new/", views.ask_correction, name="ask_correction"),
    path("institution/corrections/", views.institution_corrections, name="institution_corrections"),
    path(
        "institution/corrections/new/<uuid:person_id>/", views.ask_correction_for, name="ask_correction_for"
    ),
    path("corrections/", views.corrections, name="corrections"),
    path("corrections/<uuid:correction_id>/", views.correction, name="correction"),
    path("corrections/<uuid:correction_id>/decide/", views.decide, name="decide_correction"),
    path("corrections/<uuid:correction_id>/evidence/", views.evidence, name="correction_evidence"),
    path("corrections/<uuid:correction_id>/withdraw/", views.withdraw, name="withdraw_correction"),
]
