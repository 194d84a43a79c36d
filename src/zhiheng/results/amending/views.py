"""Putting a released result right: what differs, what follows, and the two words on it."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role
from zhiheng.results.amending import actions
from zhiheng.results.amending.forms import AmendmentForm, WordForm
from zhiheng.results.amending.presenting import amended_words, change_words, component_words, marks_words
from zhiheng.results.amending.queries import (
    Change,
    agreement_decision,
    changes_of,
    decided_on,
    proposal_decision,
    why_moved,
)
from zhiheng.results.models import Amendment, Outcome, Result
from zhiheng.results.queries import released_results
from zhiheng.surface.forms import done


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _change(result_id: UUID) -> Change:
    """Released results only."""
    result: Result = get_object_or_404(released_results(), pk=result_id)
    (change,) = changes_of([result])
    return change


def _waiting(change: Change) -> Amendment:
    if change.waiting is None:
        raise Refused(
            what="这份成绩更正已有决定", remedy="请刷新页面查看现在的状态", code="amendment-decided"
        )
    return change.waiting


@allow(Role.RESULTS_OFFICER)
def amend(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """One released result beside what the marks come to now."""
    return _page(request, _change(result_id))


def _page(
    request: HttpRequest,
    change: Change,
    *,
    form: AmendmentForm | None = None,
    word: WordForm | None = None,
    status: int = 200,
) -> HttpResponse:
    waiting = change.waiting
    context: dict[str, Any] = {
        "result": change.result,
        "person": change.result.application.person,
        "change": change,
        "rows": [
            {
                "name": component_words(one),
                "before": marks_words(one.before),
                "after": marks_words(one.after),
            }
            for one in change.differences
        ],
        "before": Outcome(change.result.outcome).label,
        "after": change.outcome.label,
        "why": why_moved(change.result),
        "history": [(one, amended_words(one)) for one in decided_on(change.result)],
        "form": form or AmendmentForm(),
        "word": word or WordForm(),
    }
    if waiting is None:
        context["decision"] = proposal_decision(change)
    else:
        context["own"] = waiting.by_id == _account(request).id
        context["decision"] = agreement_decision(change, waiting, account_id=_account(request).id)
    return render(request, "results/amending/amend.html", context, status=status)


@allow(Role.RESULTS_OFFICER)
@require_POST
def propose(request: HttpRequest, result_id: UUID) -> HttpResponse:
    change = _change(result_id)
    form = AmendmentForm(request.POST)
    if done(
        form,
        lambda: actions.propose_amendment(
            by=_account(request), result=change.result, reason=form.cleaned_data["reason"]
        ),
    ):
        messages.success(request, "更正已提出。请另一位成绩管理员核对后决定。")
        return redirect("amend_result", result_id=result_id)
    return _page(request, change, form=form, status=422)


@allow(Role.RESULTS_OFFICER)
@require_POST
def decide(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """The second officer's word."""
    change = _change(result_id)
    amendment = _waiting(change)
    verdict = request.POST.get("verdict")
    if verdict == "agree":
        actions.agree_amendment(by=_account(request), amendment=amendment)
        messages.success(request, "成绩已更正，考生与机构会收到通知。")
        return redirect("amend_result", result_id=result_id)
    if verdict != "refuse":
        raise Http404
    word = WordForm(request.POST)
    if done(
        word,
        lambda: actions.refuse_amendment(
            by=_account(request), amendment=amendment, note=word.cleaned_data["note"]
        ),
    ):
        messages.success(request, "已记录：不更正，公布的成绩保持原样。")
        return redirect("amend_result", result_id=result_id)
    return _page(request, change, word=word, status=422)


def shown_changes(found: list[Change]) -> list[dict[str, Any]]:
    """For the list of an offering: who, what differs, and how far it is."""
    return [
        {
            "change": one,
            "words": change_words(one.differences, Outcome(one.result.outcome), one.outcome)
            or "分数又与公布的一致",
        }
        for one in found
    ]
