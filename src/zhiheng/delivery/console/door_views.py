"""At the door: the photograph handed in at enrolment beside the person, and a picture taken now if they agreed."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from zhiheng.delivery.console.act_views import room_desk
from zhiheng.delivery.console.actions import keep_door_photo
from zhiheng.delivery.console.forms import DoorForm
from zhiheng.delivery.console.news import tell_room
from zhiheng.delivery.console.opening import open_line
from zhiheng.delivery.console.queries import door_photos_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role
from zhiheng.people.rights.queries import consented
from zhiheng.plumbing import vault
from zhiheng.seating.actions import check_in
from zhiheng.seating.models import Invigilation
from zhiheng.seating.queries import TicketSheet, photos_of
from zhiheng.surface.forms import as_validation_error


@allow(Role.INVIGILATOR)
def door(request: HttpRequest, watch_id: UUID, number: str) -> HttpResponse:
    """Is this the person? Sign them in, with a picture where they agreed to recording."""
    desk = room_desk(request, watch_id)
    sheet = desk.scope.sheet(number)
    watch = desk.scope.watch
    if sheet is None or watch is None:
        raise Http404
    agreed = consented(sheet.ticket.application.person, "recording")
    form = DoorForm(request.POST, request.FILES) if request.method == "POST" else DoorForm()
    if request.method == "POST" and form.is_valid():
        try:
            _sign_in(cast(Account, request.user), watch, sheet, form)
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            tell_room(by=cast(Account, request.user), watch=watch, sheet=sheet, open_line=open_line)
            messages.success(request, f"{sheet.ticket.application.person.name} 已签到。")
            return redirect(desk.home)
    context = {
        "desk": desk,
        "watch": watch,
        "sheet": sheet,
        "form": form,
        "agreed": agreed,
        "photo": sheet.ticket.application_id in photos_of([sheet.ticket]),
        "taken": sheet.ticket.id in door_photos_of([sheet.ticket]),
        "today": desk.scope.is_today,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "delivery/console/door.html", context, status=status)


@transaction.atomic
def _sign_in(by: Account, watch: Invigilation, sheet: TicketSheet, form: DoorForm) -> None:
    """Check in once; a picture may be added afterwards too."""
    file = form.cleaned_data["photo"]
    if sheet.check_in is None:
        check_in(by=by, ticket=sheet.ticket, present=True)
    elif file is None:
        raise Refused(
            what="这名考生已签到" if sheet.check_in.present else "这名考生已记为缺考",
            remedy="记录有误的，请在考场情况中写明",
            code="checked-in",
        )
    if file is not None:
        keep_door_photo(by=by, watch=watch, ticket=sheet.ticket, content=file.read(), name=file.name)


@allow(Role.INVIGILATOR)
def door_photo(request: HttpRequest, watch_id: UUID, number: str) -> HttpResponse:
    """The picture taken at the door, for the room's own invigilators only."""
    sheet = room_desk(request, watch_id).scope.sheet(number)
    file = door_photos_of([sheet.ticket]).get(sheet.ticket.id) if sheet else None
    if file is None:
        raise Http404
    return HttpResponse(
        vault.read(file), content_type=file.media_type, headers={"Cache-Control": "private, no-store"}
    )
