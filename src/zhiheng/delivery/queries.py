"""The hall's log and the papers behind it, read for the back office."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from zhiheng.assembly.models import Paper, PaperStatus
from zhiheng.bank.models import ItemVersion
from zhiheng.delivery.core.attempt import Attempt as Folded
from zhiheng.delivery.core.attempt import Entry, fold
from zhiheng.delivery.hall.reader import read_log
from zhiheng.delivery.models import Attempt, Collection, LateAdmission, PublishedPack
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for


def hall_source() -> Path | str:
    """Where the hall keeps its log: its data directory, or its PostgreSQL address."""
    return settings.HALL_DATABASE_URL or settings.HALL_DATA


def ends_at(offering: Offering) -> datetime:
    return offering.starts_at + timedelta(minutes=offering.minutes)


def late_entry_until(offering: Offering) -> datetime:
    return offering.starts_at + timedelta(minutes=rules_for(offering).timetable.late_entry_minutes.value)


def sealed_papers(offering: Offering) -> list[Paper]:
    return list(Paper.objects.filter(offering=offering, status=PaperStatus.SEALED).order_by("label"))


def bodies_of(papers: Iterable[Paper]) -> dict[str, dict[str, Any]]:
    """Item version id -> what the question says, for every line of the papers."""
    wanted = {line["version"] for paper in papers for line in paper.lines}
    return {
        str(version.id): version.body
        for version in ItemVersion.objects.filter(id__in=wanted).only("id", "body")
    }


def pack_of(offering: Offering) -> PublishedPack | None:
    return PublishedPack.objects.filter(offering=offering).first()


def attempts_of(offering: Offering) -> QuerySet[Attempt]:
    return (
        Attempt.objects.filter(ticket__offering=offering)
        .select_related("ticket__application__person", "ticket__offering__sitting", "paper")
        .order_by("ticket__number")
    )


def log_of(attempts: Iterable[Attempt]) -> dict[str, list[Entry]]:
    """Attempt id -> its rows of the hall's log, in log order."""
    rows: dict[str, list[Entry]] = defaultdict(list)
    for entry in read_log(hall_source(), [str(attempt.id) for attempt in attempts]):
        rows[entry.attempt].append(entry)
    return rows


def folded(attempt: Attempt, entries: list[Entry]) -> Folded:
    """What the rows of an attempt amount to, with the late answers people have admitted."""
    admitted = LateAdmission.objects.filter(attempt=attempt, admitted=True).values_list("entry", flat=True)
    return fold(entries, ends_at=_deadline(attempt), admitted=frozenset(admitted))


def as_submitted(attempt: Attempt, entries: list[Entry]) -> Folded:
    """What the hall saw, before anybody decided about late answers: what the receipt speaks of."""
    return fold(entries, ends_at=_deadline(attempt))


def _deadline(attempt: Attempt) -> int:
    return round(ends_at(attempt.ticket.offering).timestamp() * 1000)


def latest_collection(attempt: Attempt) -> Collection | None:
    return Collection.objects.filter(attempt=attempt).order_by("-created_at").first()


def collections_of(offering: Offering) -> list[Collection]:
    """The collection in force of every collected attempt of an offering."""
    newer = Collection.objects.filter(attempt=OuterRef("attempt"), created_at__gt=OuterRef("created_at"))
    return list(
        Collection.objects.filter(attempt__ticket__offering=offering)
        .filter(~Exists(newer))
        .select_related("attempt__ticket", "attempt__paper")
        .order_by("attempt__ticket__number")
    )


def undecided_late(collection: Collection) -> list[int]:
    """Log ids of late answers nobody has decided about."""
    decided = set(LateAdmission.objects.filter(attempt=collection.attempt).values_list("entry", flat=True))
    return [entry for entry in collection.late if entry not in decided]
