"""Approving several files at once: each looked through before, one confirmation, each decided for itself."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.enrolment.core.together import RULE
from zhiheng.enrolment.models import Application
from zhiheng.enrolment.reviewing.queries import neighbours_of
from zhiheng.enrolment.together import actions, queries
from zhiheng.enrolment.views.review import file_page, waiting_file
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role


@allow(Role.REVIEWER)
@require_POST
def put_aside(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Looked through and nothing found: on to the next file."""
    shown = waiting_file(application_id)
    following = neighbours_of(shown).following
    try:
        actions.put_aside(by=request.user, application=shown)
    except Refused as refused:
        return file_page(request, shown, refusal=refused, status=422)
    messages.success(request, f"{shown.person.name}：已阅，留待一并通过。")
    return redirect("review_file", following) if following else redirect("review_together")


@allow(Role.REVIEWER)
@require_POST
def take_back(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Decide a file for itself after all."""
    shown = waiting_file(application_id)
    actions.take_back(by=request.user, application=shown)
    messages.success(request, f"{shown.person.name}：已取消已阅，可以单独审核。")
    return redirect("review_file", shown.id)


@allow(Role.REVIEWER)
def review_together(request: SignedInRequest) -> HttpResponse:
    """The files put aside by this reviewer, those that may still be approved together ready to be confirmed."""
    if request.method != "POST":
        return _page(request)
    known = {
        str(reading.application_id): reading.application_id for reading in queries.readings_of(request.user)
    }
    chosen = [known[text] for text in request.POST.getlist("application") if text in known]
    try:
        outcome = actions.approve_together(by=request.user, application_ids=chosen)
    except Refused as refused:
        return _page(request, refusal=refused)
    if outcome.approved:
        messages.success(request, f"已通过 {len(outcome.approved)} 份：{_names(outcome.approved)}。")
    return _page(request, outcome=outcome)


def _names(applications: tuple[Application, ...]) -> str:
    return "、".join(application.person.name for application in applications)


def _page(
    request: SignedInRequest, *, outcome: actions.Outcome | None = None, refusal: Refused | None = None
) -> HttpResponse:
    files = queries.read_files(request.user)
    left = outcome.left if outcome else ()
    named = {file.application.pk for file in left}
    context = {
        "ready": [file for file in files if file.decision.granted],
        "hindered": [
            file for file in files if not file.decision.granted and file.reading.application_id not in named
        ],
        "left": left,
        "refusal": refusal,
        "rule": RULE,
        "waiting": queries.number_read(request.user),
        "most": queries.MOST,
    }
    status = 422 if refusal else 200
    return render(request, "enrolment/review_together.html", context, status=status)
