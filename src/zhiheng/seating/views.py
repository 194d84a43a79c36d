"""The administrator's way from approved applications to seats with somebody watching."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.seating.actions import (
    add_room,
    assign_invigilators,
    issue_tickets,
    open_centre,
    place_candidates,
    replace_invigilator,
)
from zhiheng.seating.core.ratios import check_invigilators
from zhiheng.seating.forms import (
    CentreForm,
    InvigilatorsForm,
    IssueForm,
    PlaceForm,
    ReplaceForm,
    RoomForm,
)
from zhiheng.seating.models import Centre
from zhiheng.seating.progress import RoomPlan, SeatingState, room_plans, seating_states, unpaid_applications
from zhiheng.seating.queries import (
    all_offerings,
    awaiting_tickets,
    centres_with_rooms,
    free_invigilators,
    room_facts,
    rooms_for,
    rooms_of,
    sheets_of,
    tickets_of,
)
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for
from zhiheng.surface.forms import done


def _answered(request: HttpRequest, form: Form, act: Callable[[], object]) -> bool:
    """Whether the form was posted and its act was done."""
    return request.method == "POST" and done(form, act)


def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def _offering(offering_id: UUID) -> Offering:
    return get_object_or_404(Offering.objects.select_related("sitting", "revision"), pk=offering_id)


@allow(Role.ADMINISTRATOR)
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "seating/overview.html", {"states": seating_states(all_offerings())})


@allow(Role.ADMINISTRATOR)
def centres(request: HttpRequest) -> HttpResponse:
    return render(request, "seating/centres.html", {"rows": centres_with_rooms()})


@allow(Role.ADMINISTRATOR)
def new_centre(request: HttpRequest) -> HttpResponse:
    form = CentreForm(request.POST or None)
    by = str(cast(Account, request.user).id)
    if _answered(request, form, lambda: open_centre(by=by, **form.cleaned_data)):
        messages.success(request, "考点已登记，下一步登记考场。")
        return redirect("centre", code=form.cleaned_data["code"])
    return _shown(request, "seating/new_centre.html", {"form": form})


@allow(Role.ADMINISTRATOR)
def centre(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Centre, code=code)
    form = RoomForm(request.POST or None)
    by = str(cast(Account, request.user).id)
    if _answered(request, form, lambda: add_room(by=by, centre=found, **form.cleaned_data)):
        messages.success(request, f"已登记{form.cleaned_data['name']}，{form.cleaned_data['seats']} 座。")
        return redirect("centre", code=code)
    return _shown(request, "seating/centre.html", {"centre": found, "rooms": rooms_of(found), "form": form})


@allow(Role.ADMINISTRATOR)
def offering(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """Where an offering stands: tickets, seats, invigilators."""
    found = _offering(offering_id)
    (state,) = seating_states([found])
    plans = room_plans(found)
    context = {
        "state": state,
        "offering": found,
        "plans": plans,
        "steps": _steps(state, plans),
        "waiting": awaiting_tickets(found),
        "unpaid": unpaid_applications(found),
        "short_room": next((plan for plan in plans if not plan.enough), None),
        "begun": clock.now() >= found.starts_at,
    }
    return render(request, "seating/offering.html", context)


def _steps(state: SeatingState, plans: list[RoomPlan]) -> list[dict[str, str]]:
    """The three steps in the words of the page."""
    done = (
        state.tickets > 0 and state.awaiting == 0,
        state.tickets > 0 and state.unplaced == 0,
        bool(plans) and all(plan.enough for plan in plans),
    )
    present = sum(len(plan.invigilators) for plan in plans)
    needed = sum(plan.required for plan in plans)
    notes = (
        f"已发放 {state.tickets} 张，待发放 {state.awaiting} 人",
        f"已编排 {state.seated} 人，未编排 {state.unplaced} 人",
        f"{len(plans)} 个考场，已安排 {present} 人，至少 {needed} 人",
    )
    first = next((place for place, finished in enumerate(done) if not finished), len(done))
    return [
        {
            "label": label,
            "state": "done" if done[place] else "current" if place == first else "ahead",
            "note": notes[place],
        }
        for place, label in enumerate(("发放准考证", "编排座位", "安排监考"))
    ]


@allow(Role.ADMINISTRATOR)
def issue(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    found = _offering(offering_id)
    waiting = awaiting_tickets(found)
    form = IssueForm(request.POST or None)

    def act() -> None:
        issued = issue_tickets(
            by=cast(Account, request.user), offering=found, centre=form.cleaned_data["centre"]
        )
        messages.success(request, f"已发放 {len(issued)} 张准考证，下一步编排座位。")

    if _answered(request, form, act):
        return redirect("seating_offering", offering_id=found.id)
    context = {
        "offering": found,
        "form": form,
        "waiting": waiting,
        "has_centres": Centre.objects.exists(),
    }
    return _shown(request, "seating/issue.html", context)


@allow(Role.ADMINISTRATOR)
def place(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    found = _offering(offering_id)
    rooms = rooms_for(found)
    free = {facts.id: len(facts.free_seats) for facts in room_facts(found.sitting, rooms)}
    form = PlaceForm(request.POST or None, rooms=rooms, free=free)

    def act() -> None:
        placed = place_candidates(
            by=cast(Account, request.user),
            offering=found,
            rooms=list(form.cleaned_data["rooms"]),
            seed=found.id.int % 2**31,
        )
        messages.success(request, f"已编排 {len(placed)} 个座位，下一步安排监考。")

    if _answered(request, form, act):
        return redirect("seating_plan", offering_id=found.id)
    (state,) = seating_states([found])
    return _shown(
        request, "seating/place.html", {"offering": found, "form": form, "state": state, "rooms": rooms}
    )


@allow(Role.ADMINISTRATOR)
def plan(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """The seat plan, room by room."""
    found = _offering(offering_id)
    unplaced = [sheet for sheet in sheets_of(tickets_of(found)) if sheet.placement is None]
    return render(
        request,
        "seating/plan.html",
        {"offering": found, "plans": room_plans(found), "unplaced": unplaced},
    )


@allow(Role.ADMINISTRATOR)
def assign(request: HttpRequest, offering_id: UUID, room_id: UUID) -> HttpResponse:
    """Who watches one room, with the ratio reckoned out."""
    found = _offering(offering_id)
    chosen = next((one for one in room_plans(found) if one.room.id == room_id), None)
    if chosen is None:
        raise Http404
    free = free_invigilators(found.sitting)
    form = InvigilatorsForm(request.POST or None, free=free)

    def act() -> None:
        watching = assign_invigilators(
            by=cast(Account, request.user),
            offering=found,
            room=chosen.room,
            invigilators=list(form.cleaned_data["invigilators"]),
        )
        messages.success(request, f"{chosen.room.name}已有 {len(watching)} 名监考员。")

    if _answered(request, form, act):
        return redirect("seating_offering", offering_id=found.id)
    reckoning = check_invigilators(
        len(chosen.invigilators), candidates=max(len(chosen.sheets), 1), ratios=rules_for(found).ratios
    )
    context = {"offering": found, "plan": chosen, "form": form, "reckoning": reckoning, "free": free}
    return _shown(request, "seating/assign.html", context)


@allow(Role.ADMINISTRATOR)
def replace(request: HttpRequest, offering_id: UUID, room_id: UUID, account_id: UUID) -> HttpResponse:
    """Somebody stops watching a room, and who does instead."""
    found = _offering(offering_id)
    plan = next((one for one in room_plans(found) if one.room.id == room_id), None)
    leaving = next((one for one in plan.invigilators if one.id == account_id), None) if plan else None
    if plan is None or leaving is None:
        raise Http404
    form = ReplaceForm(request.POST or None, free=free_invigilators(found.sitting))

    def act() -> None:
        replace_invigilator(
            by=cast(Account, request.user),
            offering=found,
            room=plan.room,
            leaving=leaving,
            successor=form.cleaned_data["successor"],
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, f"{leaving.display_name}不再监考{plan.room.name}。")

    if _answered(request, form, act):
        return redirect("seating_invigilators", offering_id=found.id, room_id=room_id)
    context = {"offering": found, "plan": plan, "leaving": leaving, "form": form}
    return _shown(request, "seating/replace.html", context)
