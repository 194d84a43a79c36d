"""What is different for the holder of a ticket, as later stages say. Wired in config only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from zhiheng.seating.models import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTerms:
    """minutes: the holder's own duration. words: what was granted, for the holder alone.

    browser_url: the page of the browser that must be used, "" when any will do; it begins with "/".
    """

    minutes: int
    words: str = ""
    browser_url: str = ""


Tell = Callable[[Sequence[Ticket]], Mapping[UUID, TicketTerms]]
_tellers: list[Tell] = []


def tell_terms(tell: Tell) -> None:
    """tell: ticket id -> its terms, in a fixed number of queries; tickets under the common terms may be absent."""
    if tell not in _tellers:
        _tellers.append(tell)


def terms_of(tickets: Sequence[Ticket]) -> dict[UUID, TicketTerms]:
    """Every ticket's terms; the common ones where nobody says otherwise."""
    found = {ticket.pk: TicketTerms(minutes=ticket.offering.minutes) for ticket in tickets}
    for tell in _tellers:
        found.update(tell(tickets))
    return found
