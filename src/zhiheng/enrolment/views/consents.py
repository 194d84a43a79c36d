"""What a candidate agreed to on paper, written down by the institution that enrols them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from zhiheng.enrolment.models import Application
from zhiheng.enrolment.queries import application_for, applications_of
from zhiheng.enrolment.refusals import EDITABLE
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.core.consents import consent_texts
from zhiheng.people.models import Institution, Role
from zhiheng.people.queries import institution_of
from zhiheng.people.rights.actions import record_consents, record_many_consents
from zhiheng.people.rights.queries import consent_states, people_who_agreed


@allow(Role.INSTITUTION)
def application_consents(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """The purposes with the candidate's last word; ticks and the evidence go in together."""
    institution = institution_of(request.user)
    application = application_for(institution, application_id) if institution else None
    if application is None or institution is None:
        raise Http404
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            record_consents(
                by=request.user,
                institution=institution,
                person=application.person,
                granted=request.POST.getlist("purpose"),
                evidence=request.POST.get("evidence", ""),
            )
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, "已代录考生的同意。考生登录后可以查看、更改或撤回。")
            return redirect("application", application_id=application.id)
    context = {
        "application": application,
        "states": consent_states(application.person),
        "refusal": refusal,
        "ticked": request.POST.getlist("purpose"),
        "evidence": request.POST.get("evidence", ""),
    }
    return render(request, "enrolment/consents.html", context, status=422 if refusal else 200)


@allow(Role.INSTITUTION)
def many_consents(request: SignedInRequest) -> HttpResponse:
    """Everybody whose application cannot be handed in for want of a consent; one list of signatures serves many."""
    institution = institution_of(request.user)
    if institution is None:
        raise Http404
    waiting = without_consent(institution)
    refusal: Refused | None = None
    if request.method == "POST":
        ticked = frozenset(request.POST.getlist("application"))
        try:
            record_many_consents(
                by=request.user,
                institution=institution,
                people=[entry.person for entry in waiting if str(entry.id) in ticked],
                granted=request.POST.getlist("purpose"),
                evidence=request.POST.get("evidence", ""),
            )
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, "已代录。考生登录后可以查看、更改或撤回。")
            return redirect("many_consents")
    context = {
        "waiting": waiting,
        "texts": consent_texts(),
        "refusal": refusal,
        "ticked": request.POST.getlist("application"),
        "purposes": request.POST.getlist("purpose"),
        "evidence": request.POST.get("evidence", ""),
    }
    return render(request, "enrolment/many_consents.html", context, status=422 if refusal else 200)


def without_consent(institution: Institution) -> list[Application]:
    """Applications that may still be changed, of people who have not agreed to be enrolled; two queries."""
    found = list(applications_of(institution).filter(status__in=EDITABLE))
    agreed = people_who_agreed([entry.person for entry in found], "enrol")
    return [entry for entry in found if entry.person_id not in agreed]
