"""Deciding who may sit, by the due time."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.enrolment import actions, presenting, queries
from zhiheng.enrolment.forms import RevealForm, ReviewForm
from zhiheng.enrolment.models import Application, ApplicationStatus, Verdict
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.surface.forms import as_validation_error

PER_PAGE = 50


def _file(application_id: UUID) -> Application:
    """A file that has been handed in at least once; drafts belong to the institution alone."""
    found = queries.application_with_everything(application_id)
    if found is None or found.submitted_at is None:
        raise Http404
    return found


@allow(Role.REVIEWER)
def review_queue(request: SignedInRequest) -> HttpResponse:
    """Which file is due first."""
    page = Paginator(queries.review_queue(), PER_PAGE).get_page(request.GET.get("page"))
    now = clock.now()
    rows = [
        {"application": application, "overdue": queries.overdue(application, moment=now)}
        for application in page
    ]
    return render(request, "enrolment/review_queue.html", {"page": page, "rows": rows})


@allow(Role.REVIEWER)
def review_file(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """The claimed condition and its arithmetic beside the documents."""
    return _page(request, _file(application_id))


def _page(
    request: SignedInRequest,
    shown: Application,
    *,
    form: ReviewForm | None = None,
    reveal: RevealForm | None = None,
    id_number: str = "",
    status: int = 200,
) -> HttpResponse:
    assessment = queries.assessment_of(shown)
    claimed = [line for line in assessment.lines if line.number == shown.claimed_condition]
    response = render(
        request,
        "enrolment/review_file.html",
        {
            "application": shown,
            "standing": presenting.standing(shown),
            "assessment": assessment,
            "decision": assessment.decision(),
            "claimed": claimed[0] if claimed else None,
            "checklist": queries.checklist_of(shown, assessment),
            "waiting": shown.status == ApplicationStatus.SUBMITTED,
            "overdue": queries.overdue(shown, moment=clock.now()),
            "history": queries.review_history(shown),
            "form": form or ReviewForm(),
            "reveal": reveal or RevealForm(),
            "id_number": id_number,
            "verdicts": Verdict,
        },
        status=status,
    )
    if id_number:
        response.headers["Cache-Control"] = "no-store, private"
    return response


@allow(Role.REVIEWER)
@require_POST
def decide_file(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Approve, return or reject; a colleague who was first is told as such."""
    shown = _file(application_id)
    form = ReviewForm(request.POST)
    verdict = request.POST.get("verdict", "")
    if verdict not in Verdict.values:
        raise Http404
    if form.is_valid():
        try:
            actions.review(by=request.user, application=shown, verdict=Verdict(verdict), reasons=form.told())
        except Refused as refused:
            field = "reasons" if refused.code == "reason-missing" else None
            form.add_error(field, as_validation_error(refused))
        else:
            messages.success(request, f"{shown.person.name}：{Verdict(verdict).label}。下一份在最上面。")
            return redirect("review_queue")
    return _page(request, _file(application_id), form=form, status=422)


@allow(Role.REVIEWER)
@require_POST
def reveal_id_number(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Show the full identity number once, leaving a line in the audit trail."""
    shown = _file(application_id)
    reveal = RevealForm(request.POST)
    if reveal.is_valid():
        try:
            number = actions.reveal_id_number(
                by=request.user, application=shown, reason=reveal.cleaned_data["reason"]
            )
        except Refused as refused:
            reveal.add_error("reason", as_validation_error(refused))
        else:
            return _page(request, shown, id_number=number)
    return _page(request, shown, reveal=reveal, status=422)
