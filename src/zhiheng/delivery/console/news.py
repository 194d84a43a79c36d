"""Telling the consoles of a room that something was written down about it, so that they look again at once."""

from collections.abc import Iterable

from zhiheng.delivery.console.line import OpenLine
from zhiheng.delivery.console.scope import Scope
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.seating.models import Invigilation
from zhiheng.seating.queries import TicketSheet, room_words, sheets_in_room
from zhiheng.sittings.models import Offering


def tell_room(*, by: Account, watch: Invigilation, sheet: TicketSheet | None, open_line: OpenLine) -> None:
    """sheet: whom it concerns; None for everybody in the room. To be said after the commit."""
    sheets = [sheet] if sheet else sheets_in_room(watch.sitting, watch.room)
    rooms = (room_words(watch.room.centre.name, watch.room.name),)
    _tell(by, rooms, {one.ticket.offering for one in sheets}, open_line)


def tell_scope(*, by: Account, scope: Scope, open_line: OpenLine) -> None:
    """To be said after the commit."""
    _tell(by, scope.room_names, scope.offerings, open_line)


def _tell(by: Account, rooms: tuple[str, ...], offerings: Iterable[Offering], open_line: OpenLine) -> None:
    """That there is news goes to the hall, not what: nothing personal.

    While the hall is silent nothing is lost: consoles read their page again every 20 seconds anyway.
    """
    for offering in offerings:
        try:
            open_line(by, offering, rooms).tell_news()
        except Refused:
            return  # what was written down stands; a word to the others is not worth an error page
