"""Who would get minutes if they were given now, and who would not: said before anything is asked of the hall."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from zhiheng.delivery.console.line import OpenLine, SeatNow
from zhiheng.delivery.console.scope import Scope, attempt_ids, rooms_of
from zhiheng.delivery.console.wording import places_words
from zhiheng.delivery.models import HallAct
from zhiheng.delivery.queries import is_collected
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.seating.queries import TicketSheet
from zhiheng.sittings.models import Offering
from zhiheng.surface.wording import clock_words

MOST_LOOKED_AT = 5_000
"""Of more people at once the hall is not asked for every seat; it says afterwards whom it refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People to whom the same happens. who: 3 号、7 号座; the person's name when it is one candidate's form."""

    count: int
    who: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """known: the hall told of the seats; otherwise nothing more is known than that it was asked.

    going: to whom the minutes would do something. no: who has handed in or whose answers were collected.
    over: whose time has ended, with the least number of minutes that still reaches beyond now.
    """

    known: bool
    silent: bool = False
    going: int = 0
    no: tuple[Group, ...] = ()
    over: tuple[Group, ...] = ()


def outlook(
    by: Account, scope: Scope, sheet: TicketSheet | None, open_line: OpenLine, *, minutes: int | None = None
) -> Outlook:
    """minutes: None while they are not known; then all whose time has ended are named."""
    meant = list(scope.sheets) if sheet is None else [sheet]
    if len(meant) > MOST_LOOKED_AT:
        return Outlook(known=False)
    by_attempt = _by_attempt(meant)
    try:
        seats = _seats(by, scope, meant, open_line)
    except Refused:
        return Outlook(known=False, silent=True)
    collected = {offering.id for offering in {one.ticket.offering for one in meant} if is_collected(offering)}
    now = clock.now()
    going = 0
    no: dict[str, list[TicketSheet]] = defaultdict(list)
    over: dict[datetime, list[TicketSheet]] = defaultdict(list)
    for seat in seats:
        found = by_attempt.get(seat.attempt)
        if found is None:
            continue
        if seat.state == "submitted":
            no["已经交卷"].append(found)
        elif found.ticket.offering_id in collected:
            no["已经收卷"].append(found)
        elif seat.ends_at is not None and seat.ends_at + timedelta(minutes=minutes or 0) <= now:
            over[seat.ends_at].append(found)
        else:
            going += 1
    return Outlook(
        known=True,
        going=going,
        no=tuple(_group(found, why) for why, found in no.items()),
        over=tuple(_group(found, over_words(at, now)) for at, found in sorted(over.items())),
    )


def over_words(ended: datetime, now: datetime) -> str:
    """作答时间已于 10:30 结束，至少延长 8 分钟才能继续作答."""
    least = int((now - ended).total_seconds() // 60) + 1
    return f"作答时间已于 {clock_words(ended)} 结束，至少延长 {least} 分钟才能继续作答"


def granted_words(scope: Scope, act: HallAct) -> str:
    """已给 11 人补 8 分钟，另有 1 人没有补。3 号座 演示考生甲：已经交卷，不能再延长时间。"""
    said = f"已给 {act.done} 人补 {act.minutes} 分钟"
    if act.done >= act.asked:
        return f"{said}。"
    return f"{said}，另有 {act.asked - act.done} 人没有补。{refused_words(scope, act)}"


def refused_words(scope: Scope, act: HallAct) -> str:
    """Whom an act did not reach, and why: 3 号、7 号座：已经交卷，不能再延长时间。"""
    by_attempt = _by_attempt(scope.sheets)
    groups: dict[str, list[TicketSheet]] = defaultdict(list)
    for one in act.refused:
        found = by_attempt.get(one["attempt"])
        groups[one["sentence"].rstrip("。")] += [found] if found is not None else []
    return "".join(
        f"{places_words(found)}：{why}。" if found else f"{why}。" for why, found in groups.items()
    )


def _group(found: Sequence[TicketSheet], why: str) -> Group:
    return Group(count=len(found), who=places_words(found), why=why)


def _seats(by: Account, scope: Scope, meant: Sequence[TicketSheet], open_line: OpenLine) -> list[SeatNow]:
    """Of the rooms these people sit in. Raises: Refused when the hall is silent."""
    rooms = rooms_of(meant) if len(meant) == 1 else scope.room_names
    offerings: dict[object, Offering] = {one.ticket.offering_id: one.ticket.offering for one in meant}
    return [seat for offering in offerings.values() for seat in open_line(by, offering, rooms).seats()]


def _by_attempt(sheets: Sequence[TicketSheet]) -> dict[str, TicketSheet]:
    known = attempt_ids([sheet.ticket for sheet in sheets])
    return {known[sheet.ticket.id]: sheet for sheet in sheets if sheet.ticket.id in known}
