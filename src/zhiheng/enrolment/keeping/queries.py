"""Applications and batches over their time, and what is still open about an application."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Min, TextField
from django.db.models.functions import Cast

from zhiheng.enrolment.models import Application, ApplicationStatus, BatchRow
from zhiheng.foundation.moment import day_begins, day_of
from zhiheng.people.models import Person
from zhiheng.people.retention.registry import Due, Hold, Holds, Share

CLOSED = (
    ApplicationStatus.DRAFT,
    ApplicationStatus.RETURNED,
    ApplicationStatus.WITHDRAWN,
    ApplicationStatus.REJECTED,
)
APPROVED = (ApplicationStatus.APPROVED,)


def due_closed(before: datetime, holds: Holds) -> Due:
    return _due(CLOSED, before, holds)


def due_approved(before: datetime, holds: Holds) -> Due:
    return _due(APPROVED, before, holds)


def _due(statuses: tuple[ApplicationStatus, ...], before: datetime, holds: Holds) -> Due:
    found = (
        Application.objects.filter(status__in=statuses, erased_at=None, sitting__day__lt=day_of(before))
        .order_by("sitting__day", "id")
        .values_list("id", "person_id", "sitting__day")
    )
    free = [row for row in found if not holds.keeps(person=row[1], application=row[0])]
    return Due(
        items=[row[0] for row in free],
        held=len(found) - len(free),
        oldest=day_begins(free[0][2]) if free else None,
    )


def due_rows(before: datetime, holds: Holds) -> Due:
    """Rows nobody entered, of batches that ended."""
    ended = BatchRow.objects.filter(batch__ended_at__lt=before)
    found = ended.annotate(raw=Cast(F("content"), TextField())).exclude(raw="")
    oldest = found.aggregate(oldest=Min("batch__ended_at"))["oldest"]
    return Due(items=list(found.order_by().values_list("pk", flat=True)), oldest=oldest)


def share_of_closed(person: Person) -> Share:
    return _share(person, CLOSED)


def share_of_approved(person: Person) -> Share:
    return _share(person, APPROVED)


def _share(person: Person, statuses: tuple[ApplicationStatus, ...]) -> Share:
    found = Application.objects.filter(person=person, status__in=statuses, erased_at=None)
    days = list(found.order_by("sitting__day").values_list("sitting__day", flat=True))
    return Share(count=len(days), since=day_begins(days[-1]) if days else None)


def open_reviews() -> Iterable[Hold]:
    """Files that wait for a decision; second eyes on an approval look before the results are out."""
    waiting = Application.objects.filter(status=ApplicationStatus.SUBMITTED, erased_at=None)
    for application, person in waiting.values_list("id", "person_id"):
        yield Hold(person=person, application=application, reason="报名还在审核")


def people_left_empty(before: datetime) -> list[Person]:
    """Whose every application was erased, the last of them before a moment."""
    erased = Application.objects.filter(erased_at__lt=before).values("person_id")
    fresh = Application.objects.filter(erased_at__isnull=True).values("person_id")
    late = Application.objects.filter(erased_at__gte=before).values("person_id")
    found = Person.objects.filter(erased_at=None, id__in=erased).exclude(id__in=fresh).exclude(id__in=late)
    return list(found.order_by("created_at"))
