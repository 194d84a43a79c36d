"""Tickets, seats, invigilators, and who came."""

import random
from collections.abc import Sequence
from dataclasses import replace

from django.db import IntegrityError, transaction

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import roles_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named, next_number
from zhiheng.plumbing.outbox import publish
from zhiheng.seating.core.number import TicketParts, ticket_number
from zhiheng.seating.core.placing import decide_capacity, plan_seats
from zhiheng.seating.core.ratios import check_invigilators
from zhiheng.seating.models import Centre, CheckIn, Incident, Invigilation, Placement, Room, Ticket
from zhiheng.seating.queries import awaiting_tickets, room_facts, unplaced_tickets
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.sittings.queries import rules_for


@transaction.atomic
def open_centre(*, by: str, code: str, name: str, province: str, city: str, address: str) -> Centre:
    """Raises: Refused when the code is not three digits or already taken."""
    if len(code) != 3 or not (code.isascii() and code.isdigit()):
        raise Refused(what=f"考点代码“{code}”不是三位数字", remedy="请填写 001 至 999", code="centre-code")
    try:
        with transaction.atomic():
            centre = Centre.objects.create(
                code=code, name=name, province=province, city=city, address=address
            )
    except IntegrityError:
        raise Refused(what=f"考点代码 {code} 已被使用", remedy="请换一个代码", code="centre-taken") from None
    record(by=by, act="centre-opened", subject=f"centre:{centre.id}", detail={"code": code})
    return centre


@transaction.atomic
def add_room(*, by: str, centre: Centre, name: str, seats: int) -> Room:
    """Raises: Refused for a room without seats or a name used twice."""
    if not 1 <= seats <= 500:
        raise Refused(what=f"座位数 {seats} 不在 1 至 500 之间", remedy="请核对座位数", code="room-seats")
    try:
        with transaction.atomic():
            room = Room.objects.create(centre=centre, name=name, seats=seats)
    except IntegrityError:
        raise Refused(
            what=f"{centre.name}已有考场“{name}”", remedy="请换一个名称", code="room-taken"
        ) from None
    record(by=by, act="room-added", subject=f"room:{room.id}", detail={"seats": seats})
    return room


@transaction.atomic
def issue_tickets(*, by: Account, offering: Offering, centre: Centre) -> list[Ticket]:
    """A ticket for every approved and paid application that has none; numbers never change afterwards."""
    rules = rules_for(offering)
    programme = rules.programme(offering.programme).ticket
    level = rules.level(offering.level).ticket
    issued = []
    for application in awaiting_tickets(offering):
        blank = TicketParts(
            sitting=offering.sitting.day, programme=programme, level=level, centre=centre.code, sequence=0
        )
        parts = replace(blank, sequence=next_number(f"ticket:{blank.series}"))
        number = ticket_number(parts)
        issued.append(
            Ticket.objects.create(application=application, offering=offering, centre=centre, number=number)
        )
    record(
        by=str(by.id),
        act="tickets-issued",
        subject=f"offering:{offering.id}",
        detail={"count": len(issued), "centre": centre.code},
    )
    return issued


@transaction.atomic
def place_candidates(*, by: Account, offering: Offering, rooms: Sequence[Room], seed: int) -> list[Placement]:
    """Seat every ticket that has no seat; the seed makes the mixing repeatable.

    Raises: Refused when there are too few seats, or a room lies in another centre than the tickets.
    """
    lock_named(f"seating:{offering.sitting_id}")
    tickets = {str(ticket.id): ticket for ticket in unplaced_tickets(offering)}
    centres = {ticket.centre_id for ticket in tickets.values()}
    if any(room.centre_id not in centres for room in rooms) and tickets:
        raise Refused(what="所选考场不在准考证上的考点", remedy="请选择同一考点的考场", code="room-elsewhere")
    facts = room_facts(offering.sitting, list(rooms))
    decide_capacity(len(tickets), facts).require()
    by_id = {str(room.id): room for room in rooms}
    placements = [
        Placement.objects.create(
            ticket=tickets[seat.ticket], room=by_id[seat.room], sitting=offering.sitting, seat=seat.seat
        )
        for seat in plan_seats(list(tickets), facts, rng=random.Random(seed))
    ]
    record(
        by=str(by.id),
        act="candidates-placed",
        subject=f"offering:{offering.id}",
        detail={"count": len(placements), "seed": seed},
    )
    return placements


@transaction.atomic
def assign_invigilators(
    *, by: Account, offering: Offering, room: Room, invigilators: Sequence[Account]
) -> list[Invigilation]:
    """Put invigilators in a room of a sitting, enough of them for everybody seated there.

    Raises: Refused for too few, a person without the role, or one who already watches another room.
    """
    sitting = offering.sitting
    for account in invigilators:
        _require_invigilator(account)
    seated = Placement.objects.filter(sitting=sitting, room=room, superseded_at=None).count()
    here = Invigilation.objects.filter(sitting=sitting, room=room, ended_at=None)
    already = set(here.values_list("invigilator_id", flat=True))
    fresh = [account for account in invigilators if account.id not in already]
    check_invigilators(
        len(already) + len(fresh), candidates=max(seated, 1), ratios=rules_for(offering).ratios
    ).require()
    _put_on_watch(sitting, room, fresh)
    record(
        by=str(by.id),
        act="invigilators-assigned",
        subject=f"room:{room.id}",
        detail={"sitting": sitting.day.isoformat(), "count": len(already) + len(fresh)},
    )
    return list(here)


