"""The invigilator's room on the day: who sits where, who is here, how far they are."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.delivery.accommodations.queries import NOTHING, adjustments_of
from zhiheng.delivery.console.headers import with_live_line
from zhiheng.delivery.console.news import tell_room
from zhiheng.delivery.console.opening import open_line
from zhiheng.delivery.models import PublishedPack
from zhiheng.delivery.queries import ends_at, rows_now
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import allow
from zhiheng.people.corrections.queries import changes_of
from zhiheng.people.models import Account, PersonChange, Role
from zhiheng.people.rights.queries import people_who_agreed
from zhiheng.plumbing import clock, vault
from zhiheng.seating.actions import check_in, note_incident
from zhiheng.seating.forms import AbsentForm, IncidentForm
from zhiheng.seating.models import Invigilation
from zhiheng.seating.queries import (
    TicketSheet,
    incidents_in,
    photos_of,
    rooms_watched_by,
    sheet_in_watch,
    sheets_in_room,
    watch_of,
)
from zhiheng.surface.forms import as_validation_error


def _watch(request: HttpRequest, watch_id: UUID) -> Invigilation:
    watch = watch_of(cast(Account, request.user), watch_id)
    if watch is None:
        raise Http404
    return watch


def _sheet(watch: Invigilation, number: str) -> TicketSheet:
    sheet = sheet_in_watch(watch, number)
    if sheet is None:
        raise Http404
    return sheet


@allow(Role.INVIGILATOR)
def my_rooms(request: HttpRequest) -> HttpResponse:
    watches = rooms_watched_by(cast(Account, request.user))
    return render(request, "delivery/my_rooms.html", {"watches": watches, "today": clock.today()})


@allow(Role.INVIGILATOR)
def room(request: HttpRequest, watch_id: UUID) -> HttpResponse:
    """The room as it is now; on the day the hall tells the page what changes, and without it the page asks again."""
    watch = _watch(request, watch_id)
    sheets = sheets_in_room(watch.sitting, watch.room)
    now = rows_now(sheets)
    rows = now.rows
    with_photo = set(photos_of([sheet.ticket for sheet in sheets]))
    before = _numbers_before(sheets)
    adjustments = adjustments_of([sheet.ticket for sheet in sheets])
    context = {
        "watch": watch,
        "trouble": now.trouble,
        "rows": [
            {
                "row": row,
                "photo": row.sheet.ticket.application_id in with_photo,
                "before": before.get(row.sheet.ticket.application.person_id),
                "adjustment": adjustments.get(row.sheet.ticket.id, NOTHING),
            }
            for row in rows
        ],
        "today": clock.today() == watch.sitting.day,
        "present": sum(bool(sheet.check_in and sheet.check_in.present) for sheet in sheets),
        "absent": sum(bool(sheet.check_in and not sheet.check_in.present) for sheet in sheets),
        "opened": sum(row.opened_at is not None for row in rows),
        "submitted": sum(row.submitted_at is not None for row in rows),
        "incidents": incidents_in(watch.sitting, watch.room),
        "unrecorded": _seats_without_recording(sheets),
        "over": all(clock.now() >= ends_at(sheet.ticket.offering) for sheet in sheets),
        "starts": sorted({sheet.ticket.offering.starts_at for sheet in sheets}),
    }
    response = render(request, "delivery/room.html", context)
    return with_live_line(response) if context["today"] else response


def _numbers_before(sheets: list[TicketSheet]) -> dict[UUID, PersonChange]:
    """By person, the correction made since the pack was sealed: at this exam they sign in with the number before it.

    Of several corrections since, the first: the pack knows the number that stood when it was sealed.
    """
    people = {sheet.ticket.application.person_id: sheet.ticket.offering_id for sheet in sheets}
    changes = changes_of(people)
    if not changes:
        return {}
    sealed = dict(
        PublishedPack.objects.filter(offering__in=set(people.values())).values_list(
            "offering_id", "created_at"
        )
    )
    found: dict[UUID, PersonChange] = {}
    for change in changes:
        at = sealed.get(people[change.person_id])
        if at is not None and change.created_at > at:
            found.setdefault(change.person_id, change)
    return found


def _seats_without_recording(sheets: list[TicketSheet]) -> list[int]:
    """The seats of those who did not agree to be recorded."""
    people = [sheet.ticket.application.person for sheet in sheets]
    agreed = people_who_agreed(people, "recording")
    return [
        sheet.placement.seat
        for sheet, person in zip(sheets, people, strict=True)
        if person.id not in agreed and sheet.placement
    ]


@allow(Role.INVIGILATOR)
def photo(request: HttpRequest, watch_id: UUID, number: str) -> HttpResponse:
    """The candidate's photograph, for the room's own invigilator only."""
    sheet = _sheet(_watch(request, watch_id), number)
    file = photos_of([sheet.ticket]).get(sheet.ticket.application_id)
    if file is None:
        raise Http404
    return HttpResponse(
        vault.read(file), content_type=file.media_type, headers={"Cache-Control": "private, no-store"}
    )


@allow(Role.INVIGILATOR)
@require_POST
def check_in_here(request: HttpRequest, watch_id: UUID, number: str) -> HttpResponse:
    watch = _watch(request, watch_id)
    sheet = _sheet(watch, number)
    check_in(by=cast(Account, request.user), ticket=sheet.ticket, present=True)
    _tell_others(request, watch, sheet)
    messages.success(request, f"{sheet.ticket.application.person.name} 已签到。")
    return redirect("room", watch_id=watch.id)


@allow(Role.INVIGILATOR)
def absent(request: HttpRequest, watch_id: UUID, number: str) -> HttpResponse:
    """Write down that somebody did not come."""
    watch = _watch(request, watch_id)
    sheet = _sheet(watch, number)
    form = AbsentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            check_in(
                by=cast(Account, request.user),
                ticket=sheet.ticket,
                present=False,
                note=form.cleaned_data["note"],
            )
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            _tell_others(request, watch, sheet)
            messages.success(request, f"{sheet.ticket.application.person.name} 已记为缺考。")
            return redirect("room", watch_id=watch.id)
    return _answer(request, "delivery/absent.html", watch, form, sheet=sheet)


@allow(Role.INVIGILATOR)
def incident(request: HttpRequest, watch_id: UUID) -> HttpResponse:
    """Write down what happened in the room."""
    watch = _watch(request, watch_id)
    form = IncidentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["ticket"]
        sheet = sheet_in_watch(watch, number) if number else None
        try:
            if number and sheet is None:
                raise Refused(
                    what=f"本考场没有准考证 {number}", remedy="请核对准考证号，或留空", code="not-your-room"
                )
            note_incident(
                by=cast(Account, request.user),
                watch=watch,
                text=form.cleaned_data["text"],
                ticket=sheet.ticket if sheet else None,
            )
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            _tell_others(request, watch, sheet)
            messages.success(request, "考场情况已记录。")
            return redirect("room", watch_id=watch.id)
    return _answer(request, "delivery/incident.html", watch, form)


def _tell_others(request: HttpRequest, watch: Invigilation, sheet: TicketSheet | None) -> None:
    """Those who watch the same room see it at once."""
    tell_room(by=cast(Account, request.user), watch=watch, sheet=sheet, open_line=open_line)


def _answer(
    request: HttpRequest, template: str, watch: Invigilation, form: Form, sheet: TicketSheet | None = None
) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"watch": watch, "form": form, "sheet": sheet}, status=status)
