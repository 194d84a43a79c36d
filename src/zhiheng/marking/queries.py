"""What is to be marked, by whom, and what it came to. What a marker gets names nobody."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from zhiheng.assembly.models import Paper
from zhiheng.assembly.queries import bodies_of
from zhiheng.bank.models import ItemVersion
from zhiheng.delivery.models import Attempt, Collection, LateAdmission
from zhiheng.delivery.queries import collections_of, latest_collection
from zhiheng.foundation.moment import day_ends
from zhiheng.marking.core.written import Pending, Policy, Settled, settle
from zhiheng.marking.models import KeyMark, MarkingTask, TheoryMark, WrittenMark
from zhiheng.people.models import Account, RoleGrant
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import date_of, rules_for

LAST_MARKS = 10


def policy_of(offering: Offering) -> Policy:
    rule = rules_for(offering).marking
    return Policy(blind=rule.marks.value, tolerance=rule.tolerance.value, third=rule.third.value)


def result_due(offering: Offering) -> datetime:
    """The first moment at which the results are late."""
    return day_ends(date_of(offering, "result_due"))


def line_of(paper: Paper, item: str) -> Mapping[str, str]:
    found: Mapping[str, str] = next(line for line in paper.lines if line["item"] == item)
    return found


def possible_of(line: Mapping[str, Any]) -> Decimal:
    return Decimal(str(line["marks"]))


def is_blank(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


# Collected answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The collected answers of one attempt beside its paper. bodies: item version id -> the question."""

    attempt: Attempt
    answers: Mapping[str, Any]
    lines: Sequence[Mapping[str, str]]
    bodies: Mapping[str, Mapping[str, Any]]

    def body(self, line: Mapping[str, str]) -> Mapping[str, Any]:
        return self.bodies[line["version"]]


def scripts_of(offering: Offering, *, only: Attempt | None = None) -> list[Script]:
    """Every collected attempt, or one, whose late answers are all decided: the others' answers may still change."""
    collections = collections_of(offering, only=only)
    undecided = _undecided(collections)
    bodies = bodies_of({entry.attempt.paper_id: entry.attempt.paper for entry in collections}.values())
    return [
        Script(attempt=entry.attempt, answers=entry.answers, lines=entry.attempt.paper.lines, bodies=bodies)
        for entry in collections
        if entry.attempt_id not in undecided
    ]


def undecided_attempts(offering: Offering, *, only: Attempt | None = None) -> int:
    """Collected attempts, or this one, that wait for a decision on late answers."""
    return len(_undecided(collections_of(offering, only=only)))


def _undecided(collections: Sequence[Collection]) -> set[UUID]:
    late = {entry.attempt_id: set(entry.late) for entry in collections if entry.late}
    for attempt, entry in LateAdmission.objects.filter(attempt__in=late).values_list("attempt_id", "entry"):
        late[attempt].discard(entry)
    return {attempt for attempt, left in late.items() if left}


# For a marker


def open_tasks() -> QuerySet[MarkingTask]:
    """Tasks nobody has marked."""
    return standing_tasks().filter(~Exists(WrittenMark.objects.filter(task=OuterRef("pk"))))


def standing_tasks() -> QuerySet[MarkingTask]:
    """Tasks on the answers as they are now; those on an answer that has changed since are kept, set aside."""
    return MarkingTask.objects.filter(set_aside=None)


def held_by(marker: Account) -> MarkingTask | None:
    """The answer somebody has taken and not marked yet."""
    return (
        open_tasks()
        .filter(marker=marker)
        .select_related("attempt__paper", "attempt__ticket__offering__revision")
        .order_by("item", "round", "id")
        .first()
    )


def takeable_by(marker: Account) -> QuerySet[MarkingTask]:
    """Tasks somebody may take, item by item across candidates.

    Never an answer they marked or hold in another round, nor one of their own or of their institution's candidates.
    The order within an item is that of random ids, which tells nothing about the candidate.
    """
    own = standing_tasks().filter(attempt=OuterRef("attempt"), item=OuterRef("item"), marker=marker)
    taught = RoleGrant.objects.filter(
        account=marker, revoked_at=None, institution=OuterRef("attempt__ticket__application__institution")
    )
    return (
        open_tasks()
        .filter(~Exists(own), ~Exists(taught), marker=None)
        .exclude(attempt__ticket__application__person__account=marker)
        .order_by("item", "round", "id")
    )


def answers_for(marker: Account) -> list[UUID]:
    """The offering of each answer somebody may take; an answer open in two rounds counts once."""
    rows = takeable_by(marker).order_by()
    answers = rows.values_list("attempt__ticket__offering", "attempt", "item").distinct()
    return [offering for offering, _, _ in answers]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLine:
    place: int
    text: str
    marks: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """An answer as a marker meets it: no name, no ticket, no institution, no attempt."""

    task: UUID
    item: str
    round: int
    arbitration: bool
    stem: str
    model_answer: str
    points: tuple[PointLine, ...]
    possible: Decimal
    answer: str


