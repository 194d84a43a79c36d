"""What one account may see and do on the day: its own room, or for the administrator every room of an offering."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from zhiheng.delivery.models import Attempt
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.seating.models import Invigilation, Room, Ticket
from zhiheng.seating.queries import TicketSheet, room_words, sheets_in_room, sheets_of, tickets_of, watch_of
from zhiheng.sittings.models import Offering, Sitting


@dataclass(frozen=True, kw_only=True)
class Scope:
    """sheets: everybody in it, by room and seat. watch: the invigilator's own; None for the administrator.

    room: None for every room of the offering; offering: None for whoever sits in a watched room.
    """

    sitting: Sitting
    sheets: tuple[TicketSheet, ...]
    room: Room | None = None
    offering: Offering | None = None
    watch: Invigilation | None = None

    @cached_property
    def offerings(self) -> list[Offering]:
        found = {sheet.ticket.offering_id: sheet.ticket.offering for sheet in self.sheets}
        return sorted(found.values(), key=lambda offering: (offering.starts_at, offering.title))

    @cached_property
    def rooms(self) -> list[Room]:
        """The rooms people sit in, by centre and name."""
        return _rooms(self.sheets)

    @cached_property
    def room_names(self) -> tuple[str, ...]:
        """As the pack names them; empty when the scope is every room there is."""
        if self.watch is None and self.room is None:
            return ()
        return rooms_of(self.sheets)

    @property
    def is_today(self) -> bool:
        return clock.today() == self.sitting.day

    def sheet(self, number: str) -> TicketSheet | None:
        return next((sheet for sheet in self.sheets if sheet.ticket.number == number), None)

    def of_room(self, room: Room) -> tuple[TicketSheet, ...]:
        return tuple(sheet for sheet in self.sheets if sheet.placement and sheet.placement.room_id == room.id)


def own_room(account: Account, watch_id: UUID) -> Scope | None:
    """The room an invigilator watches, or nothing."""
    watch = watch_of(account, watch_id)
    return None if watch is None else shared_room(watch.sitting, watch.room, watch)


def shared_room(sitting: Sitting, room: Room, watch: Invigilation | None = None) -> Scope:
    """Everybody in a room on a day, whatever they sit."""
    return Scope(sitting=sitting, room=room, watch=watch, sheets=tuple(sheets_in_room(sitting, room)))


def whole_hall(offering_id: UUID, *, room_id: UUID | None = None) -> Scope | None:
    """Every room of an offering, or one of them; for administrators. None when there is no such room."""
    offering = Offering.objects.select_related("sitting", "revision").filter(pk=offering_id).first()
    if offering is None:
        return None
    sheets = [sheet for sheet in sheets_of(tickets_of(offering)) if sheet.placement]
    if room_id is not None:
        sheets = [sheet for sheet in sheets if sheet.placement and sheet.placement.room_id == room_id]
        if not sheets:
            return None
    sheets.sort(key=_place)
    room = sheets[0].placement.room if room_id is not None and sheets[0].placement else None
    return Scope(sitting=offering.sitting, offering=offering, room=room, sheets=tuple(sheets))


def rooms_of(sheets: Iterable[TicketSheet]) -> tuple[str, ...]:
    """Where they sit, as the pack names it."""
    return tuple(room_words(room.centre.name, room.name) for room in _rooms(sheets))


def _rooms(sheets: Iterable[TicketSheet]) -> list[Room]:
    found = {sheet.placement.room_id: sheet.placement.room for sheet in sheets if sheet.placement}
    return sorted(found.values(), key=lambda room: (room.centre.code, room.name))


def _place(sheet: TicketSheet) -> tuple[str, str, int]:
    place = sheet.placement
    return (place.room.centre.code, place.room.name, place.seat) if place else ("", "", 0)


def attempt_ids(tickets: Sequence[Ticket]) -> dict[UUID, str]:
    """Ticket id -> the attempt's id in the hall; tickets that were never handed over are absent. One query."""
    rows = Attempt.objects.filter(ticket__in=tickets).values_list("ticket_id", "id")
    return {ticket: str(attempt) for ticket, attempt in rows}
