"""Requests for other conditions whose exam is long over."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, Min

from zhiheng.delivery.accommodations.queries import still_waiting
from zhiheng.delivery.models import AdjustmentRequest
from zhiheng.foundation.moment import day_begins, day_of
from zhiheng.people.models import Person
from zhiheng.people.retention.registry import Due, Hold, Holds, Share


def due_adjustments(before: datetime, holds: Holds) -> Due:
    """Those that still say what was needed and why."""
    found = AdjustmentRequest.objects.filter(erased_at=None, application__sitting__day__lt=day_of(before))
    held = found.filter(application__person__in=holds.people)
    free = found.exclude(pk__in=held.values("pk"))
    oldest = free.aggregate(oldest=Min("application__sitting__day"))["oldest"]
    return Due(
        items=list(free.order_by().values_list("pk", flat=True)),
        held=held.count(),
        oldest=day_begins(oldest) if oldest else None,
    )


def share_of_adjustments(person: Person) -> Share:
    found = AdjustmentRequest.objects.filter(application__person=person, erased_at=None)
    last = found.aggregate(last=Max("application__sitting__day"))["last"]
    return Share(count=found.count(), since=day_begins(last) if last else None)


def undecided_adjustments() -> Iterable[Hold]:
    """What was asked and may yet be decided; once the exam is over nobody can, and it holds nothing back."""
    waiting = AdjustmentRequest.objects.filter(still_waiting())
    for application, person in waiting.values_list("application_id", "application__person_id"):
        yield Hold(person=person, application=application, reason="考试便利申请还没有决定")
