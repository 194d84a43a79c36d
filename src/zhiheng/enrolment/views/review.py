"""Deciding who may sit, by the due time; one reviewer to a file, some approvals looked at twice."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.enrolment import actions, presenting, queries
from zhiheng.enrolment.core.cases import profile_from_facts
from zhiheng.enrolment.core.reviewing import review_rules
from zhiheng.enrolment.core.telling import tell
from zhiheng.enrolment.forms import RevealForm, ReviewForm
from zhiheng.enrolment.models import Application, ApplicationStatus, SecondLook, Verdict
from zhiheng.enrolment.papers import sheets_of
from zhiheng.enrolment.recognition.queries import hints_for
from zhiheng.enrolment.reviewing import actions as reviewing
from zhiheng.enrolment.reviewing import queries as progress
from zhiheng.enrolment.together import queries as together
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.surface.forms import as_validation_error

PER_PAGE = 50


def waiting_file(application_id: UUID) -> Application:
    """A file that has been handed in at least once; drafts belong to the institution alone."""
    found = queries.application_with_everything(application_id)
    if found is None or found.submitted_at is None:
        raise Http404
    return found


@allow(Role.REVIEWER)
def review_queue(request: SignedInRequest) -> HttpResponse:
    """Which file is due first, and who has which open."""
    page = Paginator(queries.review_queue(), PER_PAGE).get_page(request.GET.get("page"))
    now = clock.now()
    holds, readers = progress.holds_on(page), together.readers_on(page)
    rows = [
        {
            "application": application,
            "overdue": queries.overdue(application, moment=now),
            "hold": holds.get(application.id),
            "readers": [reading.by for reading in readers.get(application.id, ())],
        }
        for application in page
    ]
    looks = progress.second_looks_for(request.user)[:PER_PAGE]
    context = {
        "page": page,
        "rows": rows,
        "looks": looks,
        "aside": together.number_read(request.user),
    }
    return render(request, "enrolment/review_queue.html", context)


@allow(Role.REVIEWER)
def review_file(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """The claimed condition and its arithmetic beside the documents; opening a waiting file keeps it."""
    shown = waiting_file(application_id)
    if shown.status == ApplicationStatus.SUBMITTED:
        reviewing.hold_file(by=request.user, application=shown)
    return file_page(request, shown)


def file_page(
    request: SignedInRequest,
    shown: Application,
    *,
    form: ReviewForm | None = None,
    reveal: RevealForm | None = None,
    look: SecondLook | None = None,
    id_number: str = "",
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _facts(shown) | {
        "refusal": refusal,
        "reading": together.reading_by(request.user, shown),
        "waiting": shown.status == ApplicationStatus.SUBMITTED,
        "hold": progress.hold_on(shown),
        "neighbours": progress.neighbours_of(shown),
        "form": form or ReviewForm(),
        "reveal": reveal or RevealForm(),
        "look": look,
        "id_number": id_number,
    }
    response = render(request, "enrolment/review_file.html", context, status=status)
    if id_number:
        response.headers["Cache-Control"] = "no-store, private"
    return response


def _facts(shown: Application) -> dict[str, Any]:
    assessment = queries.assessment_of(shown)
    claimed = [line for line in assessment.lines if line.number == shown.claimed_condition]
    checklist = queries.checklist_of(shown, assessment)
    documents = [document for entry in checklist for document in entry.documents]
    hints = hints_for(shown, documents)
    return {
        "application": shown,
        "standing": presenting.standing(shown),
        "assessment": assessment,
        "decision": assessment.decision(),
        "claimed": claimed[0] if claimed else None,
        "profile": tell(profile_from_facts(shown.profile, as_of=assessment.as_of)),
        "checklist": checklist,
        "sheets": sheets_of(documents),
        "hints": list(hints.values()),
        "marked": any(hint.differences for hint in hints.values()),
        "overdue": queries.overdue(shown, moment=clock.now()),
        "history": queries.review_history(shown),
        "looks": progress.looks_at(shown),
        "hold_minutes": review_rules().hold_minutes,
    }


@allow(Role.REVIEWER)
@require_POST
def decide_file(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Approve, return or reject; a colleague who was first is told as such."""
    shown = waiting_file(application_id)
    form = ReviewForm(request.POST)
    verdict = request.POST.get("verdict", "")
    if verdict not in Verdict.values:
        raise Http404
    if form.is_valid():
        try:
            actions.review(by=request.user, application=shown, verdict=Verdict(verdict), reasons=form.told())
        except Refused as refused:
            _add_refusal(form, refused)
        else:
            messages.success(request, f"{shown.person.name}：{Verdict(verdict).label}。下一份在最上面。")
            return redirect("review_queue")
    return file_page(request, waiting_file(application_id), form=form, status=422)


@allow(Role.REVIEWER)
@require_POST
def release_file(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Leave a file undecided, so that a colleague need not wait."""
    shown = waiting_file(application_id)
    reviewing.release_file(by=request.user, application=shown)
    messages.success(request, f"{shown.person.name}的报名已放回待审核。")
    return redirect("review_queue")


@allow(Role.REVIEWER)
@require_POST
def reveal_id_number(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Show the full identity number once, leaving a line in the audit trail."""
    shown = waiting_file(application_id)
    reveal = RevealForm(request.POST)
    if reveal.is_valid():
        try:
            number = actions.reveal_id_number(
                by=request.user, application=shown, reason=reveal.cleaned_data["reason"]
            )
        except Refused as refused:
            reveal.add_error("reason", as_validation_error(refused))
        else:
            return file_page(request, shown, id_number=number)
    return file_page(request, shown, reveal=reveal, status=422)


@allow(Role.REVIEWER)
def second_look(request: SignedInRequest, look_id: UUID) -> HttpResponse:
    """An approval of a colleague, looked at again."""
    look = progress.second_look_for(request.user, look_id)
    if look is None:
        raise Http404
    if request.method != "POST":
        return file_page(request, look.application, look=look)
    form = ReviewForm(request.POST)
    opinion = request.POST.get("opinion", "")
    if opinion not in ("agree", "disagree"):
        raise Http404
    agreed = opinion == "agree"
    if form.is_valid():
        try:
            reviewing.look_again(by=request.user, look=look, agreed=agreed, reasons=form.told())
        except Refused as refused:
            _add_refusal(form, refused)
        else:
            words = "复核同意通过" if agreed else "有异议，已退回待审核"
            messages.success(request, f"{look.application.person.name}：{words}。")
            return redirect("review_queue")
    return file_page(request, look.application, form=form, look=look, status=422)


@allow(Role.REVIEWER, Role.ADMINISTRATOR)
def review_overview(request: SignedInRequest) -> HttpResponse:
    """What is overdue, and how many each reviewer decided."""
    page = Paginator(progress.overdue_files(clock.now()), PER_PAGE).get_page(request.GET.get("page"))
    holds = progress.holds_on(page)
    context = {
        "page": page,
        "rows": [{"application": late, "hold": holds.get(late.id)} for late in page],
        "waiting": queries.review_queue().count(),
        "counts": progress.reviewer_counts(),
    }
    return render(request, "enrolment/review_overview.html", context)


def _add_refusal(form: ReviewForm, refused: Refused) -> None:
    form.add_error("reasons" if refused.code == "reason-missing" else None, as_validation_error(refused))
