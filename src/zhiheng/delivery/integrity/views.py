"""The record of one attempt: for administrators, and for the invigilator of the candidate's room."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from zhiheng.delivery.integrity.queries import record_of
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role
from zhiheng.seating.queries import TicketSheet, sheet_in_watch, sheets_of, tickets_of, watch_of
from zhiheng.sittings.models import Offering


@allow(Role.ADMINISTRATOR)
def attempt_record(request: HttpRequest, offering_id: UUID, number: str) -> HttpResponse:
    offering = get_object_or_404(Offering.objects.select_related("sitting", "revision"), pk=offering_id)
    sheets = sheets_of(tickets_of(offering).filter(number=number))
    if not sheets:
        raise Http404
    return _page(request, sheets[0], reverse("delivery_attempts", args=[offering.id]), "作答情况")


@allow(Role.INVIGILATOR)
def room_record(request: HttpRequest, watch_id: UUID, number: str) -> HttpResponse:
    watch = watch_of(cast(Account, request.user), watch_id)
    sheet = sheet_in_watch(watch, number) if watch is not None else None
    if watch is None or sheet is None:
        raise Http404
    return _page(request, sheet, reverse("room", args=[watch.id]), watch.room.name)


def _page(request: HttpRequest, sheet: TicketSheet, back_url: str, back: str) -> HttpResponse:
    context = {"sheet": sheet, "told": record_of(sheet), "back_url": back_url, "back": back}
    return render(request, "delivery/record.html", context)
