"""One act on the running exam: what, for whom, why; a second look where it cannot be undone."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from zhiheng.delivery.console.actions import act_on_hall
from zhiheng.delivery.console.acts import ACTS, ActPage
from zhiheng.delivery.console.news import tell_scope
from zhiheng.delivery.console.opening import open_line
from zhiheng.delivery.console.outlook import outlook, refused_words
from zhiheng.delivery.console.queries import look_at_seat
from zhiheng.delivery.console.scope import Scope, own_room, whole_hall
from zhiheng.delivery.console.wording import act_words, silence_words, whom_words
from zhiheng.delivery.models import HallAct, HallActKind
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.seating.queries import TicketSheet
from zhiheng.surface.forms import as_validation_error


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where somebody stands while acting: what they may see, and the page they come from."""

    scope: Scope
    home: str
    home_words: str
    prefix: str

    def url(self, name: str, *more: object) -> str:
        """The page of this name for the room's invigilator or for the administrator."""
        scope = self.scope
        first = scope.watch.id if scope.watch else scope.offering.id if scope.offering else None
        return reverse(f"{self.prefix}_{name}", args=[first, *more])

    @property
    def room_query(self) -> str:
        """Keeps one room of a hall-wide page apart."""
        return f"?room={self.scope.room.id}" if self.scope.watch is None and self.scope.room else ""


def room_desk(request: HttpRequest, watch_id: UUID) -> Desk:
    """Raises: Http404 for a room the account does not watch."""
    scope = own_room(cast(Account, request.user), watch_id)
    if scope is None or scope.room is None:
        raise Http404
    return Desk(scope=scope, home=reverse("room", args=[watch_id]), home_words=scope.room.name, prefix="room")


def hall_desk(request: HttpRequest, offering_id: UUID) -> Desk:
    """Raises: Http404 for an offering or a room that is not there."""
    asked = request.GET.get("room")
    try:
        scope = whole_hall(offering_id, room_id=UUID(asked) if asked else None)
    except ValueError:
        raise Http404 from None
    if scope is None or scope.offering is None:
        raise Http404
    return Desk(
        scope=scope, home=reverse("hall", args=[offering_id]), home_words=scope.offering.title, prefix="hall"
    )


@allow(Role.INVIGILATOR)
def room_seat(request: HttpRequest, watch_id: UUID, number: str) -> HttpResponse:
    return _seat(request, room_desk(request, watch_id), number)


@allow(Role.ADMINISTRATOR)
def hall_seat(request: HttpRequest, offering_id: UUID, number: str) -> HttpResponse:
    return _seat(request, hall_desk(request, offering_id), number)


@allow(Role.INVIGILATOR)
def room_act(request: HttpRequest, watch_id: UUID, kind: str) -> HttpResponse:
    return _act(request, room_desk(request, watch_id), kind)


@allow(Role.ADMINISTRATOR)
def hall_act(request: HttpRequest, offering_id: UUID, kind: str) -> HttpResponse:
    return _act(request, hall_desk(request, offering_id), kind)


def _seat(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """One candidate now, and what can be done."""
    sheet = _sheet(desk, number)
    look = look_at_seat(cast(Account, request.user), desk.scope, sheet, open_line)
    now = look.now
    context = {
        "desk": desk,
        "sheet": sheet,
        "now": now,
        "trouble": look.trouble,
        "silence": silence_words(now.seen_at, clock.now()) if now and now.asked else "",
        "today": desk.scope.is_today,
        "acts": [(page, f"{desk.url('act', page.slug)}?seat={number}") for page in ACTS.values()],
        "door": desk.url("door", number) if desk.scope.watch else "",
        "record": reverse("room_record", args=[desk.scope.watch.id, number])
        if desk.scope.watch
        else reverse("attempt_record", args=[sheet.ticket.offering_id, number]),
    }
    return render(request, "delivery/console/seat.html", context)


def _act(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    page = ACTS.get(kind)
    number = request.GET.get("seat", "")
    if page is None or (page.one_only and not number):
        raise Http404
    sheet = _sheet(desk, number) if number else None
    whom = whom_words(desk.scope, sheet)
    form = page.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if page.sure and request.POST.get("sure") != "yes":
            return _sure(request, desk, page, form, sheet)
        try:
            act = act_on_hall(
                by=cast(Account, request.user),
                scope=desk.scope,
                kind=page.kind or given["verdict"],
                form_id=given["number"],
                open_line=open_line,
                sheet=sheet,
                minutes=given.get("minutes", 0),
                words=given.get("words", ""),
            )
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            tell_scope(by=cast(Account, request.user), scope=desk.scope, open_line=open_line)
            messages.success(request, _done_words(desk, act, whom))
            return redirect(desk.home)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "delivery/console/act.html", _page(request, desk, page, form, sheet), status=status
    )


def _sure(
    request: HttpRequest, desk: Desk, page: ActPage, form: Form, sheet: TicketSheet | None
) -> HttpResponse:
    """A second look at what is to be done and to whom; minutes that would reach nobody are refused here."""
    given = form.cleaned_data
    context = {
        "desk": desk,
        "page": page,
        "form": form,
        "whom": whom_words(desk.scope, sheet),
        "said": act_words(str(page.kind), minutes=given.get("minutes", 0), words=given.get("words", "")),
    }
    if page.slug == "grant":
        seen = outlook(cast(Account, request.user), desk.scope, sheet, open_line, minutes=given["minutes"])
        if seen.known and not seen.going:
            form.add_error("minutes", "按现在的情况没有人能用上这些时间，见上面的说明")
            context = _page(request, desk, page, form, sheet)
            return render(request, "delivery/console/act.html", context, status=422)
        context["outlook"] = seen
    return render(request, "delivery/console/sure.html", context)


def _done_words(desk: Desk, act: HallAct, whom: str) -> str:
    """What was done, and to whom it was not and why."""
    said = f"{HallActKind(act.kind).label}：{whom}，考场服务已执行 {act.done} 人"
    if act.asked <= act.done:
        return f"{said}。"
    collected = act.asked - act.done - len(act.refused) if act.kind == HallActKind.GRANT else 0
    why = refused_words(desk.scope, act) + (f"{collected} 人已经收卷。" if collected > 0 else "")
    return f"{said}，另有 {act.asked - act.done} 人没有执行。{why}"


def _page(
    request: HttpRequest, desk: Desk, page: ActPage, form: Form, sheet: TicketSheet | None
) -> dict[str, object]:
    context: dict[str, object] = {
        "desk": desk,
        "page": page,
        "form": form,
        "sheet": sheet,
        "question": page.question.format(whom=whom_words(desk.scope, sheet)),
        "today": desk.scope.is_today,
    }
    if page.slug == "grant" and desk.scope.is_today:
        context["outlook"] = outlook(cast(Account, request.user), desk.scope, sheet, open_line)
    if page.slug in ("second", "submit") and sheet is not None:
        look = look_at_seat(cast(Account, request.user), desk.scope, sheet, open_line)
        now = look.now
        context["now"], context["trouble"] = now, look.trouble
        context["silence"] = silence_words(now.seen_at, clock.now()) if now else ""
    return context


def _sheet(desk: Desk, number: str) -> TicketSheet:
    sheet = desk.scope.sheet(number)
    if sheet is None:
        raise Http404
    return sheet
