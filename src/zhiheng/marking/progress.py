"""How far the marking of each offering has come, and what comes next."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from zhiheng.delivery.models import Attempt, Collection
from zhiheng.marking.models import KeyMark, TheoryMark, WrittenMark
from zhiheng.marking.queries import open_tasks, policy_of, result_due, standing_tasks
from zhiheng.sittings.models import Offering


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemProgress:
    """Written answers of one item: blind marks given of those wanted, arbitrations given of those asked for."""

    item: str
    answers: int
    done: int
    total: int
    arbitrations: int
    arbitrated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where the marking of an offering stands."""

    offering: Offering
    collected: int
    keyed: int
    held: int
    settled: int
    items: tuple[ItemProgress, ...]
    due: datetime

    @property
    def started(self) -> bool:
        return self.keyed >= self.collected

    @property
    def waiting(self) -> int:
        """Written marks still to be given."""
        return sum(item.total - item.done + item.arbitrations - item.arbitrated for item in self.items)

    @property
    def ready(self) -> bool:
        return self.started and not self.waiting and self.settled < self.collected

    @property
    def finished(self) -> bool:
        return self.settled == self.collected


def progress_of(offerings: Iterable[Offering]) -> list[Progress]:
    """Offerings with collected answers, in five queries however many there are."""
    wanted = {offering.id: offering for offering in offerings}
    collected = _count(
        Attempt.objects.filter(Exists(Collection.objects.filter(attempt=OuterRef("pk")))), "", wanted
    )
    keyed = _count(Attempt.objects.filter(Exists(KeyMark.objects.filter(attempt=OuterRef("pk")))), "", wanted)
    settled = _count(TheoryMark.objects.all(), "attempt__", wanted)
    held = _count(open_tasks().filter(marker__isnull=False), "attempt__", wanted)
    items = _item_progress(wanted)
    return [
        Progress(
            offering=offering,
            collected=collected.get(key, 0),
            keyed=keyed.get(key, 0),
            held=held.get(key, 0),
            settled=settled.get(key, 0),
            items=tuple(items.get(key, ())),
            due=result_due(offering),
        )
        for key, offering in wanted.items()
        if collected.get(key)
    ]


def _count(rows: QuerySet[Any], path: str, wanted: Iterable[UUID]) -> dict[UUID, int]:
    field = f"{path}ticket__offering"
    counted = rows.filter(**{f"{field}__in": list(wanted)}).order_by().values(field).annotate(n=Count("id"))
    return {row[field]: row["n"] for row in counted}


def _item_progress(wanted: Mapping[UUID, Offering]) -> dict[UUID, list[ItemProgress]]:
    path = "attempt__ticket__offering"
    done = WrittenMark.objects.filter(task=OuterRef("pk"))
    rows = (
        standing_tasks()
        .filter(**{f"{path}__in": list(wanted)})
        .annotate(marked=Exists(done))
        .order_by("item", "round")
        .values(path, "item", "round")
        .annotate(all=Count("id"), given=Count("id", filter=Q(marked=True)))
    )
    grouped: dict[tuple[UUID, str], dict[int, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        grouped[row[path], row["item"]][row["round"]] = (row["all"], row["given"])
    found: dict[UUID, list[ItemProgress]] = defaultdict(list)
    for (offering, item), rounds in grouped.items():
        blind_rounds = policy_of(wanted[offering]).blind
        first = [counts for place, counts in rounds.items() if place <= blind_rounds]
        third = rounds.get(blind_rounds + 1, (0, 0))
        found[offering].append(
            ItemProgress(
                item=item,
                answers=rounds[1][0],
                done=sum(given for _, given in first),
                total=sum(everything for everything, _ in first),
                arbitrations=third[0],
                arbitrated=third[1],
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """An offering's progress with what the bare counts do not tell.

    unkeyed: attempts with an objective item that has no mark; unopened: written answers neither settled nor opened.
    """

    progress: Progress
    unkeyed: int
    unopened: int

    @property
    def step(self) -> str:
        """keys, open, mark, settle or done."""
        if self.progress.finished:
            return "done"
        if self.unkeyed:
            return "keys"
        if self.unopened:
            return "open"
        return "mark" if self.progress.waiting else "settle"

    @property
    def written_done(self) -> int:
        return sum(item.done + item.arbitrated for item in self.progress.items)

    @property
    def written_total(self) -> int:
        return sum(item.total + item.arbitrations for item in self.progress.items)


def stands(offerings: Iterable[Offering]) -> list[Stand]:
    """In a fixed number of queries."""
    progress = progress_of(offerings)
    unkeyed, unopened = _untouched([one.offering.id for one in progress if not one.finished])
    return [
        Stand(
            progress=one,
            unkeyed=unkeyed.get(one.offering.id, 0),
            unopened=unopened.get(one.offering.id, 0),
        )
        for one in progress
    ]


def _untouched(offerings: list[UUID]) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """Per offering: attempts without all their key marks, and written answers nobody has been asked to mark."""
    settled = TheoryMark.objects.filter(attempt=OuterRef("attempt"))
    collected = (
        Collection.objects.filter(attempt__ticket__offering__in=offerings)
        .filter(~Exists(settled))
        .order_by()
        .values_list("attempt_id", "attempt__ticket__offering_id", "attempt__paper__lines")
    )
    touched: dict[UUID, set[str]] = defaultdict(set)
    for touching in (KeyMark.objects.all(), standing_tasks()):
        rows = touching.filter(attempt__ticket__offering__in=offerings).values_list("attempt_id", "item")
        for attempt, item in rows:
            touched[attempt].add(item)
    unkeyed: dict[UUID, int] = defaultdict(int)
    unopened: dict[UUID, int] = defaultdict(int)
    for attempt, (offering, lines) in {row[0]: row[1:] for row in collected}.items():
        left = [line["type"] for line in lines if line["item"] not in touched[attempt]]
        unkeyed[offering] += any(kind != "short" for kind in left)
        unopened[offering] += left.count("short")
    return unkeyed, unopened
