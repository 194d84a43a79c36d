"""The whole hall for the administrator, the pass that opens the live seats, and breaks in the line."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from zhiheng.delivery.console.act_views import Desk, hall_desk, room_desk
from zhiheng.delivery.console.actions import grant_for_outage
from zhiheng.delivery.console.forms import OutageForm
from zhiheng.delivery.console.headers import with_live_line
from zhiheng.delivery.console.news import tell_scope
from zhiheng.delivery.console.opening import open_line
from zhiheng.delivery.console.outlook import granted_words
from zhiheng.delivery.console.queries import Proposal, decisions_of, proposals
from zhiheng.delivery.queries import rows_now
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role
from zhiheng.surface.forms import as_validation_error


@allow(Role.ADMINISTRATOR)
def hall(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """Every room of an offering on one page."""
    desk = hall_desk(request, offering_id)
    scope = desk.scope
    now = rows_now(scope.sheets)
    rows = {row.sheet.ticket.id: row for row in now.rows}
    rooms = [
        {
            "room": room,
            "rows": [rows[sheet.ticket.id] for sheet in scope.of_room(room)],
        }
        for room in scope.rooms
    ]
    context = {
        "desk": desk,
        "rooms": rooms,
        "total": len(scope.sheets),
        "today": scope.is_today,
        "trouble": now.trouble,
    }
    return with_live_line(render(request, "delivery/console/hall.html", context))


@allow(Role.INVIGILATOR)
def room_line(request: HttpRequest, watch_id: UUID) -> HttpResponse:
    return _line(request, room_desk(request, watch_id))


@allow(Role.ADMINISTRATOR)
def hall_line(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    return _line(request, hall_desk(request, offering_id))


def _line(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Where the live seats are and the word that opens them, for a few minutes; asked again as often as needed."""
    if not desk.scope.is_today:
        raise Http404
    passes = [
        open_line(cast(Account, request.user), offering, desk.scope.room_names).seats_pass()
        for offering in desk.scope.offerings
    ]
    answer = JsonResponse({"lines": [{"address": one.address, "token": one.token} for one in passes]})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@allow(Role.INVIGILATOR)
def room_outages(request: HttpRequest, watch_id: UUID) -> HttpResponse:
    return _outages(request, room_desk(request, watch_id))


@allow(Role.ADMINISTRATOR)
def hall_outages(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    return _outages(request, hall_desk(request, offering_id))


@allow(Role.INVIGILATOR)
def room_outage(request: HttpRequest, watch_id: UUID, key: str) -> HttpResponse:
    return _outage(request, room_desk(request, watch_id), key)


@allow(Role.ADMINISTRATOR)
def hall_outage(request: HttpRequest, offering_id: UUID, key: str) -> HttpResponse:
    return _outage(request, hall_desk(request, offering_id), key)


def _outages(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What the hall proposes, and what people have decided so far."""
    scope = desk.scope
    trouble: Refused | None = None
    waiting: list[Proposal] = []
    if scope.is_today:
        try:
            waiting = proposals(cast(Account, request.user), scope, open_line)
        except Refused as refused:
            trouble = refused
    cards = [(one, desk.url("outage", one.key)) for one in waiting]
    decided = [
        decision
        for offering in scope.offerings
        for decision in decisions_of(offering)
        if scope.watch is None or decision.room_id in (None, scope.watch.room_id)
    ]
    context = {"desk": desk, "cards": cards, "trouble": trouble, "decided": decided, "today": scope.is_today}
    return render(request, "delivery/console/outages.html", context)


def _outage(request: HttpRequest, desk: Desk, key: str) -> HttpResponse:
    """Give the minutes, other minutes, or none; with a reason."""
    by = cast(Account, request.user)
    waiting = proposals(by, desk.scope, open_line) if desk.scope.is_today else []
    found = next((one for one in waiting if one.key == key), None)
    if found is None:
        messages.info(request, "这一次断线已经处理，或者已有别的补时盖过。")
        return redirect(desk.url("outages"))
    form = OutageForm(request.POST or None, initial={"minutes": found.outage.minutes})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        minutes = given["minutes"] if given["verdict"] else 0
        try:
            decision = grant_for_outage(
                by=by,
                scope=desk.scope,
                offering=found.offering,
                outage=found.outage,
                minutes=minutes,
                reason=given["words"],
                open_line=open_line,
            )
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            tell_scope(by=by, scope=desk.scope, open_line=open_line)
            said = granted_words(desk.scope, decision.act) if decision.act else "已记为不补。"
            messages.success(request, f"{found.span} 断线：{said}")
            return redirect(desk.home)
    status = 422 if request.method == "POST" else 200
    context = {"desk": desk, "proposal": found, "form": form}
    return render(request, "delivery/console/outage.html", context, status=status)
