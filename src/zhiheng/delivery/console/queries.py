"""What the console's pages show besides the seats themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Q

from zhiheng.delivery.console.line import OpenLine, Outage, SeatNow
from zhiheng.delivery.console.scope import Scope, attempt_ids, rooms_of
from zhiheng.delivery.console.wording import since_words, span_words
from zhiheng.delivery.models import DoorPhoto, HallAct, OutageDecision
from zhiheng.delivery.queries import ends_at, is_collected
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import VaultFile
from zhiheng.seating.models import Ticket
from zhiheng.seating.queries import TicketSheet
from zhiheng.sittings.models import Offering

ASKED_HOLDS = timedelta(minutes=1)
"""Longer than the hall is ever waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A break in the line nobody has decided about. sheets: whom it concerns, as far as they sit in the scope."""

    offering: Offering
    outage: Outage
    sheets: tuple[TicketSheet, ...]
    where: str

    @property
    def span(self) -> str:
        outage = self.outage
        return since_words(outage.since) if outage.still else span_words(outage.since, outage.until)

    @property
    def over(self) -> bool:
        """Whether the common time has ended, from which given minutes count."""
        return clock.now() >= ends_at(self.offering)

    @property
    def key(self) -> str:
        """Names the proposal in a form; the hall has no number for it."""
        since = round(self.outage.since.timestamp() * 1000)
        still = ".still" if self.outage.still else ""
        return f"{self.offering.id}.{since}.{self.outage.kind}.{len(self.outage.attempts)}{still}"

    @property
    def shown(self) -> str:
        """Changes when the card would say something else."""
        return f"{self.key}.{self.outage.minutes}"


def proposals(by: Account, scope: Scope, open_line: OpenLine) -> list[Proposal]:
    """What the hall proposes for the scope now, the newest first. Raises: Refused when the hall is silent."""
    known = attempt_ids([sheet.ticket for sheet in scope.sheets])
    by_attempt = {known[sheet.ticket.id]: sheet for sheet in scope.sheets if sheet.ticket.id in known}
    found = []
    for offering in scope.offerings:
        if is_collected(offering):
            continue
        decisions = decisions_of(offering)
        for outage in open_line(by, offering, scope.room_names).outages():
            left = undecided(outage, decisions)
            meant = set(left.attempts)
            sheets = tuple(sheet for attempt, sheet in by_attempt.items() if attempt in meant)
            if not sheets:
                continue
            where = _where(scope, sheets)
            found.append(Proposal(offering=offering, outage=left, sheets=sheets, where=where))
    return sorted(found, key=lambda one: one.outage.since, reverse=True)


def _where(scope: Scope, sheets: tuple[TicketSheet, ...]) -> str:
    """The one candidate, 本考场, or how many rooms, each with how many people."""
    if len(sheets) == 1 and sheets[0].placement:
        return f"{sheets[0].placement.seat} 号座 {sheets[0].ticket.application.person.name}"
    if scope.watch is not None or scope.room is not None:
        return f"本考场 {len(sheets)} 人"
    rooms = {sheet.placement.room.name for sheet in sheets if sheet.placement}
    return f"{rooms.pop() if len(rooms) == 1 else f'{len(rooms)} 个考场'} {len(sheets)} 人"


def decisions_of(offering: Offering) -> list[OutageDecision]:
    """Those that hold: where minutes are to be given the hall did so, or has been asked just now.

    Where the site stopped between asking and writing down, the hall itself counts what it gave.
    """
    asked = Q(act__done_at=None, act__failure="", act__created_at__gt=clock.now() - ASKED_HOLDS)
    holding = Q(minutes=0) | Q(act__done_at__isnull=False) | asked
    return list(OutageDecision.objects.filter(holding, offering=offering).select_related("by"))


def undecided(outage: Outage, decisions: Sequence[OutageDecision]) -> Outage:
    """The break as far as nobody has decided about it: a decision holds for its people and for no longer a time.

    While machines are still away one decision is enough; what is left comes up again when they are back.
    """

    def settles(decision: OutageDecision) -> bool:
        if outage.still:
            return decision.until > outage.since
        return decision.since <= outage.since and outage.until <= decision.until

    decided = {attempt for decision in decisions if settles(decision) for attempt in decision.attempts}
    return replace(outage, attempts=tuple(one for one in outage.attempts if one not in decided))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLook:
    """now: as the hall sees the seat; None when it says nothing, and then trouble says why."""

    now: SeatNow | None = None
    trouble: Refused | None = None


def look_at_seat(by: Account, scope: Scope, sheet: TicketSheet, open_line: OpenLine) -> SeatLook:
    attempt = attempt_ids([sheet.ticket]).get(sheet.ticket.id)
    if attempt is None:
        return SeatLook(trouble=not_published())
    try:
        seats = open_line(by, sheet.ticket.offering, rooms_of([sheet])).seats()
    except Refused as refused:
        return SeatLook(trouble=refused)
    now = next((seat for seat in seats if seat.attempt == attempt), None)
    return SeatLook(now=now, trouble=None if now else _not_loaded())


def not_published() -> Refused:
    return Refused(
        what="考场数据还没有发布到考场服务，没有可以处置的答卷",
        remedy="请联系管理员发布考场数据",
        code="not-published",
    )


def _not_loaded() -> Refused:
    return Refused(
        what="考场服务还没有载入这名考生的数据",
        rule="考场服务每秒看一次新发布的考场数据",
        remedy="请过几秒刷新；仍然如此的，请系统管理员查看考场服务的提示",
        code="not-loaded",
    )


def door_photos_of(tickets: Iterable[Ticket]) -> dict[object, VaultFile]:
    """Ticket id -> the newest picture taken at the door that is still kept, in one query."""
    kept = DoorPhoto.objects.filter(ticket__in=list(tickets), file__destroyed_at=None)
    rows = kept.select_related("file").order_by("created_at")
    return {row.ticket_id: row.file for row in rows}


def acts_in(scope: Scope) -> list[HallAct]:
    """What was done in the scope's room, or to all rooms of its offerings, in order."""
    rows = HallAct.objects.filter(sitting=scope.sitting).exclude(done_at=None)
    rows = rows.select_related("by", "ticket__application__person").order_by("done_at")
    tickets = {sheet.ticket.id for sheet in scope.sheets}
    offerings = {offering.id for offering in scope.offerings}
    rooms = {room.id for room in scope.rooms}
    return [
        act
        for act in rows
        if (act.ticket_id in tickets if act.ticket_id else act.room_id in rooms)
        or (act.ticket_id is None and act.room_id is None and act.offering_id in offerings)
    ]
