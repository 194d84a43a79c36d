"""What is over its time in this stage and in the plumbing under it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import F, Max, Min, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django_tasks_db.models import DBTaskResult

from zhiheng.people.core.retention import Fate, RetentionRule, kept_since, retention_rules
from zhiheng.people.models import (
    Complaint,
    ComplaintEntry,
    ComplaintState,
    Correction,
    CorrectionState,
    DataExport,
    PartnerApplication,
    PartnerState,
    Person,
)
from zhiheng.people.retention.registry import Due, Hold, Holds, Share, keeper_of, named_by_records
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import MessageState, OutgoingMessage

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """One kind with what is over its time. due: None where nothing ever ends by itself."""

    rule: RetentionRule
    due: Due | None


def overdue(holds: Holds, now: datetime) -> list[Overdue]:
    """Every kind of the table."""
    return [Overdue(rule=rule, due=due_of(rule, holds, now)) for rule in retention_rules()]


def due_of(rule: RetentionRule, holds: Holds, now: datetime) -> Due | None:
    find = keeper_of(rule.kind).due
    if rule.then == Fate.KEEP or find is None:
        return None
    return find(kept_since(rule.span, now), holds)


def due_exports(before: datetime, holds: Holds) -> Due:
    """A copy says itself when its day is over."""
    found = DataExport.objects.exclude(file=None).filter(ready_at__lte=before)
    return _all(found, "ready_at")


def due_sessions(before: datetime, holds: Holds) -> Due:
    """Sessions and jobs count by the machine's clock, which a demonstration does not move."""
    return _all(Session.objects.filter(expire_date__lt=before - clock.offset()), "expire_date")


def due_jobs(before: datetime, holds: Holds) -> Due:
    found = DBTaskResult.objects.finished().filter(finished_at__lt=before - clock.offset())
    return _all(found, "finished_at")


def due_messages(before: datetime, holds: Holds) -> Due:
    """What still waits to be sent is not over; the news of an erasure names the number it went to, for one day only."""
    old = Q(created_at__lt=before) | Q(kind="erasure-granted", created_at__lt=clock.now() - DAY)
    found = OutgoingMessage.objects.filter(old).exclude(state=MessageState.QUEUED)
    held = found.filter(person_id__in=holds.people)
    due = _all(found.exclude(pk__in=held.values("pk")), "created_at")
    return Due(items=due.items, held=held.count(), oldest=due.oldest)


def due_partners(before: datetime, holds: Holds) -> Due:
    """Refused ones that still say who asked."""
    found = PartnerApplication.objects.filter(state=PartnerState.REFUSED, decided_at__lt=before)
    return _all(found.filter(licence__destroyed_at=None), "decided_at")


def due_corrections(before: datetime, holds: Holds) -> Due:
    found = Correction.objects.filter(settled_at__lt=before, evidence__destroyed_at=None)
    held = found.filter(person__in=holds.people)
    due = _all(found.exclude(pk__in=held.values("pk")), "settled_at")
    return Due(items=due.items, held=held.count(), oldest=due.oldest)


def due_complaints(before: datetime, holds: Holds) -> Due:
    """Answered ones of which something said is still there."""
    said = ComplaintEntry.objects.annotate(raw=Cast(F("text"), TextField())).exclude(raw="")
    found = Complaint.objects.filter(state=ComplaintState.CLOSED, closed_at__lt=before)
    return _all(found.filter(pk__in=said.values("complaint_id")), "closed_at")


def open_requests() -> Iterable[Hold]:
    """Corrections nobody has settled, and complaints nobody has answered."""
    waiting = Correction.objects.filter(state=CorrectionState.WAITING)
    for person in waiting.values_list("person_id", flat=True):
        yield Hold(person=person, reason="姓名或号码的更正还没有办完")
    complaints = Complaint.objects.filter(state=ComplaintState.OPEN).exclude(account=None)
    own = Person.objects.filter(account__in=complaints.values("account_id"))
    for person in own.values_list("pk", flat=True):
        yield Hold(person=person, reason="投诉还在处理")


def share_of_corrections(person: Person) -> Share:
    found = Correction.objects.filter(person=person, evidence__destroyed_at=None)
    return Share(count=found.count(), since=found.aggregate(last=Max("settled_at"))["last"])


def share_of_complaints(person: Person) -> Share:
    if person.account_id is None:
        return Share(count=0)
    found = Complaint.objects.filter(account=person.account_id)
    return Share(count=found.count(), since=found.aggregate(last=Max("closed_at"))["last"])


def share_of_exports(person: Person) -> Share:
    found = DataExport.objects.filter(person=person).exclude(file=None)
    return Share(count=found.count())


def share_of_messages(person: Person) -> Share:
    found = OutgoingMessage.objects.filter(person_id=person.id)
    return Share(count=found.count())


def share_of_person(person: Person) -> Share:
    return Share(count=0 if person.erased_at else 1)


def forgettable(people: Sequence[Person]) -> list[Person]:
    """Those no kept record needs the name of."""
    needed = named_by_records([person.id for person in people])
    return [person for person in people if person.id not in needed and person.erased_at is None]


def _all(found: "QuerySet[Any]", moment: str) -> Due:
    oldest: datetime | None = found.aggregate(oldest=Min(moment))["oldest"]
    return Due(items=list(found.order_by().values_list("pk", flat=True)), oldest=oldest)


def next_night(now: datetime, *, hour: int = 3) -> datetime:
    """The next time the clock strikes that hour."""
    tonight = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)
