"""The breaks the hall has seen, as the arithmetic of `core.outage` wants them."""

from collections.abc import Iterable

from zhiheng.delivery.core.attempt import Kind, is_accommodation
from zhiheng.delivery.core.outage import Grant, Outage, Sitter, Span, propose
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.live import Live
from zhiheng.delivery.hall.packs import Place
from zhiheng.delivery.hall.presence import HALL
from zhiheng.delivery.hall.wire import moment


def outages(desk: Desk, places: Iterable[Place], *, now: int) -> list[Outage]:
    """What is proposed to give back to those who have come so far."""
    sitters = [
        sitter_of(place, live, now=now)
        for place in places
        if (live := desk.peek(place.candidate.attempt)).epoch
    ]
    return propose(sitters, server=_away(desk.peek(HALL)))


def told(outage: Outage) -> dict[str, object]:
    """As the back office reads it."""
    facts: dict[str, object] = {
        "kind": outage.kind,
        "from": moment(outage.since),
        "until": moment(outage.until),
        "attempts": outage.attempts,
        "minutes": outage.minutes,
    }
    return facts | ({"room": outage.room} if outage.room else {}) | ({"still": True} if outage.still else {})


def sitter_of(place: Place, live: Live, *, now: int) -> Sitter:
    submitted = live.of(Kind.SUBMITTED)
    return Sitter(
        attempt=place.candidate.attempt,
        room=place.candidate.room,
        starts_at=place.starts_ms,
        ends_at=place.ends_ms,
        opened_at=live.opened_at,
        submitted_at=submitted[0].at if submitted else None,
        breaks=_away(live),
        still=_still(place, live, now),
        grants=_grants(live),
        pauses=_pauses(live, now),
        over=max(now - live.deadline(place.ends_ms, now=now), 0),
    )


def _still(place: Place, live: Live, now: int) -> Span | None:
    """Since when the machine in force is not heard from, when it is not."""
    if live.submitted or not live.epoch or not 0 < live.heard_at < now - place.silent_ms:
        return None
    since = max(live.heard_at, place.starts_ms)
    return Span(since=since, until=now) if since < now else None


def _away(live: Live) -> tuple[Span, ...]:
    return tuple(Span(since=note.facts["from"], until=note.facts["until"]) for note in live.of(Kind.AWAY))


def _grants(live: Live) -> tuple[Grant, ...]:
    """The rows carry totals; here is what each added."""
    total, found = 0, []
    for note in live.of(Kind.GRANTED_TIME):
        minutes, own = max(note.facts["minutes"] - total, 0), is_accommodation(note.facts)
        found.append(Grant(at=note.at, minutes=minutes, own=own))
        total = max(note.facts["minutes"], total)
    return tuple(found)


def _pauses(live: Live, now: int) -> tuple[Span, ...]:
    found: list[Span] = []
    since: int | None = None
    for note in live.of(Kind.PAUSED, Kind.RESUMED):
        if note.kind == Kind.PAUSED and since is None:
            since = note.at
        elif note.kind == Kind.RESUMED and since is not None:
            found.append(Span(since=since, until=max(note.at, since)))
            since = None
    if since is not None:
        found.append(Span(since=since, until=max(now, since)))
    return tuple(found)
