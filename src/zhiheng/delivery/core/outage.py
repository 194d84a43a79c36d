"""How much time breaks in the line have cost, and what is proposed to give back; a person decides.

All times are milliseconds since 1970 UTC, all spans are [since, until).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

LEAST_MS = 60_000
"""Shorter breaks are not made up for: the page saves what was typed meanwhile, and the clock is the same for all."""


FORGOTTEN_MS = 60 * 60_000
"""How long after a candidate's own end their breaks are spoken of: then they have gone home."""


class OutageKind(StrEnum):
    SERVER = "server"
    ROOM = "room"
    ONE = "one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    since: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """minutes: added by this grant, not in total. own: an accommodation, which makes up for no break."""

    at: int
    minutes: int
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitter:
    """What is known of one attempt. ends_at: of the pack. breaks: when its machine was not heard from, and came back.

    still: it has not come back; until is now. pauses: when its clock stood, the running one until now.
    over: for how long the candidate's own end, with all that was given, has been past; minutes given count from there.
    """

    attempt: str
    room: str
    starts_at: int
    ends_at: int
    opened_at: int
    submitted_at: int | None = None
    breaks: tuple[Span, ...] = ()
    still: Span | None = None
    grants: tuple[Grant, ...] = ()
    pauses: tuple[Span, ...] = ()
    over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """minutes: whole, enough for whoever lost most, and for whose time is over to have as much from now on.

    room: empty unless it is one room's.
    still: their machines are away yet; until is now, and minutes are those lost so far.
    """

    kind: OutageKind
    room: str
    since: int
    until: int
    attempts: tuple[str, ...]
    minutes: int
    still: bool = False


@dataclass(slots=True, kw_only=True)
class _Loss:
    """What one attempt lost in one break, and what of it was not yet given back. server: which break of the hall."""

    sitter: Sitter
    span: Span
    left: int
    server: Span | None = None
    still: bool = False


@dataclass(slots=True)
class _Cluster:
    until: int
    losses: list[_Loss] = field(default_factory=list)


def propose(sitters: Iterable[Sitter], *, server: Sequence[Span] = ()) -> list[Outage]:
    """Every break that cost somebody a minute or more and was not made up for since, earliest first.

    Whoever handed in, or whose time has long been over, is proposed none: nobody could use it. What was given while
    a machine was away counts against that break, so that nobody gets the same minutes twice.
    server: when the hall itself was away, for all who were sitting then.
    """
    people = list(sitters)
    losses = [loss for sitter in people for loss in _losses(sitter, server)]
    found = [
        _outage(OutageKind.SERVER, "", [loss for loss in losses if loss.server == one]) for one in server
    ]
    own: dict[str, list[_Loss]] = defaultdict(list)
    for loss in losses:
        if loss.server is None:
            own[loss.sitter.room].append(loss)
    for room, theirs in own.items():
        sitting = [sitter for sitter in people if sitter.room == room]
        for cluster in _clusters(theirs):
            found += _of_cluster(room, cluster, sitting)
    return sorted((one for one in found if one is not None), key=lambda one: (one.since, one.attempts))


def _losses(sitter: Sitter, server: Sequence[Span]) -> list[_Loss]:
    found = [_Loss(sitter=sitter, span=one, left=_cost(sitter, one), server=one) for one in server]
    found += [_Loss(sitter=sitter, span=one, left=_cost(sitter, one, server)) for one in sitter.breaks]
    if sitter.still is not None:
        left = _cost(sitter, sitter.still, server)
        found.append(_Loss(sitter=sitter, span=sitter.still, left=left, still=True))
    found = sorted((loss for loss in found if loss.left >= LEAST_MS), key=lambda loss: loss.span.until)
    for grant in sorted(sitter.grants, key=lambda grant: grant.at):
        credit = 0 if grant.own else grant.minutes * 60_000
        for loss in found:
            if loss.span.since < grant.at:
                given = min(credit, loss.left)
                loss.left, credit = loss.left - given, credit - given
    return [loss for loss in found if loss.left >= LEAST_MS]


def _cost(sitter: Sitter, span: Span, server: Sequence[Span] = ()) -> int:
    """Of the break only what lay between this candidate's start and end, and while the clock ran.

    Time given during the break moved the end: it was lost as well, as far as nobody was there to use it.
    server: breaks of the hall, which are reckoned by themselves; no minute is lost twice.
    """
    if sitter.opened_at > span.since:
        return 0
    standing = sum(_overlap(one, Span(since=sitter.starts_at, until=span.since)) for one in sitter.pauses)
    granted = sum(grant.minutes * 60_000 for grant in sitter.grants if grant.at < span.until)
    paused = sum(_overlap(one, span) for one in sitter.pauses)
    ends = sitter.ends_at + granted + standing + paused
    if sitter.submitted_at is not None:
        ends = min(ends, sitter.submitted_at + paused)
    lost = Span(since=max(span.since, sitter.starts_at), until=min(span.until, ends))
    return max(lost.until - lost.since, 0) - _covered(lost, (*sitter.pauses, *server))


def _covered(span: Span, others: Iterable[Span]) -> int:
    """How much of the span lies in any of the others, which may overlap."""
    total, upto = 0, span.since
    for one in sorted(others, key=lambda one: one.since):
        since, until = max(one.since, upto), min(one.until, span.until)
        if until > since:
            total, upto = total + until - since, until
    return total


def _overlap(one: Span, other: Span) -> int:
    return max(min(one.until, other.until) - max(one.since, other.since), 0)


def _clusters(losses: Sequence[_Loss]) -> list[list[_Loss]]:
    """Breaks of a room that touch one another in time."""
    clusters: list[_Cluster] = []
    for loss in sorted(losses, key=lambda loss: loss.span.since):
        if not clusters or loss.span.since > clusters[-1].until:
            clusters.append(_Cluster(loss.span.until))
        clusters[-1].losses.append(loss)
        clusters[-1].until = max(clusters[-1].until, loss.span.until)
    return [cluster.losses for cluster in clusters]


def _of_cluster(room: str, losses: list[_Loss], sitting: Sequence[Sitter]) -> list[Outage | None]:
    """The room's when at least two and at least half of those sitting then were cut off together.

    Those who came back and those who did not are two matters: what the latter lose goes on.
    """
    since = min(loss.span.since for loss in losses)
    there = sum(
        one.opened_at <= since and (one.submitted_at is None or one.submitted_at > since) for one in sitting
    )
    cut = {loss.sitter.attempt for loss in losses}
    if len(cut) >= 2 and 2 * len(cut) >= there:
        return [
            _outage(OutageKind.ROOM, room, [loss for loss in losses if loss.still == still])
            for still in (False, True)
        ]
    mine: dict[tuple[str, bool], list[_Loss]] = defaultdict(list)
    for loss in losses:
        mine[loss.sitter.attempt, loss.still].append(loss)
    return [_outage(OutageKind.ONE, room, theirs) for theirs in mine.values()]


def _may_go_on(sitter: Sitter) -> bool:
    return sitter.submitted_at is None and sitter.over <= FORGOTTEN_MS


def _outage(kind: OutageKind, room: str, among: Sequence[_Loss]) -> Outage | None:
    losses = [loss for loss in among if _may_go_on(loss.sitter)]
    if not losses:
        return None
    owed: dict[str, int] = {loss.sitter.attempt: loss.sitter.over for loss in losses}
    for loss in losses:
        owed[loss.sitter.attempt] += loss.left
    return Outage(
        kind=kind,
        room=room,
        since=min(loss.span.since for loss in losses),
        until=max(loss.span.until for loss in losses),
        attempts=tuple(sorted(owed)),
        minutes=-(-max(owed.values()) // 60_000),
        still=losses[0].still,
    )
