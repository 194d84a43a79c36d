"""The page of an absence: what was said, and the next word."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role
from zhiheng.practicals.absence.actions import ask_back, decide_back
from zhiheng.practicals.absence.forms import ReasonForm
from zhiheng.practicals.absence.queries import asked_word, asking, candidate_seen_by, wording, words_on
from zhiheng.practicals.models import PanelCandidate
from zhiheng.practicals.queries import membership
from zhiheng.surface.forms import done


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _candidate(request: HttpRequest, candidate_id: UUID) -> PanelCandidate:
    found = candidate_seen_by(_account(request), candidate_id)
    if found is None:
        raise Http404
    return found


@allow(Role.EXAMINER, Role.ADMINISTRATOR)
def absence(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    return _page(request, _candidate(request, candidate_id), ReasonForm())


def _page(
    request: HttpRequest, candidate: PanelCandidate, form: ReasonForm, *, status: int = 200
) -> HttpResponse:
    account, words = _account(request), words_on(candidate)
    asked = asked_word(words)
    member = membership(candidate.panel, account) is not None
    context = {
        "candidate": candidate,
        "panel": candidate.panel,
        "member": member,
        "words": words,
        "asked": asked,
        "decision": wording(candidate, account, agreed=True) if asked else asking(candidate),
        "form": form,
    }
    return render(request, "practicals/absence.html", context, status=status)


@allow(Role.EXAMINER)
@require_POST
def ask(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    candidate, form = _candidate(request, candidate_id), ReasonForm(request.POST)
    if done(
        form, lambda: ask_back(by=_account(request), candidate=candidate, reason=form.cleaned_data["reason"])
    ):
        messages.success(request, "已提出。请本组另一位考评员或管理员决定。")
        return redirect("skill_absence", candidate_id=candidate_id)
    return _page(request, candidate, form, status=422)


@allow(Role.EXAMINER, Role.ADMINISTRATOR)
@require_POST
def decide(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    candidate, form = _candidate(request, candidate_id), ReasonForm(request.POST)
    agreed = request.POST.get("verdict") == "agree"
    if done(
        form,
        lambda: decide_back(
            by=_account(request), candidate=candidate, agreed=agreed, reason=form.cleaned_data["reason"]
        ),
    ):
        messages.success(
            request, "缺考已撤销，考生现在可以评分。" if agreed else "已记录：不撤销，仍为缺考。"
        )
        return redirect("skill_absence", candidate_id=candidate_id)
    return _page(request, candidate, form, status=422)
