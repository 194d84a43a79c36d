"""What a candidate agreed to on paper, written down by the institution that enrols them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from zhiheng.enrolment.queries import application_for
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.people.queries import institution_of
from zhiheng.people.rights.actions import record_consents
from zhiheng.people.rights.queries import consent_states


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
