"""How far marking has come, and the three acts that move it on: by key, opened to markers, settled."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhiheng.marking.actions import mark_by_keys, open_marking, reclaim_tasks, settle_theory
from zhiheng.marking.progress import Stand, stands
from zhiheng.marking.queries import offerings_marked, undecided_attempts
from zhiheng.marking.remarking.queries import remarkings_of
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import due_rule, rules_for


def _offering(offering_id: UUID) -> Offering:
    return get_object_or_404(offerings_marked(), pk=offering_id)


@allow(Role.ADMINISTRATOR, Role.RESULTS_OFFICER)
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "marking/progress.html", {"stands": stands(offerings_marked())})


@allow(Role.ADMINISTRATOR, Role.RESULTS_OFFICER)
def offering(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """One offering: what is done, what comes next, and the policy behind it."""
    found = _offering(offering_id)
    (stand,) = stands([found])
    rules = rules_for(found)
    context = {
        "offering": found,
        "stand": stand,
        "steps": _steps(stand),
        "undecided": undecided_attempts(found),
        "remarkings": remarkings_of(found),
        "rule": rules.marking,
        "due_rule": due_rule(found, "result_due"),
    }
    return render(request, "marking/offering.html", context)


def _steps(stand: Stand) -> list[dict[str, str]]:
    """The four steps of the page, with the one that comes next."""
    progress = stand.progress
    names = ("keys", "open", "mark", "settle")
    reached = names.index(stand.step) if stand.step in names else len(names)
    labels = ("客观题按答案计分", "简答题送评", "背对背评阅与仲裁", "结出理论成绩")
    notes = (
        f"已计分 {progress.keyed} 份，共 {progress.collected} 份",
        f"待送评 {stand.unopened} 题次，空白的记 0 分",
        f"还差 {progress.waiting} 次评分",
        f"已结出 {progress.settled} 份，共 {progress.collected} 份",
    )
    return [
        {
            "label": label,
            "state": "done" if place < reached else "current" if place == reached else "ahead",
            "note": notes[place],
        }
        for place, label in enumerate(labels)
    ]


def _by(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _back(request: HttpRequest, found: Offering, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("marking_offering", offering_id=found.id)


@allow(Role.ADMINISTRATOR, Role.RESULTS_OFFICER)
@require_POST
def keys(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    found = _offering(offering_id)
    count = mark_by_keys(by=str(_by(request).id), offering=found)
    return _back(request, found, f"客观题已按答案计分，写入 {count} 个分数。")


@allow(Role.ADMINISTRATOR, Role.RESULTS_OFFICER)
@require_POST
def open_written(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    found = _offering(offering_id)
    count = open_marking(by=str(_by(request).id), offering=found)
    return _back(request, found, f"简答题已送评，共 {count} 次评分。阅卷员现在可以领取。")


@allow(Role.ADMINISTRATOR, Role.RESULTS_OFFICER)
@require_POST
def reclaim(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    found = _offering(offering_id)
    count = reclaim_tasks(by=_by(request), offering=found)
    return _back(request, found, f"已收回 {count} 份领取而没有评的答卷，其他阅卷员可以领取。")


@allow(Role.ADMINISTRATOR, Role.RESULTS_OFFICER)
@require_POST
def settle(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    found = _offering(offering_id)
    written: list[Any] = settle_theory(by=str(_by(request).id), offering=found)
    return _back(request, found, f"已结出 {len(written)} 份理论成绩。")
