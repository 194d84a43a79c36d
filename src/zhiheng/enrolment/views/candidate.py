"""A candidate's own applications."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from zhiheng.enrolment import presenting, queries
from zhiheng.enrolment.papers import sheets_of
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.people.queries import person_of
from zhiheng.plumbing import clock
from zhiheng.sittings.queries import milestones


@allow(Role.CANDIDATE)
def my_applications(request: SignedInRequest) -> HttpResponse:
    person = person_of(request.user)
    found = queries.applications_of_person(person) if person else []
    rows = [presenting.standing(application) for application in found]
    return render(request, "enrolment/my_applications.html", {"rows": rows})


@allow(Role.CANDIDATE)
def my_application(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    person = person_of(request.user)
    shown = queries.application_of_person(person, application_id) if person else None
    if shown is None:
        raise Http404
    documents = queries.documents_of(shown)
    return render(
        request,
        "enrolment/my_application.html",
        {
            "application": shown,
            "standing": presenting.standing(shown),
            "steps": presenting.steps(shown),
            "decision": queries.assessment_of(shown, voice=presenting.voice_of_page()).decision(),
            "milestones": milestones(shown.offering, today=clock.today()),
            "documents": documents,
            "sheets": sheets_of(documents),
            "history": queries.review_history(shown),
        },
    )
