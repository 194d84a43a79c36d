from django.urls import path, re_path

from zhiheng.certificates import public_views, views

urlpatterns = [
    path("verify/", public_views.verify, name="verify"),
    path("verify/file/", public_views.verify_file, name="verify_file"),
    re_path(r"^verify/(?P<number>[^/]{1,60})/?$", public_views.verify_one, name="verify_one"),
    path("credentials/<str:number>", public_views.credential, name="credential"),
    path("status/<str:purpose>", public_views.status_list, name="status_list"),
    path("issuer.json", public_views.issuer_document, name="issuer"),
    path("certificates/sample.pdf", public_views.sample, name="certificate_sample"),
    path("certificates/", views.my_certificates, name="my_certificates"),
    path("certificates/<str:number>.pdf", views.certificate_file, name="certificate_pdf"),
    path("institution/certificates/", views.institution_certificates, name="institution_certificates"),
    path("register/", views.register, name="certificates"),
    path("register/offerings/<uuid:offering_id>/", views.issue, name="issue_certificates"),
    path("register/<str:number>/", views.certificate, name="certificate"),
    path("register/<str:number>/reissue/", views.reissue, name="reissue_certificate"),
    path("register/<str:number>/change/", views.change, name="change_certificate"),
]
