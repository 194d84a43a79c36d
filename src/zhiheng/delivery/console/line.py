"""What the console asks of the hall, and how the answers look. One line per offering: a line speaks of one pack."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from zhiheng.people.models import Account
from zhiheng.sittings.models import Offering


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedSeat:
    """One attempt on which the hall would not act, and why."""

    attempt: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What came of an act, told after every row of it was durable."""

    done: int
    refused: tuple[RefusedSeat, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A break in the line that the hall saw. kind: server, room or one. minutes: proposed, rounded up.

    still: their machines are away yet; until is the moment of looking.
    """

    kind: str
    room: str
    since: datetime
    until: datetime
    attempts: tuple[str, ...]
    minutes: int
    still: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsPass:
    """Where the seats are told live, and the short-lived word that opens it."""

    address: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatNow:
    """One seat as the hall sees it at this moment."""

    attempt: str
    state: str
    answered: int
    total: int
    seen_at: datetime | None
    ends_at: datetime | None
    granted: int
    events: int
    asked: bool
    machines: int


class Line(Protocol):
    """A line to the hall for one account, offering and set of rooms. Raises: Refused, code "hall-silent"."""

    def act(
        self,
        kind: str,
        *,
        attempts: Sequence[str] | None,
        minutes: int = 0,
        reason: str = "",
        text: str = "",
        key: str = "",
    ) -> Acted:
        """attempts None: everybody the line speaks of. key: of a grant; what was given under it is not given again."""
        ...

    def outages(self) -> list[Outage]: ...

    def seats(self) -> list[SeatNow]:
        """All seats once."""
        ...

    def seats_pass(self) -> SeatsPass: ...

    def tell_news(self) -> int:
        """To the consoles of the line's rooms; how many there are."""
        ...


OpenLine = Callable[[Account, Offering, tuple[str, ...]], Line]
"""by, offering, rooms as the pack names them (empty: all)."""
