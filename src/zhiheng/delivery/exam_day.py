"""A candidate's exams of today and of days to come, each with where the candidate stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.core.exam_day import ExamDay, Phase, phase_of
from zhiheng.delivery.core.pack import SIGN_IN_OPENS_BEFORE
from zhiheng.delivery.models import Attempt, PublishedPack
from zhiheng.delivery.queries import as_submitted, ends_at, late_entry_until, log_of, moment_of
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import day_of
from zhiheng.people.models import Person
from zhiheng.seating.models import Ticket
from zhiheng.seating.queries import tickets_of_person


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """phase: None when the exam is not held in the hall, or when its log cannot be read. day: the moments of it."""

    ticket: Ticket
    day: ExamDay
    phase: Phase | None


def standings_of(person: Person, *, now: datetime) -> list[Standing]:
    """Four queries at most, one of them to the hall's log, and that on the day of an exam only."""
    today = day_of(now)
    coming = [ticket for ticket in tickets_of_person(person) if ticket.offering.sitting.day >= today]
    here = [ticket for ticket in coming if ticket.offering.sitting.day == today]
    attempts = {
        attempt.ticket_id: attempt
        for attempt in Attempt.objects.filter(
            ticket__in=here, ticket__offering__in=PublishedPack.objects.values("offering")
        ).select_related("paper")
    }
    rows = _rows(list(attempts.values()))
    return [_standing(ticket, attempts.get(ticket.id), rows, now, today=ticket in here) for ticket in coming]


def _rows(attempts: Sequence[Attempt]) -> dict[str, list[Entry]] | None:
    """None while the log does not answer: a home page is not to fall with the hall."""
    if not attempts:
        return {}
    try:
        return log_of(attempts)
    except Refused:  # said to the staff on their pages
        return None


def _standing(
    ticket: Ticket,
    attempt: Attempt | None,
    rows: dict[str, list[Entry]] | None,
    now: datetime,
    *,
    today: bool,
) -> Standing:
    offering = ticket.offering
    entries = (rows or {}).get(str(attempt.id), []) if attempt else []
    folded = as_submitted(attempt, entries) if attempt and entries else None
    ends = attempt.ends_at if attempt else ends_at(offering)
    if folded is not None:
        ends = moment_of(folded.deadline) or ends
    day = ExamDay(
        opens=offering.starts_at - SIGN_IN_OPENS_BEFORE,
        starts=offering.starts_at,
        enter_until=late_entry_until(offering),
        ends=ends,
        opened=folded is not None and folded.opened_at is not None,
        paused=folded is not None and folded.paused_at is not None,
        handed_in=folded is not None and folded.submitted_at is not None,
    )
    if not today:
        return Standing(ticket=ticket, day=day, phase=Phase.AHEAD)
    known = attempt is not None and rows is not None
    return Standing(ticket=ticket, day=day, phase=phase_of(day, now=now) if known else None)
