"""What was marked before an answer changed, and what became of it since."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from zhiheng.delivery.models import Attempt
from zhiheng.marking.core.written import Settled
from zhiheng.marking.models import KeyMark, Remarking, TheoryMark, WrittenMark
from zhiheng.marking.queries import policy_of, possible_of, standing_tasks, written_settlement
from zhiheng.sittings.models import Offering


def theory_of(attempt: Attempt) -> TheoryMark | None:
    return TheoryMark.objects.filter(attempt=attempt).first()


def interrupted(attempt: Attempt) -> bool:
    """Whether marking anew has begun and its theory mark is still owed."""
    owed = Remarking.objects.filter(attempt=attempt).exists()
    return owed and not TheoryMark.objects.filter(attempt=attempt).exists()


def marked_before(attempt: Attempt, lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Those of the lines that were marked, or put before markers, with what they had come to."""
    keyed = {row.item: row for row in KeyMark.objects.filter(attempt=attempt)}
    asked = set(standing_tasks().filter(attempt=attempt).values_list("item", flat=True))
    given: dict[str, dict[int, Decimal]] = defaultdict(dict)
    rows = WrittenMark.objects.filter(task__attempt=attempt, task__set_aside=None)
    for item, place, one in rows.values_list("task__item", "task__round", "marks"):
        given[item][place] = one
    policy = policy_of(attempt.ticket.offering)
    found = []
    for line in lines:
        item = line["item"]
        marks: Decimal | None
        if item in keyed:
            marks, how = keyed[item].marks, keyed[item].reason
        elif item in asked:
            outcome = written_settlement(given[item], policy, possible=possible_of(line))
            if isinstance(outcome, Settled):
                marks, how = outcome.marks, outcome.reckoning
            else:
                marks, how = None, _so_far(given[item])
        else:
            continue
        found.append(
            {
                "item": item,
                "type": line["type"],
                "marks": None if marks is None else f"{marks.normalize():f}",
                "how": how,
            }
        )
    return found


def _so_far(given: Mapping[int, Decimal]) -> str:
    return f"已评 {len(given)} 次，没有结出" if given else "已送评，没有人评阅"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarked:
    """One change with what stands now. now: item -> its key mark as it stands, "" for a written answer."""

    row: Remarking
    items: tuple[dict[str, str], ...]
    before: str
    now: str


def remarkings_of(offering: Offering) -> list[Remarked]:
    """Every change after marking, the newest first, in three queries; in one when there is none."""
    rows = list(
        Remarking.objects.filter(attempt__ticket__offering=offering)
        .select_related("attempt__ticket", "attempt__paper", "by")
        .order_by("-created_at")
    )
    if not rows:
        return []
    attempts = {row.attempt_id for row in rows}
    theory: dict[UUID, Decimal] = dict(
        TheoryMark.objects.filter(attempt__in=attempts).values_list("attempt_id", "marks")
    )
    keyed = {
        (attempt, item): marks
        for attempt, item, marks in KeyMark.objects.filter(attempt__in=attempts).values_list(
            "attempt_id", "item", "marks"
        )
    }
    return [_remarked(row, theory.get(row.attempt_id), keyed) for row in rows]


def _remarked(row: Remarking, theory: Decimal | None, keyed: Mapping[tuple[UUID, str], Decimal]) -> Remarked:
    places = {line["item"]: place for place, line in enumerate(row.attempt.paper.lines, start=1)}
    items = tuple(
        {
            "place": str(places.get(line["item"], "")),
            "before": line["how"] if line["marks"] is None else f"{line['marks']} 分",
            "now": _now(keyed.get((row.attempt_id, line["item"]))),
        }
        for line in row.items
    )
    return Remarked(
        row=row,
        items=items,
        before="" if row.theory is None else row.theory["marks"],
        now="" if theory is None else str(theory),
    )


def _now(marks: Decimal | None) -> str:
    return "重新评阅" if marks is None else f"{marks.normalize():f} 分"
