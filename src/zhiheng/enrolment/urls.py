from django.urls import path

from zhiheng.enrolment.batches import views as batches
from zhiheng.enrolment.completing import views as completing
from zhiheng.enrolment.views import candidate, consents, documents, institution, review, sheet, together

urlpatterns = [
    path("applications/", institution.applications, name="applications"),
    path("applications/new/", institution.new_application, name="new_application"),
    path("applications/new/<uuid:offering_id>/", institution.enter_application, name="enter_application"),
    path("applications/sheet/<uuid:offering_id>/", sheet.sheet_upload, name="sheet_upload"),
    path("applications/sheet/<uuid:offering_id>/template.xlsx", sheet.sheet_template, name="sheet_template"),
    path("applications/sheet/<uuid:offering_id>/confirm/", sheet.sheet_confirm, name="sheet_confirm"),
    path("applications/batches/", batches.batches, name="batches"),
    path("applications/batches/new/", batches.new_batch, name="new_batch"),
    path("applications/batches/<uuid:batch_id>/", batches.batch, name="batch"),
    path("applications/batches/<uuid:batch_id>/columns/", batches.batch_columns, name="batch_columns"),
    path("applications/batches/<uuid:batch_id>/confirm/", batches.confirm_batch, name="confirm_batch"),
    path("applications/batches/<uuid:batch_id>/cancel/", batches.cancel_batch, name="cancel_batch"),
    path("applications/batches/<uuid:batch_id>/close/", batches.close_batch, name="close_batch"),
    path("applications/batches/<uuid:batch_id>/resume/", batches.resume_batch, name="resume_batch"),
    path(
        "applications/batches/<uuid:batch_id>/corrections.xlsx",
        batches.batch_corrections,
        name="batch_corrections",
    ),
    path("applications/batches/<uuid:batch_id>/links/", completing.batch_links, name="batch_links"),
    path(
        "applications/batches/<uuid:batch_id>/links.pdf", completing.batch_links_file, name="batch_links_file"
    ),
    path("applications/<uuid:application_id>/link/", completing.application_link, name="application_link"),
    path("applications/<uuid:application_id>/link/revoke/", completing.revoke_link, name="revoke_link"),
    path("complete/<slug:token>/", completing.complete, name="complete"),
    path("complete/<slug:token>/details/", completing.complete_details, name="complete_details"),
    path(
        "complete/<slug:token>/documents/<slug:kind>/", completing.complete_document, name="complete_document"
    ),
    path("applications/<uuid:application_id>/", institution.application, name="application"),
    path("applications/consents/", consents.many_consents, name="many_consents"),
    path(
        "applications/<uuid:application_id>/consents/",
        consents.application_consents,
        name="application_consents",
    ),
    path(
        "applications/<uuid:application_id>/edit/",
        institution.correct_application,
        name="correct_application",
    ),
    path(
        "applications/<uuid:application_id>/condition/", institution.claim_condition, name="claim_condition"
    ),
    path(
        "applications/<uuid:application_id>/documents/<slug:kind>/",
        institution.attach_document,
        name="attach_document",
    ),
    path(
        "applications/<uuid:application_id>/submit/",
        institution.submit_application,
        name="submit_application",
    ),
    path(
        "applications/<uuid:application_id>/withdraw/",
        institution.withdraw_application,
        name="withdraw_application",
    ),
    path("applications/<uuid:application_id>/review-form.pdf", documents.review_form, name="review_form"),
    path("documents/<uuid:document_id>/", documents.document, name="document"),
    path(
        "documents/<uuid:document_id>/<int:until>/<str:key>/", documents.document_file, name="document_file"
    ),
    path("documents/<uuid:document_id>/pages/<int:page>/", documents.document_page, name="document_page"),
    path(
        "documents/<uuid:document_id>/<int:until>/<str:key>/pages/<int:page>/",
        documents.document_page_file,
        name="document_page_file",
    ),
    path("review/", review.review_queue, name="review_queue"),
    path("review/overview/", review.review_overview, name="review_overview"),
    path("review/together/", together.review_together, name="review_together"),
    path("review/second/<uuid:look_id>/", review.second_look, name="second_look"),
    path("review/<uuid:application_id>/release/", review.release_file, name="release_file"),
    path("review/<uuid:application_id>/aside/", together.put_aside, name="put_aside"),
    path("review/<uuid:application_id>/back/", together.take_back, name="take_back"),
    path("review/<uuid:application_id>/", review.review_file, name="review_file"),
    path("review/<uuid:application_id>/decide/", review.decide_file, name="decide_file"),
    path("review/<uuid:application_id>/id-number/", review.reveal_id_number, name="reveal_id_number"),
    path("my/applications/", candidate.my_applications, name="my_applications"),
    path("my/applications/<uuid:application_id>/", candidate.my_application, name="my_application"),
]
