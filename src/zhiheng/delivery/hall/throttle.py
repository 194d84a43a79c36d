"""Slows down guessing at one ticket: five wrong tries from one place, then half a minute of waiting.

Tickets are numbered in a row, so a stranger must neither guess behind one nor shut its owner out by guessing
wrong: tries are counted for each place, and only many more of them, from several places, close a ticket to all.
"""

from collections.abc import Hashable

from zhiheng.delivery.hall.door import place_of

TRIES = 5
TRIES_IN_ALL = 30
WAIT_MS = 30_000
REMEMBERED = 50_000
_TICKET_LIMIT = 64  # no ticket is as long; what is longer is remembered by its beginning


class Tries:
    """Wrong tries by name, in the order of the last ones. Half a minute after the last one they are forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._failures: dict[Hashable, tuple[int, int]] = {}

    def wait(self, name: Hashable, *, now: int) -> int:
        """Milliseconds; 0 when the name may be tried now."""
        count, last = self._failures.get(name, (0, now))
        return last + WAIT_MS - now if count >= self._most and _lately(last, now) else 0

    def failed(self, name: Hashable, *, now: int) -> None:
        count, last = self._failures.pop(name, (0, now))
        self._failures[name] = (count + 1 if _lately(last, now) else 1, now)

    def clear(self, name: Hashable) -> None:
        self._failures.pop(name, None)

    def forget_oldest(self, *, above: int) -> None:
        while len(self._failures) > above:
            del self._failures[next(iter(self._failures))]


class Throttle:
    def __init__(self) -> None:
        self._from_one_place = Tries(TRIES)
        self._in_all = Tries(TRIES_IN_ALL)

    def wait(self, ticket: str, peer: str, *, now: int) -> int:
        """Whole seconds until the ticket may be tried again from there; 0 when it may be now."""
        here = self._from_one_place.wait(_name(ticket, peer), now=now)
        return -(-max(here, self._in_all.wait(ticket[:_TICKET_LIMIT], now=now)) // 1000)

    def failed(self, ticket: str, peer: str, *, exists: bool, now: int) -> None:
        """exists: of tickets that do, no flood of invented ones makes us forget the tries."""
        self._from_one_place.failed(_name(ticket, peer), now=now)
        self._from_one_place.forget_oldest(above=REMEMBERED)
        if exists:
            self._in_all.failed(ticket[:_TICKET_LIMIT], now=now)

    def clear(self, ticket: str, peer: str) -> None:
        self._from_one_place.clear(_name(ticket, peer))


def _lately(last: int, now: int) -> bool:
    """Not so when the clock was set back behind it: nobody is to wait for that hour to come again."""
    return 0 <= now - last < WAIT_MS


def _name(ticket: str, peer: str) -> tuple[str, str]:
    return ticket[:_TICKET_LIMIT], place_of(peer)
