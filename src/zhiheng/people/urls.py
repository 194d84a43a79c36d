from django.urls import include, path
from django.views.i18n import set_language

from zhiheng.people import message_views, staff, views
from zhiheng.people.access import public
from zhiheng.people.erasure import views as erasure
from zhiheng.people.rights import views as rights

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("password/", views.password, name="password"),
    path("language/", public(set_language), name="set_language"),
    path("accounts/", staff.accounts, name="accounts"),
    path("accounts/new/", staff.new_account, name="new_account"),
    path("accounts/<uuid:account_id>/", staff.account, name="account"),
    path("accounts/<uuid:account_id>/revoke/", staff.revoke, name="revoke_role"),
    path("institutions/", staff.institutions, name="institutions"),
    path("institutions/new/", staff.new_institution, name="new_institution"),
    path("institutions/<uuid:institution_id>/suspend/", staff.suspend, name="suspend_institution"),
    path("institutions/<uuid:institution_id>/resume/", staff.resume, name="resume_institution"),
    path("", include("zhiheng.people.institutions.urls")),
    path("", include("zhiheng.people.corrections.urls")),
    path("", include("zhiheng.people.complaints.urls")),
    path("messages/", message_views.messages_sent, name="messages"),
    path("messages/address/", message_views.notice_address, name="notice_address"),
    path("messages/log/", message_views.message_log, name="message_log"),
    path("messages/<uuid:message_id>/again/", message_views.send_again, name="send_message_again"),
    path("my/consent/", rights.my_consent, name="my_consent"),
    path("my/data/", rights.my_data, name="my_data"),
    path("my/data/kept/", erasure.my_retention, name="my_retention"),
    path("my/data/erasure/", erasure.ask, name="ask_erasure"),
    path("my/data/erasure/take-back/", erasure.take_back, name="take_back_erasure"),
    path("erasures/", erasure.erasures, name="erasures"),
    path("erasures/<uuid:request_id>/", erasure.erasure, name="erasure"),
    path("my/data/copy/", rights.ask_copy, name="ask_copy"),
    path("my/data/copy/<uuid:export_id>/", rights.copy_file, name="copy_file"),
    path("my/data/<slug:purpose>/withdraw/", rights.withdraw, name="withdraw_consent"),
    path("audit/", staff.audit_trail, name="audit_trail"),
]
