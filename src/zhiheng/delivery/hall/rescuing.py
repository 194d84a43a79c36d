"""Answers brought in from a rescue file, after people have decided: written under the names they would have had."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from zhiheng.delivery.core.answer import AnswerValue, answer_body
from zhiheng.delivery.core.attempt import Entry, Kind, rescued_entry
from zhiheng.delivery.core.token import StaffPass
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.packs import Place
from zhiheng.delivery.hall.saving import SEQ_LIMIT, client_time_of
from zhiheng.delivery.hall.staff import in_pass
from zhiheng.delivery.hall.store import Fate, Outcome
from zhiheng.foundation.errors import Refused


class RescuedRow(msgspec.Struct, frozen=True, kw_only=True):
    epoch: int
    item: str
    seq: int
    value: AnswerValue = None
    client_time: str = ""


class Rescue(msgspec.Struct, frozen=True, kw_only=True):
    attempt: str
    rows: tuple[RescuedRow, ...]


@dataclass(slots=True)
class Brought:
    """conflicts: rows whose name the log holds with another answer; the log's stands."""

    appended: int = 0
    repeated: int = 0
    conflicts: list[dict[str, object]] = field(default_factory=list)


def bring_in(
    desk: Desk, staff: StaffPass, rescue: Rescue, *, now: int, then: Callable[[Brought], None]
) -> None:
    """Append every row, or none when one cannot be an answer of this attempt; `then` once all are durable.

    Raises: Refused.
    """
    place = desk.shelf.by_attempt.get(rescue.attempt)
    if place is None or not in_pass(staff, place):
        raise Refused(what="这名考生不在您的范围内", remedy="请核对救援文件所属的场次", code="staff-sitting")
    entries = [_entry(place, row, newest=desk.live(rescue.attempt).epoch, now=now) for row in rescue.rows]
    desk.require_room()
    told, left = Brought(), len(entries)

    def durable(outcome: Outcome) -> None:
        nonlocal left
        left -= 1
        _count(told, outcome)
        if not left:
            then(told)

    for entry in entries:
        desk.append(entry, durable)
    if not entries:
        then(told)


def _entry(place: Place, row: RescuedRow, *, newest: int, now: int) -> Entry:
    asked = place.asked.get(row.item)
    if asked is None or not 0 < row.seq < SEQ_LIMIT or not 0 < row.epoch <= newest:
        raise Refused(
            what=f"救援文件里的一行（题目“{row.item[:40]}”，序号 {row.seq}）不属于这份答卷",
            remedy="请核对文件与考生",
            code="answer",
        )
    return rescued_entry(
        Entry(
            attempt=place.candidate.attempt,
            epoch=row.epoch,
            item=row.item,
            seq=row.seq,
            kind=Kind.ANSWER,
            body=answer_body(asked.item, row.value),
            client_time=client_time_of(row.client_time),
            server_time=now,
        )
    )


def _count(told: Brought, outcome: Outcome) -> None:
    row = outcome.entry
    if outcome.fate is Fate.APPENDED:
        told.appended += 1
    elif outcome.fate is Fate.REPEATED:
        told.repeated += 1
    else:
        told.conflicts.append({"epoch": row.epoch, "item": row.item, "seq": row.seq})
