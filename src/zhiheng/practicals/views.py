"""The examiner's way: my panels, the candidates, one score sheet, and the chair's signature."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.practicals.actions import mark_absent, sign_off, submit_sheet
from zhiheng.practicals.core.notes import notes_of
from zhiheng.practicals.core.task import Criterion, SkillTask
from zhiheng.practicals.models import PanelCandidate, ScoreSheet
from zhiheng.practicals.queries import (
    candidates_seen_by,
    latest_sheets,
    members_of,
    membership,
    overview,
    panels_of,
    sheets_seen_by,
    sign_off_of,
    signing,
    task_of,
)


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _candidate(request: HttpRequest, candidate_id: UUID) -> PanelCandidate:
    return get_object_or_404(candidates_seen_by(_account(request)), pk=candidate_id)


@allow(Role.EXAMINER)
def examining(request: HttpRequest) -> HttpResponse:
    account = _account(request)
    views = overview(panels_of(account).order_by("-offering__sitting__day", "name"), reader=account)
    rows = [
        {"view": view, "to_sign": len(view.ready_to_sign) if view.chaired_by(account) else None}
        for view in views
    ]
    return render(request, "practicals/panels.html", {"rows": rows, "today": clock.today()})


@allow(Role.EXAMINER)
def panel(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """The panel's candidates; of the others' sheets only how many there are."""
    account = _account(request)
    found = get_object_or_404(panels_of(account), pk=panel_id)
    (view,) = overview([found], reader=account)
    task = task_of(found.task)
    chair = view.chaired_by(account)
    context = {
        "panel": found,
        "view": view,
        "chair": chair,
        "open": clock.today() >= found.offering.sitting.day,
        "to_score": next(iter(view.to_score), None),
        "to_sign": next(iter(view.ready_to_sign), None) if chair else None,
        "task": task,
        "notes": notes_of(task),
    }
    return render(request, "practicals/panel.html", context)


@allow(Role.EXAMINER)
def score_sheet(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    """One examiner's own sheet: rubric, half marks, the total as the server adds it up."""
    candidate, account = _candidate(request, candidate_id), _account(request)
    task = task_of(candidate.panel.task)
    given = {criterion.id: request.POST.get(criterion.id, "").strip() for criterion in task.criteria}
    comment = request.POST.get("comment", "")
    refused: Refused | None = None
    if request.method == "POST" and request.POST.get("then") != "total":
        try:
            sheet = submit_sheet(by=account, candidate=candidate, scores=given, comment=comment)
        except Refused as fault:
            refused = fault
        else:
            messages.success(request, f"{candidate.ticket.number} 的评分表已交，合计 {sheet.total} 分。")
            return redirect("panel", panel_id=candidate.panel_id)
    held = latest_sheets(candidate).get(account.id)
    if request.method != "POST" and held is not None:
        given, comment = dict(held.scores), held.comment
    context = _sheet_context(candidate, task, given) | {
        "comment": comment,
        "refused": refused,
        "held": held,
        "posted": request.method == "POST",
    }
    return render(request, "practicals/sheet.html", context, status=422 if refused else 200)


def _sheet_context(candidate: PanelCandidate, task: SkillTask, given: dict[str, str]) -> dict[str, Any]:
    parts = []
    missing = 0
    for part in task.parts:
        rows = [_row(criterion, given.get(criterion.id, "")) for criterion in part.rubric]
        missing += sum(not row["usable"] for row in rows)
        parts.append({"part": part, "rows": rows, "total": _sum(row["marks"] for row in rows)})
    return {
        "candidate": candidate,
        "panel": candidate.panel,
        "task": task,
        "parts": parts,
        "total": _sum(part["total"] for part in parts),
        "missing": missing,
        "signed": sign_off_of(candidate),
        "open": clock.today() >= candidate.panel.offering.sitting.day,
        "notes": notes_of(task),
    }


def _sum(marks: Iterable[Any]) -> Decimal:
    return sum(marks, Decimal(0))


def _row(criterion: Criterion, text: str) -> dict[str, Any]:
    """A criterion with what was written beside it; usable when it can be counted."""
    try:
        marks = Decimal(text)
        usable = marks.is_finite() and 0 <= marks <= criterion.marks and not marks % Decimal("0.5")
    except InvalidOperation:
        usable = False
    return {
        "criterion": criterion,
        "given": text,
        "usable": usable,
        "wrong": bool(text) and not usable,
        "marks": marks if usable else Decimal(0),
    }


@allow(Role.EXAMINER)
@require_POST
def absent(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    candidate = _candidate(request, candidate_id)
    mark_absent(by=_account(request), candidate=candidate)
    messages.success(request, f"{candidate.ticket.number} 已记为缺考。")
    return redirect("panel", panel_id=candidate.panel_id)


@allow(Role.EXAMINER)
def sign(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    """The chair's signature. Marks are shown only once it is given: until then the chair, who scores too,
    could still change a sheet with the others' in view."""
    candidate, account = _candidate(request, candidate_id), _account(request)
    signed, seat = sign_off_of(candidate), membership(candidate.panel, account)
    if signed is None and not (seat is not None and seat.chair):
        raise Http404
    if request.method == "POST":
        done = sign_off(by=account, candidate=candidate)
        messages.success(request, f"{candidate.ticket.number} 的技能成绩 {done.marks} 分已签字。")
        return redirect("panel", panel_id=candidate.panel_id)
    held = {sheet.examiner_id: sheet for sheet in sheets_seen_by(account, candidate)}
    sheets = [held[member.examiner_id] for member in members_of(candidate.panel)] if signed else []
    context = {
        "candidate": candidate,
        "panel": candidate.panel,
        "signed": signed,
        "decision": signing(candidate),
        "sheets": sheets,
        "rows": _compared(task_of(candidate.panel.task), sheets) if signed else [],
    }
    return render(request, "practicals/sign.html", context)


def _compared(task: SkillTask, sheets: list[ScoreSheet]) -> list[dict[str, Any]]:
    """Criterion by criterion what each examiner gave, and how far they lie apart."""
    rows = []
    for criterion in task.criteria:
        cells = [
            {"name": sheet.examiner.display_name, "marks": Decimal(sheet.scores[criterion.id])}
            for sheet in sheets
        ]
        given = [Decimal(sheet.scores[criterion.id]) for sheet in sheets]
        rows.append({"criterion": criterion, "cells": cells, "gap": max(given) - min(given)})
    return rows
