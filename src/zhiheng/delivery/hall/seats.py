"""Every seat as the console shows it, told as it changes.

Only attempts that changed are looked at. That somebody has fallen silent is found by a wheel of seconds:
each machine in use is looked at once in the time it may be silent, however many requests it makes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from zhiheng.delivery.core.token import StaffPass
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.http import Stream
from zhiheng.delivery.hall.live import Live
from zhiheng.delivery.hall.packs import Place
from zhiheng.delivery.hall.staff import in_pass
from zhiheng.delivery.hall.wire import moment

LOT = 2_000
"""Seats told at a time: a great sitting at its start must neither hold up the hall nor fill a console's line."""
QUIET_MS = 15_000
RETRY = b"retry: 2000\n\n"
NEWS = b"event: news\ndata: {}\n\n"
STILL_HERE = b": ok\n\n"


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """state: absent, waiting, answering, away, paused or submitted. seen_at: of a silent one, since when."""

    attempt: str
    ticket: str
    room: str
    seat: str
    state: str
    answered: int
    total: int
    seen_at: str | None
    ends_at: str
    granted: int
    events: int
    asked: bool
    machines: int


def seat_of(place: Place, live: Live, *, now: int) -> Seat:
    candidate = place.candidate
    return Seat(
        attempt=candidate.attempt,
        ticket=candidate.ticket,
        room=candidate.room,
        seat=candidate.seat,
        state=_state(place, live, now),
        answered=live.answered.bit_count(),
        total=len(place.asked),
        seen_at=moment(live.heard_at) if live.heard_at else None,
        ends_at=moment(live.deadline(place.ends_ms, now=now)),
        granted=live.granted_minutes,
        events=live.events,
        asked=live.asking is not None and not live.asking.decision,
        machines=len(live.machines),
    )


def _state(place: Place, live: Live, now: int) -> str:
    if live.submitted:
        return "submitted"
    if not live.epoch:
        return "absent"
    if live.paused_at is not None:
        return "paused"
    if now - live.heard_at > place.silent_ms:
        return "away"
    return "waiting" if now < place.starts_ms else "answering"


@dataclass(slots=True, eq=False)
class _Console:
    staff: StaffPass
    stream: Stream
    spoke_at: int
    backlog: Iterator[Place] = field(default_factory=lambda: iter(()))


class Rooms(msgspec.Struct, frozen=True, kw_only=True):
    """Some rooms of a sitting; none named: all of it."""

    sitting: str
    rooms: tuple[str, ...]

    def meet(self, staff: StaffPass) -> bool:
        if self.sitting != staff.sitting:
            return False
        return not self.rooms or not staff.rooms or not set(self.rooms).isdisjoint(staff.rooms)


class SeatBoard:
    """`tick` once a second; `watch` for each console that opens.

    news: rooms of which other halls were not yet told that there is news; None where there are no others.
    """

    def __init__(self, desk: Desk) -> None:
        self.news: set[Rooms] | None = None
        self._desk = desk
        self._consoles: set[_Console] = set()
        self._wheel: dict[int, list[str]] = defaultdict(list)
        self._untold: dict[str, None] = {}
        self._ticked = 0

    @property
    def consoles(self) -> int:
        return len(self._consoles)

    def watch(self, staff: StaffPass, stream: Stream, *, now: int) -> None:
        """Tell a console all its seats now, and from now on what changes."""
        places = iter([place for place in self._desk.shelf.by_attempt.values() if in_pass(staff, place)])
        console = _Console(staff=staff, stream=stream, spoke_at=now, backlog=places)
        self._consoles.add(console)
        stream.on_close = lambda: self._consoles.discard(console)
        self._say(console, "all", self._first(console, now), now)

    def tell_news(self, staff: StaffPass) -> int:
        """Have the consoles of these rooms look at the back office again; how many listen here."""
        rooms = Rooms(sitting=staff.sitting, rooms=staff.rooms)
        if self.news is not None:
            self.news.add(rooms)
        return self.hear_news(rooms)

    def hear_news(self, rooms: Rooms) -> int:
        """Told here or to another hall."""
        meant = [console for console in self._consoles if rooms.meet(console.staff)]
        for console in meant:
            console.stream.send(NEWS)
        return len(meant)

    def tick(self, *, now: int) -> None:
        """Find who fell silent and who may begin; tell the consoles what changed."""
        self._look_round(now)
        changed, self._desk.changed = self._desk.changed, set()
        if not self._consoles:
            self._untold.clear()
            return
        self._untold |= dict.fromkeys(changed)
        told = self._grouped(self._next(), now)
        for console in tuple(self._consoles):
            if console.staff.expires <= now or self._desk.withdrawn.has(console.staff):
                console.stream.close()
                self._consoles.discard(console)
                continue
            seats = self._first(console, now)
            seats += [
                seat
                for (sitting, room), lot in told.items()
                if sitting == console.staff.sitting
                and (not console.staff.rooms or room in console.staff.rooms)
                for seat in lot
            ]
            if seats:
                self._say(console, "changed", seats, now)
            elif now - console.spoke_at >= QUIET_MS:
                console.spoke_at = now
                console.stream.send(STILL_HERE)

    def clock_moved(self) -> None:
        """Look anew at everybody: the wheel's seconds are no longer those of the clock."""
        for waiting in self._wheel.values():
            self._desk.woken.extend(waiting)
        self._wheel.clear()

    def _next(self) -> list[str]:
        """Who changed, the longest untold first."""
        lot = list(islice(self._untold, LOT))
        for attempt in lot:
            del self._untold[attempt]
        return lot

    def _first(self, console: _Console, now: int) -> list[msgspec.Raw]:
        """The next lot of the seats this console has not been told of yet."""
        return [self._encoded(place, now) for place in islice(console.backlog, LOT)]

    def _grouped(self, attempts: Iterable[str], now: int) -> dict[tuple[str, str], list[msgspec.Raw]]:
        told: dict[tuple[str, str], list[msgspec.Raw]] = defaultdict(list)
        for attempt in attempts:
            place = self._desk.shelf.by_attempt.get(attempt)
            if place is not None:
                told[(place.sitting, place.candidate.room)].append(self._encoded(place, now))
        return told

    def _encoded(self, place: Place, now: int) -> msgspec.Raw:
        live = self._desk.peek(place.candidate.attempt)
        return msgspec.Raw(msgspec.json.encode(seat_of(place, live, now=now)))

    def _say(self, console: _Console, event: str, seats: list[msgspec.Raw], now: int) -> None:
        console.spoke_at = now
        data = msgspec.json.encode({"at": moment(now), "seats": seats})
        console.stream.send(b"event: " + event.encode() + b"\ndata: " + data + b"\n\n")

    def _look_round(self, now: int) -> None:
        desk = self._desk
        woken, desk.woken = desk.woken, []
        for attempt in woken:
            self._wheel[now // 1000 + 1].append(attempt)
        for second in sorted(one for one in self._wheel if one * 1000 <= now):
            for attempt in self._wheel.pop(second):
                self._look_at(attempt, now)
        for starts, places in desk.shelf.by_start.items():
            if self._ticked < starts <= now:
                desk.changed.update(place.candidate.attempt for place in places)
        self._ticked = now

    def _look_at(self, attempt: str, now: int) -> None:
        live, place = self._desk.live(attempt), self._desk.shelf.by_attempt.get(attempt)
        if place is None or live.submitted:
            live.watched = False
        elif now - live.heard_at > place.silent_ms:
            self._desk.fell_silent(attempt, live)
        else:
            self._wheel[(live.heard_at + place.silent_ms) // 1000 + 1].append(attempt)
