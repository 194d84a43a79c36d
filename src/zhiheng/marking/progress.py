"""What comes next in the marking of each offering."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from zhiheng.delivery.models import Collection
from zhiheng.marking.models import KeyMark, MarkingTask, TheoryMark
from zhiheng.marking.queries import Progress, progress_of
from zhiheng.sittings.models import Offering


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
    for model in (KeyMark, MarkingTask):
        rows = model.objects.filter(attempt__ticket__offering__in=offerings).values_list("attempt_id", "item")
        for attempt, item in rows:
            touched[attempt].add(item)
    unkeyed: dict[UUID, int] = defaultdict(int)
    unopened: dict[UUID, int] = defaultdict(int)
    for attempt, (offering, lines) in {row[0]: row[1:] for row in collected}.items():
        left = [line["type"] for line in lines if line["item"] not in touched[attempt]]
        unkeyed[offering] += any(kind != "short" for kind in left)
        unopened[offering] += left.count("short")
    return unkeyed, unopened
