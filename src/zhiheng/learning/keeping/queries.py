"""Practice answers whose sitting is long over."""

from datetime import datetime

from django.db.models import Max, Min

from zhiheng.foundation.moment import day_begins, day_of
from zhiheng.learning.models import PracticeAnswer
from zhiheng.people.models import Person
from zhiheng.people.retention.registry import Due, Holds, Share


def due_answers(before: datetime, holds: Holds) -> Due:
    found = PracticeAnswer.objects.filter(application__sitting__day__lt=day_of(before))
    held = found.filter(application__person__in=holds.people)
    free = found.exclude(pk__in=held.values("pk"))
    oldest = free.aggregate(oldest=Min("application__sitting__day"))["oldest"]
    return Due(
        items=list(free.order_by().values_list("pk", flat=True)),
        held=held.count(),
        oldest=day_begins(oldest) if oldest else None,
    )


def share_of_answers(person: Person) -> Share:
    found = PracticeAnswer.objects.filter(application__person=person)
    last = found.aggregate(last=Max("application__sitting__day"))["last"]
    return Share(count=found.count(), since=day_begins(last) if last else None)
