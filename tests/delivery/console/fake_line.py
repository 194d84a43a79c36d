"""A hall that remembers what it was asked and answers as told; no network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.delivery.test_actions import START
from zhiheng.delivery.console.line import Acted, Line, Outage, RefusedSeat, SeatNow, SeatsPass
from zhiheng.delivery.models import Attempt
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.seating.models import Ticket
from zhiheng.sittings.models import Offering


def seat_of(ticket: Ticket, **more: Any) -> SeatNow:
    """A candidate in the middle of the exam, one of two questions answered."""
    facts: dict[str, Any] = {
        "attempt": str(Attempt.objects.get(ticket=ticket).id),
        "state": "answering",
        "answered": 1,
        "total": 2,
        "seen_at": START,
        "ends_at": START + timedelta(minutes=90),
        "granted": 0,
        "events": 0,
        "asked": False,
        "machines": 1,
    }
    return SeatNow(**(facts | more))


def silent_hall() -> Refused:
    return Refused(what="考场服务没有应答", remedy="请稍后再试", code="hall-silent")


@dataclass
class FakeHall:
    """said: every act in order, keys: theirs. silent_about: the offering whose part of the hall is away. refuses: attempts it will not act on. proposed, seated: what it tells. news: the rooms it was told there is news about. asked: happens while an act is asked of it."""

    silent: bool = False
    silent_about: str = ""
    known: int = 2
    keys: list[str] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    refuses: tuple[str, ...] = ()
    proposed: list[Outage] = field(default_factory=list)
    seated: list[SeatNow] = field(default_factory=list)
    asked: Callable[[], None] | None = None
    news: list[tuple[str, ...]] = field(default_factory=list)
    opened: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)

    def open_line(self, by: Account, offering: Offering, rooms: tuple[str, ...]) -> Line:
        self.opened.append((by.username, str(offering.id), rooms))
        return FakeLine(self, silent=str(offering.id) == self.silent_about, rooms=rooms)


@dataclass
class FakeLine:
    hall: FakeHall
    silent: bool
    rooms: tuple[str, ...]

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
        self._require_sound()
        self.hall.keys.append(key)
        if self.hall.asked is not None:
            self.hall.asked()
        asked = None if attempts is None else tuple(attempts)
        self.hall.said.append(
            {"kind": kind, "attempts": asked, "minutes": minutes, "reason": reason, "text": text}
        )
        refused = tuple(
            RefusedSeat(attempt=one, sentence="已经交卷")
            for one in self.hall.refuses
            if asked is None or one in asked
        )
        count = self.hall.known if asked is None else len(asked)
        return Acted(done=count - len(refused), refused=refused)

    def outages(self) -> list[Outage]:
        self._require_sound()
        return self.hall.proposed

    def seats(self) -> list[SeatNow]:
        self._require_sound()
        return self.hall.seated

    def seats_pass(self) -> SeatsPass:
        return SeatsPass(address="http://127.0.0.1:9/hall/staff/seats", token="t")

    def tell_news(self) -> int:
        self._require_sound()
        self.hall.news.append(self.rooms)
        return 1

    def _require_sound(self) -> None:
        if self.hall.silent or self.silent:
            raise silent_hall()
