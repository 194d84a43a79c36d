"""Answers to mark, and how far marking has come. What a marker is given names nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from zhiheng.assembly.models import Paper
from zhiheng.bank.models import ItemVersion
from zhiheng.delivery.models import Collection
from zhiheng.delivery.queries import collections_of, latest_collection
from zhiheng.marking.core.written import Policy
from zhiheng.marking.models import KeyMark, MarkingTask, TheoryMark, WrittenMark
from zhiheng.people.models import Account
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item of a paper with what it says; marks: what it is worth in this paper."""

    item: str
    area: str
    type: str
    marks: Decimal
    body: dict[str, Any]


def lines_of(papers: Iterable[Paper]) -> dict[str, list[Line]]:
    """Paper id -> its items with their wording, in one query."""
    papers = list({paper.id: paper for paper in papers}.values())
    wanted = {line["version"] for paper in papers for line in paper.lines}
    bodies = {str(row.id): row.body for row in ItemVersion.objects.filter(id__in=wanted).only("id", "body")}
    return {
        str(paper.id): [
            Line(
                item=line["item"],
                area=line["area"],
                type=line["type"],
                marks=Decimal(line["marks"]),
                body=bodies[line["version"]],
            )
            for line in paper.lines
        ]
        for paper in papers
    }


def policy_of(offering: Offering) -> Policy:
    marking = rules_for(offering).marking
    return Policy(blind=marking.marks.value, tolerance=marking.tolerance.value, third=marking.third.value)


def open_tasks() -> QuerySet[MarkingTask]:
    """Tasks without a mark, item by item across candidates."""
    marked = WrittenMark.objects.filter(task=OuterRef("pk"))
    return MarkingTask.objects.filter(~Exists(marked)).order_by("item", "round", "id")


def held_task(marker: Account) -> MarkingTask | None:
    """The task this marker has taken and not yet marked."""
    return (
        open_tasks()
        .filter(marker=marker)
        .select_related("attempt__paper", "attempt__ticket__offering")
        .first()
    )


def takeable(marker: Account) -> QuerySet[MarkingTask]:
    """Unassigned tasks whose answer this marker has not met in another round."""
    met = MarkingTask.objects.filter(attempt=OuterRef("attempt"), item=OuterRef("item"), marker=marker)
    return open_tasks().filter(marker=None).filter(~Exists(met))


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a marker sees: the question, the model answer with its points, and the answer. No name, no ticket."""

    task: str
    item: str
    round: int
    stem: str
    model: str
    points: tuple[dict[str, Any], ...]
    possible: Decimal
    answer: str


def script_of(task: MarkingTask) -> Script:
    (line,) = (
        line for line in lines_of([task.attempt.paper])[str(task.attempt.paper_id)] if line.item == task.item
    )
    collection = latest_collection(task.attempt)
    return Script(
        task=str(task.id),
        item=task.item,
        round=task.round,
        stem=line.body["stem"],
        model=line.body.get("answer", ""),
        points=tuple(line.body["points"]),
        possible=line.marks,
        answer=str(collection.answers.get(task.item, "")) if collection else "",
    )


def recent_marks(marker: Account, *, most: int = 10) -> list[WrittenMark]:
    return list(WrittenMark.objects.filter(by=marker).select_related("task").order_by("-created_at")[:most])


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an offering's theory has been marked."""

    offering: Offering
    attempts: int
    keyed: int
    tasks: int
    marked: int
    arbitrations: int
    settled: int


def progress_of(offering: Offering) -> Progress:
    tasks = MarkingTask.objects.filter(attempt__ticket__offering=offering)
    return Progress(
        offering=offering,
        attempts=len(collections_of(offering)),
        keyed=KeyMark.objects.filter(attempt__ticket__offering=offering).values("attempt").distinct().count(),
        tasks=tasks.count(),
        marked=WrittenMark.objects.filter(task__in=tasks).count(),
        arbitrations=tasks.filter(round__gt=policy_of(offering).blind).count(),
        settled=TheoryMark.objects.filter(attempt__ticket__offering=offering).count(),
    )


def rounds_of(offering: Offering) -> dict[tuple[str, str], dict[int, WrittenMark | None]]:
    """(attempt id, item) -> round -> its mark, None while it is missing."""
    tasks = MarkingTask.objects.filter(attempt__ticket__offering=offering)
    marks = {mark.task_id: mark for mark in WrittenMark.objects.filter(task__in=tasks)}
    found: dict[tuple[str, str], dict[int, WrittenMark | None]] = {}
    for task in tasks:
        found.setdefault((str(task.attempt_id), task.item), {})[task.round] = marks.get(task.id)
    return found


def collected(offering: Offering) -> list[Collection]:
    return collections_of(offering)
