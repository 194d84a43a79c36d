from django.urls import path

from zhiheng.people.institutions import views
from zhiheng.people.institutions.applying import views as applying
from zhiheng.people.institutions.staffing import views as staffing

urlpatterns = [
    path("institutions/apply/", applying.apply, name="apply_as_partner"),
    path("institutions/apply/<slug:number>/", applying.status, name="partner_status"),
    path("institutions/applications/", applying.partner_applications, name="partner_applications"),
    path(
        "institutions/applications/<uuid:application_id>/",
        applying.partner_application,
        name="partner_application",
    ),
    path("institutions/applications/<uuid:application_id>/accept/", applying.accept, name="accept_partner"),
    path("institutions/applications/<uuid:application_id>/refuse/", applying.refuse, name="refuse_partner"),
    path(
        "institutions/applications/<uuid:application_id>/licence/", applying.licence, name="partner_licence"
    ),
    path("institution/", views.my_institution, name="my_institution"),
    path("institutions/<uuid:institution_id>/", views.institution, name="institution"),
    path("institutions/<uuid:institution_id>/renew/", views.renew, name="renew_institution"),
    path("institutions/<uuid:institution_id>/end/", views.end, name="end_institution"),
    path(
        "institutions/<uuid:institution_id>/lines/<uuid:line_id>/",
        views.change,
        name="change_institution",
    ),
    path("institutions/<uuid:institution_id>/staff/", staffing.invite, name="invite_staff"),
    path(
        "institutions/<uuid:institution_id>/staff/<uuid:account_id>/<slug:act>/",
        staffing.change_staff,
        name="change_staff",
    ),
    path("password/<uuid:account_id>/<str:token>/", staffing.set_password, name="set_password"),
]