def blind(task: MarkingTask) -> Blind:
    line = line_of(task.attempt.paper, task.item)
    body = ItemVersion.objects.only("body").get(id=line["version"]).body
    collection = latest_collection(task.attempt)
    points = tuple(
        PointLine(place=place, text=point["text"], marks=Decimal(str(point["marks"])))
        for place, point in enumerate(body["points"], 1)
    )
    return Blind(
        task=task.id,
        item=task.item,
        round=task.round,
        arbitration=task.round > policy_of(task.attempt.ticket.offering).blind,
        stem=body["stem"],
        model_answer=body.get("answer", ""),
        points=points,
        possible=possible_of(line),
        answer=str(collection.answers.get(task.item) or "") if collection else "",
    )


def held_task(marker: Account, task: UUID) -> MarkingTask | None:
    """A task by id, for the one who holds it only."""
    return (
        open_tasks()
        .filter(id=task, marker=marker)
        .select_related("attempt__paper", "attempt__ticket__offering__revision")
        .first()
    )


def last_marks(marker: Account) -> list[WrittenMark]:
    rows = WrittenMark.objects.filter(by=marker).select_related("task").order_by("-created_at")
    return list(rows[:LAST_MARKS])


# Settling


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMark:
    """One item's settled mark and how it came about."""

    item: str
    area: str
    type: str
    marks: Decimal
    possible: Decimal
    how: str

    def as_json(self) -> dict[str, str]:
        return {
            "item": self.item,
            "area": self.area,
            "type": self.type,
            "marks": f"{self.marks.normalize():f}",
            "possible": f"{self.possible.normalize():f}",
            "how": self.how,
        }


def written_settlement(
    rounds: Mapping[int, Decimal], policy: Policy, *, possible: Decimal
) -> Settled | Pending:
    """rounds: round -> marks given."""
    last = max(policy.blind, *rounds, 0)
    return settle([rounds.get(place) for place in range(1, last + 1)], policy, possible=possible)


def marks_of_answer(task: MarkingTask) -> dict[int, Decimal]:
    """Round -> marks given to the answer a task belongs to."""
    rows = WrittenMark.objects.filter(
        task__attempt=task.attempt_id, task__item=task.item, task__set_aside=None
    )
    return dict(rows.values_list("task__round", "marks"))


def key_marks(offering: Offering, *, only: Attempt | None = None) -> dict[tuple[UUID, str], KeyMark]:
    rows = KeyMark.objects.filter(attempt__ticket__offering=offering)
    if only is not None:
        rows = rows.filter(attempt=only)
    return {(row.attempt_id, row.item): row for row in rows}


def written_marks(
    offering: Offering, *, only: Attempt | None = None
) -> dict[tuple[UUID, str], dict[int, Decimal]]:
    found: dict[tuple[UUID, str], dict[int, Decimal]] = defaultdict(dict)
    rows = WrittenMark.objects.filter(task__attempt__ticket__offering=offering, task__set_aside=None)
    if only is not None:
        rows = rows.filter(task__attempt=only)
    for attempt, item, place, marks in rows.values_list(
        "task__attempt_id", "task__item", "task__round", "marks"
    ):
        found[attempt, item][place] = marks
    return found


def item_marks(
    script: Script,
    *,
    keyed: Mapping[tuple[UUID, str], KeyMark],
    written: Mapping[tuple[UUID, str], Mapping[int, Decimal]],
    policy: Policy,
) -> list[ItemMark] | None:
    """Every item of an attempt settled, or None while one is not."""
    settled = []
    for line in script.lines:
        at = (script.attempt.id, line["item"])
        possible = possible_of(line)
        if at in keyed:
            marks, how = keyed[at].marks, keyed[at].reason
        else:
            outcome = written_settlement(written.get(at, {}), policy, possible=possible)
            if line["type"] != "short" or isinstance(outcome, Pending):
                return None
            marks, how = outcome.marks, outcome.reckoning
        settled.append(
            ItemMark(
                item=line["item"],
                area=line["area"],
                type=line["type"],
                marks=marks,
                possible=possible,
                how=how,
            )
        )
    return settled


# Offerings


def offerings_marked() -> QuerySet[Offering]:
    """Offerings with collected answers, the latest first."""
    collected = Collection.objects.filter(attempt__ticket__offering=OuterRef("pk"))
    return (
        Offering.objects.filter(Exists(collected))
        .select_related("sitting", "revision")
        .order_by("-sitting__day", "title")
    )


def offerings_unsettled() -> QuerySet[Offering]:
    """Those with an attempt that has no theory mark yet."""
    settled = TheoryMark.objects.filter(attempt=OuterRef("attempt"))
    open_ones = Collection.objects.filter(~Exists(settled), attempt__ticket__offering=OuterRef("pk"))
    return offerings_marked().filter(Exists(open_ones))
