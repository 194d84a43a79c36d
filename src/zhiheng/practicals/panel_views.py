"""The administrator's way: panels of an offering, candidates before them, and the task sheet on paper."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import accounts_in
from zhiheng.plumbing import clock
from zhiheng.practicals.actions import assign_candidates, form_panel, load_task
from zhiheng.practicals.catalogue import shipped_tasks, task_by_id, task_seen_by
from zhiheng.practicals.documents import task_pdf
from zhiheng.practicals.forms import AssignForm, PanelForm
from zhiheng.practicals.models import SkillTask
from zhiheng.practicals.progress import skill_states
from zhiheng.practicals.queries import (
    PanelView,
    has_skill_component,
    overview,
    panels,
    panels_in,
    result_due,
    task_of,
    unassigned_tickets,
)
from zhiheng.practicals.waiting import result_rule
from zhiheng.seating.core.ratios import check_examiners, least_examiners
from zhiheng.seating.queries import all_offerings
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for
from zhiheng.surface.forms import as_validation_error


def _offering(offering_id: UUID) -> Offering:
    return get_object_or_404(Offering.objects.select_related("sitting", "revision"), pk=offering_id)


@allow(Role.ADMINISTRATOR, Role.RESULTS_OFFICER)
def offerings(request: HttpRequest) -> HttpResponse:
    return render(request, "practicals/overview.html", {"states": skill_states(all_offerings())})


@allow(Role.ADMINISTRATOR, Role.RESULTS_OFFICER)
def offering(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """The panels of an offering, whether they suffice, and how far they are."""
    found = _offering(offering_id)
    states = skill_states([found])
    if not states:
        raise Http404
    (state,) = states
    ratios = rules_for(found).ratios
    context = {
        "offering": found,
        "state": state,
        "lines": [_line(view) for view in overview(panels_in(found))],
        "needed": least_examiners(state.tickets, ratios) if state.tickets else 0,
        "ratios": ratios,
        "tasks": shipped_tasks(found),
        "today": clock.today(),
        "due": result_due(found),
        "rule": result_rule(found),
        "may_arrange": Role.ADMINISTRATOR in cast(SignedInRequest, request).roles,
    }
    return render(request, "practicals/offering.html", context)


def _line(view: PanelView) -> dict[str, Any]:
    """A panel with how many sheets are in and how many candidates it may take."""
    ratios = rules_for(view.panel.offering).ratios
    size, here = len(view.members), len(view.rows)
    present = [row for row in view.rows if not row.candidate.absent]
    return {
        "view": view,
        "absent": here - len(present),
        "present": len(present),
        "signed": sum(row.signed is not None for row in present),
        "sheets": sum(row.handed_in for row in present),
        "due_sheets": size * len(present),
        "room": max(0, size * ratios.candidates_per_examiner.value - here),
        "decision": check_examiners((size,), candidates=here, ratios=ratios) if here else None,
    }


@allow(Role.ADMINISTRATOR)
def new_panel(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    found, by = _offering(offering_id), cast(Account, request.user)
    if not has_skill_component(found):
        raise Http404
    tasks, examiners = shipped_tasks(found), accounts_in(Role.EXAMINER)
    form = PanelForm(tasks, examiners, request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        try:
            made = form_panel(
                by=by,
                offering=found,
                task=load_task(by=str(by.id), task=form.chosen_task),
                name=words["name"],
                place=words["place"],
                examiners=list(words["examiners"]),
                chair=form.chosen_chair,
            )
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            messages.success(request, f"已组成{made.name}，下一步分配考生。")
            return redirect("assign_candidates", panel_id=made.id)
    context = {
        "offering": found,
        "form": form,
        "tasks": tasks,
        "examiners": examiners,
        "ratios": rules_for(found).ratios,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "practicals/new_panel.html", context, status=status)


@allow(Role.ADMINISTRATOR)
def assign(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Who comes before this panel, with the ratio worked out."""
    found, by = get_object_or_404(panels(), pk=panel_id), cast(Account, request.user)
    free = list(unassigned_tickets(found.offering))
    form = AssignForm(free, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = assign_candidates(by=by, panel=found, tickets=list(form.cleaned_data["tickets"]))
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            messages.success(request, f"已把 {len(rows)} 名考生分到{found.name}。")
            return redirect("assign_candidates", panel_id=found.id)
    (view,) = overview([found])
    context = {
        "panel": found,
        "line": _line(view),
        "view": view,
        "free": free,
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "practicals/assign.html", context, status=status)


def _task(request: HttpRequest, task_id: UUID) -> SkillTask:
    """Any task for the administrator; for an examiner the tasks of their own panels."""
    if Role.ADMINISTRATOR in cast(SignedInRequest, request).roles:
        found = task_by_id(task_id)
    else:
        found = task_seen_by(cast(Account, request.user), task_id)
    if found is None:
        raise Http404
    return found


@allow(Role.ADMINISTRATOR, Role.EXAMINER)
def task_sheet(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """The task as a candidate gets it: no answers, no notes for the panel."""
    row = _task(request, task_id)
    context = {"row": row, "task": task_of(row), "printed_at": clock.now()}
    return render(request, "practicals/task.html", context)


@allow(Role.ADMINISTRATOR, Role.EXAMINER)
def task_paper(request: HttpRequest, task_id: UUID) -> HttpResponse:
    row = _task(request, task_id)
    response = HttpResponse(task_pdf(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="skill-task-{task_of(row).id}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
