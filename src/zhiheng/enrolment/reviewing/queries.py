"""Who has which file open, what waits for a second look, and how the reviewing goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhiheng.enrolment.models import (
    Application,
    ApplicationStatus,
    ReviewDecision,
    ReviewHold,
    SecondLook,
    Verdict,
)
from zhiheng.enrolment.queries import review_queue
from zhiheng.people.models import Account
from zhiheng.plumbing import clock


def holds_on(applications: Iterable[Application]) -> dict[UUID, ReviewHold]:
    """The holds in force, by file."""
    holds = ReviewHold.objects.filter(
        application__in=[application.pk for application in applications], until__gt=clock.now()
    )
    return {hold.application_id: hold for hold in holds.select_related("by")}


def hold_on(application: Application) -> ReviewHold | None:
    return holds_on([application]).get(application.pk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The files before and after one in the queue, for walking through it."""

    previous: UUID | None
    following: UUID | None


def neighbours_of(application: Application) -> Neighbours:
    ids = list(review_queue().values_list("id", flat=True))
    if application.pk not in ids:
        return Neighbours(previous=None, following=ids[0] if ids else None)
    place = ids.index(application.pk)
    return Neighbours(
        previous=ids[place - 1] if place else None,
        following=ids[place + 1] if place + 1 < len(ids) else None,
    )


def second_looks_for(account: Account) -> QuerySet[SecondLook]:
    """Approvals of others that were drawn and nobody has looked at again, the oldest first."""
    return (
        SecondLook.objects.filter(agreed=None, application__status=ApplicationStatus.APPROVED)
        .exclude(first__by=account)
        .select_related(
            "first__by",
            "application__person",
            "application__institution",
            "application__offering__sitting",
            "application__offering__revision",
            "application__sitting",
        )
        .order_by("created_at")
    )


def second_look_for(account: Account, look_id: UUID) -> SecondLook | None:
    return second_looks_for(account).filter(pk=look_id).first()


def looks_at(application: Application) -> list[SecondLook]:
    """The second looks that were taken at a file."""
    return list(
        SecondLook.objects.filter(application=application)
        .exclude(agreed=None)
        .select_related("by")
        .order_by("looked_at")
    )


def last_objection(application: Application) -> SecondLook | None:
    """The second look that last sent the file back into the queue."""
    return SecondLook.objects.filter(application=application, agreed=False).order_by("-looked_at").first()


def overdue_files(moment: datetime) -> QuerySet[Application]:
    return review_queue().filter(review_due__lte=moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerCount:
    """One reviewer's decisions; overturned: approvals a second reviewer did not agree with."""

    name: str
    approved: int
    returned: int
    rejected: int
    overturned: int
    looked: int

    @property
    def decided(self) -> int:
        return self.approved + self.returned + self.rejected


def reviewer_counts() -> list[ReviewerCount]:
    """Whoever has decided or looked again, the busiest first."""
    decided = {
        row["by"]: row
        for row in ReviewDecision.objects.order_by()
        .values("by", "by__display_name")
        .annotate(
            approved=Count("id", filter=Q(verdict=Verdict.APPROVE)),
            returned=Count("id", filter=Q(verdict=Verdict.RETURN)),
            rejected=Count("id", filter=Q(verdict=Verdict.REJECT)),
        )
    }
    overturned = {
        row["first__by"]: row["number"]
        for row in SecondLook.objects.filter(agreed=False).values("first__by").annotate(number=Count("id"))
    }
    looked = {
        row["by"]: row
        for row in SecondLook.objects.exclude(agreed=None)
        .values("by", "by__display_name")
        .annotate(number=Count("id"))
    }
    counts = [
        ReviewerCount(
            name=(decided.get(key) or looked[key])["by__display_name"],
            approved=decided[key]["approved"] if key in decided else 0,
            returned=decided[key]["returned"] if key in decided else 0,
            rejected=decided[key]["rejected"] if key in decided else 0,
            overturned=overturned.get(key, 0),
            looked=looked[key]["number"] if key in looked else 0,
        )
        for key in {**decided, **looked}
    ]
    return sorted(counts, key=lambda count: (-count.decided, count.name))