@transaction.atomic
def replace_invigilator(
    *,
    by: Account,
    offering: Offering,
    room: Room,
    leaving: Account,
    successor: Account | None,
    reason: str,
) -> Invigilation:
    """Somebody watches the room no longer, from this moment; what they did stays theirs.

    Raises: Refused when they do not watch it, no reason is given, or too few would be left.
    """
    sitting, why = offering.sitting, " ".join(reason.split())
    if not why:
        raise Refused(what="没有写明换人的原因", remedy="请写一句，例如身体不适", code="words-missing")
    if successor is not None:
        _require_invigilator(successor)
    here = Invigilation.objects.select_for_update().filter(sitting=sitting, room=room, ended_at=None)
    watch = next((one for one in here if one.invigilator_id == leaving.id), None)
    if watch is None:
        raise Refused(
            what=f"{leaving.display_name}已不在{room.name}监考",
            remedy="请刷新页面后再看",
            code="not-watching",
        )
    seated = Placement.objects.filter(sitting=sitting, room=room, superseded_at=None).count()
    left = len(here) - 1 + (successor is not None)
    check_invigilators(left, candidates=max(seated, 1), ratios=rules_for(offering).ratios).require()
    watch.ended_at, watch.ended_by, watch.ended_reason = clock.now(), by, why[:200]
    watch.save(update_fields=["ended_at", "ended_by", "ended_reason"])
    if successor is not None:
        _put_on_watch(sitting, room, [successor])
    record(
        by=str(by.id),
        act="invigilator-replaced",
        subject=f"room:{room.id}",
        detail={
            "sitting": sitting.day.isoformat(),
            "leaving": str(leaving.id),
            "successor": str(successor.id) if successor else "",
            "reason": watch.ended_reason,
        },
    )
    publish("role-ended", account_id=str(leaving.id), role=str(Role.INVIGILATOR))
    return watch


def _require_invigilator(account: Account) -> None:
    if Role.INVIGILATOR not in roles_of(account):
        raise Refused(
            what=f"{account.display_name}没有监考员身份",
            remedy="请先授予监考员角色",
            code="not-invigilator",
        )


def _put_on_watch(sitting: Sitting, room: Room, accounts: Sequence[Account]) -> None:
    try:
        with transaction.atomic():
            for account in accounts:
                Invigilation.objects.create(sitting=sitting, room=room, invigilator=account)
    except IntegrityError:
        raise Refused(
            what="所选监考员中有人在这一考期已负责另一考场",
            rule="一名监考员同一考期只负责一个考场",
            remedy="请改派他人",
            code="invigilator-busy",
        ) from None


@transaction.atomic
def check_in(*, by: Account, ticket: Ticket, present: bool, note: str = "") -> CheckIn:
    """The invigilator of the room writes down that the person came, or did not.

    Raises: Refused when the invigilator does not watch that room or the ticket is already written down.
    """
    place = Placement.objects.filter(ticket=ticket, superseded_at=None).first()
    watches = (
        place is not None
        and Invigilation.objects.filter(
            sitting_id=place.sitting_id, room_id=place.room_id, invigilator=by, ended_at=None
        ).exists()
    )
    if not watches:
        raise Refused(what="这名考生不在您负责的考场", remedy="请核对准考证上的考场", code="not-your-room")
    if clock.today() != ticket.offering.sitting.day:
        raise Refused(
            what=f"签到只在考试当天（{chinese_day(ticket.offering.sitting.day)}）进行",
            remedy="请在考试当天签到",
            code="check-in-day",
        )
    entry, created = CheckIn.objects.get_or_create(
        ticket=ticket, defaults={"present": present, "note": note, "by": by}
    )
    if not created:
        raise Refused(
            what="这名考生已签到" if entry.present else "这名考生已记为缺考",
            remedy="记录有误的，请在考场情况中写明",
            code="checked-in",
        )
    record(
        by=str(by.id),
        act="checked-in" if present else "marked-absent",
        subject=f"ticket:{ticket.number}",
        detail={"note": note},
    )
    return entry


@transaction.atomic
def note_incident(*, by: Account, watch: Invigilation, text: str, ticket: Ticket | None = None) -> Incident:
    """Write down what happened in a watched room, about one candidate or the room as a whole.

    Raises: Refused for an empty text, another's room, a day other than the sitting's, or a ticket from elsewhere.
    """
    words = " ".join(text.split())
    if not words:
        raise Refused(what="考场情况没有填写", remedy="请写明时间、经过和处理", code="incident-empty")
    if watch.invigilator_id != by.id:
        raise Refused(what="这个考场不由您负责", remedy="请核对考场", code="not-your-room")
    if clock.today() != watch.sitting.day:
        raise Refused(
            what=f"考场情况只在考试当天（{chinese_day(watch.sitting.day)}）记录",
            remedy="考试当天之外的情况，请书面告知管理员",
            code="incident-day",
        )
    if (
        ticket is not None
        and not Placement.objects.filter(
            ticket=ticket, sitting_id=watch.sitting_id, room_id=watch.room_id, superseded_at=None
        ).exists()
    ):
        raise Refused(what="这名考生不在您负责的考场", remedy="请核对准考证上的考场", code="not-your-room")
    incident = Incident.objects.create(
        sitting_id=watch.sitting_id, room_id=watch.room_id, ticket=ticket, text=words[:500], by=by
    )
    record(
        by=str(by.id),
        act="incident-noted",
        subject=f"room:{watch.room_id}",
        detail={"sitting": watch.sitting.day.isoformat(), "ticket": ticket.number if ticket else ""},
    )
    return incident
