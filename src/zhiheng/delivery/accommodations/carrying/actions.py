"""A grant after the pack: claimed here, done by the hall once, written down when the hall says so."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhiheng.delivery.accommodations.carrying.line import OpenAdjustLine
from zhiheng.delivery.accommodations.carrying.queries import (
    OVER,
    REFUSED,
    UNDONE,
    Carried,
    Owed,
    Stage,
    has_handed_in,
    is_over,
    owed_to,
)
from zhiheng.delivery.accommodations.queries import request_by_id
from zhiheng.delivery.console.line import Acted
from zhiheng.delivery.console.wording import act_words
from zhiheng.delivery.models import HallAct, HallActKind
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.seating.models import Incident, Placement

REASON = "考试便利"


def carry_out(*, request_id: UUID | str, open_line: OpenAdjustLine) -> Carried | None:
    """Bring what was decided on a request into the hall; None when the hall need not know.

    A silent hall leaves it waiting: asking again is safe, also when the hall has done it and the answer was lost.
    """
    claimed = _claim(request_id)
    if claimed is None:
        return None
    owed, act = claimed
    if Carried(act=act).stage != Stage.WAITING:
        return Carried(act=act)
    if is_over(owed):
        return _fail(act, OVER)
    try:
        acted = open_line(owed.by, owed.attempt.ticket.offering).adjust(
            str(owed.attempt.id),
            key=str(owed.key),
            minutes=act.minutes,
            reason=REASON,
            zh=owed.zh,
            en=owed.en,
        )
    except Refused as refused:
        return _fail(act, refused.code)
    return _write_done(owed, act, acted)


Claimed = tuple[Owed, HallAct]


@transaction.atomic
def _claim(request_id: UUID | str) -> Claimed | None:
    """The act of this decision, with its minutes fixed: the same however often it is tried."""
    request = request_by_id(request_id)
    if request is None:
        return None
    lock_named(f"adjustment:{request.application_id}")
    owed = owed_to(request)
    if owed is None:
        return None
    offering = owed.attempt.ticket.offering
    act, _created = HallAct.objects.get_or_create(
        id=owed.key,
        defaults={
            "sitting": offering.sitting,
            "offering": offering,
            "ticket": owed.attempt.ticket,
            "kind": HallActKind.ADJUST,
            "minutes": owed.minutes,
            "words": owed.number,
            "asked": 1,
            "by": owed.by,
        },
    )
    return owed, act


@transaction.atomic
def _fail(act: HallAct, failure: str) -> Carried:
    act.failure = failure[:40]
    act.save(update_fields=["failure"])
    return Carried(act=act)


@transaction.atomic
def _write_done(owed: Owed, act: HallAct, acted: Acted) -> Carried:
    lock_named(f"adjustment:{owed.attempt.ticket.application_id}")
    held = HallAct.objects.get(pk=act.pk)
    if held.done_at is not None:  # another try was faster; the hall has done it once
        return Carried(act=held)
    held.refused = [{"attempt": one.attempt, "sentence": one.sentence} for one in acted.refused]
    if not acted.done:
        # A hall that has not taken up the pack yet may still do it; whoever handed in needs no more time.
        held.failure = REFUSED if has_handed_in(owed.attempt) else UNDONE
        held.save(update_fields=["failure", "refused"])
        return Carried(act=held)
    at = clock.now()
    held.done, held.done_at, held.failure = acted.done, at, ""
    held.save(update_fields=["done", "done_at", "failure", "refused"])
    _note(owed, held, at)
    record(
        by=str(owed.by.id),
        act="adjustment-carried",
        subject=f"ticket:{owed.attempt.ticket.number}",
        detail={"number": owed.number, "minutes": held.minutes},
    )
    return Carried(act=held)


def _note(owed: Owed, act: HallAct, at: datetime) -> None:
    """A line in the record of the candidate's room: that there is something, not why."""
    seat = Placement.objects.filter(ticket=owed.attempt.ticket, superseded_at=None).first()
    if seat is None:
        return
    name = owed.attempt.ticket.application.person.name
    said = act_words(act.kind, minutes=act.minutes, words=act.words)
    Incident.objects.create(
        sitting_id=seat.sitting_id,
        room_id=seat.room_id,
        ticket=owed.attempt.ticket,
        text=f"{seat.seat} 号座 {name} {said}",
        by=owed.by,
        created_at=at,
    )
