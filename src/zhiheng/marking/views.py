"""The marker's way: take an answer that names nobody, give marks point by point, take the next."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhiheng.bank.media.queries import media_file
from zhiheng.bank.media.views import medium_response
from zhiheng.foundation.errors import Refused
from zhiheng.marking.actions import COMMENT_LIMIT, give_marks, hand_back, take_task
from zhiheng.marking.models import MarkingTask
from zhiheng.marking.queries import Blind, answers_for, blind, held_by, held_task, last_marks
from zhiheng.marking.showing import media_of
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _held(request: HttpRequest, task_id: UUID) -> MarkingTask:
    found = held_task(_account(request), task_id)
    if found is None:
        raise Http404
    return found


@allow(Role.MARKER)
def marking(request: HttpRequest) -> HttpResponse:
    """How many wait for this marker, and what they marked last."""
    account = _account(request)
    context = {
        "held": held_by(account),
        "waiting": len(answers_for(account)),
        "last": last_marks(account),
    }
    return render(request, "marking/marking.html", context)


@allow(Role.MARKER)
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    return _next(request)


def _next(request: HttpRequest) -> HttpResponse:
    task = take_task(by=_account(request))
    if task is None:
        messages.info(request, "现在没有可以领取的答卷。")
        return redirect("marking")
    return redirect("marking_answer", task_id=task.id)


@allow(Role.MARKER)
def answer(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One answer beside its marking points; Enter gives the marks and opens the next answer."""
    task = _held(request, task_id)
    facts = blind(task)
    given = [request.POST.get(f"point-{point.place}", "").strip() for point in facts.points]
    comment = request.POST.get("comment", "")
    refused: Refused | None = None
    if request.method == "POST":
        try:
            mark = give_marks(by=_account(request), task=task, points=given, comment=comment)
        except Refused as fault:
            refused = fault
        else:
            messages.success(request, f"已评：{facts.item}，{mark.marks} / {facts.possible} 分。")
            return redirect("marking") if request.POST.get("then") == "rest" else _next(request)
    context = {
        "facts": facts,
        "points": _points(facts, given),
        "comment": comment,
        "comment_limit": COMMENT_LIMIT,
        "refused": refused,
        "media": media_of(task),
        "media_base": reverse("marking_shown", args=[task.id, "0"]).removesuffix("0/"),
    }
    return render(request, "marking/answer.html", context, status=422 if refused else 200)


def _points(facts: Blind, given: list[str]) -> list[dict[str, Any]]:
    return [{"point": point, "given": text} for point, text in zip(facts.points, given, strict=True)]


@allow(Role.MARKER)
@require_POST
def give_back(request: HttpRequest, task_id: UUID) -> HttpResponse:
    hand_back(by=_account(request), task=_held(request, task_id))
    messages.success(request, "答卷已退回，由其他阅卷员领取。")
    return redirect("marking")


@allow(Role.MARKER)
def shown(request: HttpRequest, task_id: UUID, sha256: str) -> HttpResponse:
    """What the question of a held answer shows."""
    listed = {medium.sha256 for medium in media_of(_held(request, task_id))}
    found = media_file(sha256) if sha256 in listed else None
    if found is None:
        raise Http404
    return medium_response(found)
