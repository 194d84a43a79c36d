"""The hall's log and the papers behind it, read for the back office."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from zhiheng.assembly.models import Paper, PaperStatus
from zhiheng.delivery.core.attempt import Attempt as Folded
from zhiheng.delivery.core.attempt import Entry, fold
from zhiheng.delivery.core.readiness import Facts, decide_ready
from zhiheng.delivery.hall.reader import read_attempts
from zhiheng.delivery.models import Attempt, Collection, LateAdmission, PublishedPack
from zhiheng.foundation.decision import Decision
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.seating.progress import room_plans, seating_states
from zhiheng.seating.queries import TicketSheet
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
    rows = Paper.objects.filter(offering=offering, status=PaperStatus.SEALED)
    return list(rows.select_related("run").order_by("label"))


def pack_of(offering: Offering) -> PublishedPack | None:
    return PublishedPack.objects.filter(offering=offering).first()


def attempts_of(offering: Offering) -> QuerySet[Attempt]:
    return (
        Attempt.objects.filter(ticket__offering=offering)
        .select_related("ticket__application__person", "ticket__offering__sitting", "paper")
        .order_by("ticket__number")
    )


def log_of(attempts: Iterable[Attempt]) -> dict[str, list[Entry]]:
    """Attempt id -> its rows of the hall's log, in log order; attempts without any are absent."""
    return read_attempts(hall_source(), [str(attempt.id) for attempt in attempts])


def folded(attempt: Attempt, entries: list[Entry]) -> Folded:
    """What the rows of an attempt amount to, with the late answers people have admitted."""
    admitted = LateAdmission.objects.filter(attempt=attempt, admitted=True).values_list("entry", flat=True)
    return fold(entries, ends_at=_deadline(attempt), admitted=frozenset(admitted))


def as_submitted(attempt: Attempt, entries: list[Entry]) -> Folded:
    """What the hall saw, before anybody decided about late answers: what the receipt speaks of."""
    return fold(entries, ends_at=_deadline(attempt))


def _deadline(attempt: Attempt) -> int:
    return round(attempt.ends_at.timestamp() * 1000)


def latest_deadline(
    offering: Offering, attempts: Iterable[Attempt], rows: Mapping[str, list[Entry]]
) -> datetime:
    """When the last candidate's time is over: the offering's end, accommodations and time given in the hall."""
    last = ends_at(offering)
    for attempt in attempts:
        last = max(last, attempt.ends_at)
        entries = rows.get(str(attempt.id))
        if entries:
            state = as_submitted(attempt, entries)
            granted = moment_of(state.deadline)
            if granted is not None and state.submitted_at is None:
                last = max(last, granted)
    return last


def latest_collection(attempt: Attempt) -> Collection | None:
    return Collection.objects.filter(attempt=attempt).order_by("-created_at").first()


def collections_of(offering: Offering, *, only: Attempt | None = None) -> list[Collection]:
    """The collection in force of every collected attempt of an offering, or of one."""
    newer = Collection.objects.filter(attempt=OuterRef("attempt"), created_at__gt=OuterRef("created_at"))
    found = Collection.objects.filter(attempt__ticket__offering=offering)
    if only is not None:
        found = found.filter(attempt=only)
    return list(
        found.filter(~Exists(newer))
        .select_related("attempt__ticket", "attempt__paper")
        .order_by("attempt__ticket__number")
    )


def is_collected(offering: Offering) -> bool:
    """Whether answers were handed on to be marked: nobody goes on answering then."""
    return Collection.objects.filter(attempt__ticket__offering=offering).exists()


def undecided_late(collection: Collection) -> list[int]:
    """Log ids of late answers nobody has decided about."""
    decided = set(LateAdmission.objects.filter(attempt=collection.attempt).values_list("entry", flat=True))
    return [entry for entry in collection.late if entry not in decided]


def folded_all(attempts: Iterable[Attempt], rows: Mapping[str, list[Entry]]) -> dict[UUID, Folded]:
    """The present of many attempts in one query; attempts that were never opened are absent."""
    found = [attempt for attempt in attempts if str(attempt.id) in rows]
    admitted: dict[UUID, set[int]] = defaultdict(set)
    for attempt_id, entry in LateAdmission.objects.filter(attempt__in=found, admitted=True).values_list(
        "attempt_id", "entry"
    ):
        admitted[attempt_id].add(entry)
    return {
        attempt.id: fold(
            rows[str(attempt.id)], ends_at=_deadline(attempt), admitted=frozenset(admitted[attempt.id])
        )
        for attempt in found
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One line of the attempts table. state is None while the candidate has not signed in."""

    sheet: TicketSheet
    attempt: Attempt | None
    state: Folded | None

    @property
    def opened_at(self) -> datetime | None:
        return moment_of(self.state.opened_at) if self.state else None

    @property
    def submitted_at(self) -> datetime | None:
        return moment_of(self.state.submitted_at) if self.state else None

    @property
    def answered(self) -> int:
        return len(self.state.given) if self.state else 0

    @property
    def uncounted(self) -> int:
        return len(self.state.late) + len(self.state.after_submit) if self.state else 0


def moment_of(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, tz=SHANGHAI)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsNow:
    """trouble: why the log could not be read; the rows then say nothing of the exam itself."""

    rows: list[AttemptRow]
    trouble: Refused | None = None


def rows_now(sheets: Sequence[TicketSheet]) -> RowsNow:
    """As `attempt_rows`, for pages on which there is something to do even while the log cannot be read."""
    try:
        return RowsNow(rows=attempt_rows(sheets))
    except Refused as refused:
        return RowsNow(
            rows=[AttemptRow(sheet=sheet, attempt=None, state=None) for sheet in sheets], trouble=refused
        )


def attempt_rows(sheets: Sequence[TicketSheet]) -> list[AttemptRow]:
    """What the log says of the holders of these tickets now, in a fixed number of queries.

    Raises: Refused, code "log-unreadable".
    """
    attempts = {
        attempt.ticket_id: attempt
        for attempt in Attempt.objects.filter(ticket__in=[sheet.ticket for sheet in sheets]).select_related(
            "ticket__offering", "paper"
        )
    }
    states = folded_all(attempts.values(), log_of(attempts.values())) if attempts else {}
    rows = []
    for sheet in sheets:
        attempt = attempts.get(sheet.ticket.id)
        state = states.get(attempt.id) if attempt else None
        rows.append(AttemptRow(sheet=sheet, attempt=attempt, state=state))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAnswer:
    """One answer kept but not counted until a person decides.

    seconds: after the deadline, or after the candidate's own submission when `after_submit`.
    decision is None while it waits. number: of the question as printed, None for one the paper has not.
    """

    attempt: Attempt
    entry: Entry
    value: str
    seconds: int
    after_submit: bool
    decision: LateAdmission | None
    number: int | None = None

    @property
    def question(self) -> str:
        return f"第 {self.number} 题" if self.number else self.entry.item

    @property
    def received_at(self) -> datetime | None:
        return moment_of(self.entry.server_time)


def late_answers(offering: Offering) -> list[LateAnswer]:
    """Every late answer of the collected attempts, those that wait for a decision first."""
    attempts = {attempt.id: attempt for attempt in attempts_of(offering)}
    collected = {collection.attempt_id for collection in collections_of(offering)}
    decisions = {
        (decision.attempt_id, decision.entry): decision
        for decision in LateAdmission.objects.filter(attempt__in=collected).select_related("by")
    }
    rows = log_of([attempts[attempt_id] for attempt_id in collected])
    found = [
        answer
        for attempt_id in collected
        for answer in _late_of(attempts[attempt_id], rows[str(attempt_id)], decisions)
    ]
    return sorted(found, key=lambda one: (one.decision is not None, one.attempt.ticket.number, one.entry.id))


def _late_of(
    attempt: Attempt, entries: list[Entry], decisions: Mapping[tuple[UUID, int], LateAdmission]
) -> Iterator[LateAnswer]:
    state = as_submitted(attempt, entries)
    numbers = {line["item"]: number for number, line in enumerate(attempt.paper.lines, start=1)}
    uncounted, after = {*state.late, *state.after_submit}, set(state.after_submit)
    for entry in entries:
        if entry.id not in uncounted:
            continue
        since = state.submitted_at if entry.id in after and state.submitted_at else state.deadline
        yield LateAnswer(
            attempt=attempt,
            entry=entry,
            value=_value_words(entry.body),
            seconds=max(round((entry.server_time - since) / 1000), 0),
            after_submit=entry.id in after,
            decision=decisions.get((attempt.id, entry.id)),
            number=numbers.get(entry.item),
        )


def _value_words(body: str) -> str:
    value = msgspec.json.decode(body)
    if value is None:
        return "（清空）"
    return "、".join(value) if isinstance(value, list) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryState:
    """Where one offering stands with the hall."""

    offering: Offering
    pack: PublishedPack | None
    collected: int
    undecided: int
    over: bool


def delivery_states(offerings: Iterable[Offering], *, moment: datetime) -> list[DeliveryState]:
    """In a fixed number of queries."""
    found = list(offerings)
    packs = {pack.offering_id: pack for pack in PublishedPack.objects.filter(offering__in=found)}
    decided: dict[UUID, set[int]] = defaultdict(set)
    for attempt_id, entry in LateAdmission.objects.filter(attempt__ticket__offering__in=found).values_list(
        "attempt_id", "entry"
    ):
        decided[attempt_id].add(entry)
    newer = Collection.objects.filter(attempt=OuterRef("attempt"), created_at__gt=OuterRef("created_at"))
    collected: dict[UUID, int] = defaultdict(int)
    undecided: dict[UUID, int] = defaultdict(int)
    for attempt_id, offering_id, late in (
        Collection.objects.filter(attempt__ticket__offering__in=found)
        .filter(~Exists(newer))
        .order_by()
        .values_list("attempt_id", "attempt__ticket__offering_id", "late")
    ):
        collected[offering_id] += 1
        undecided[offering_id] += len(set(late) - decided[attempt_id])
    return [
        DeliveryState(
            offering=offering,
            pack=packs.get(offering.id),
            collected=collected[offering.id],
            undecided=undecided[offering.id],
            over=moment >= ends_at(offering),
        )
        for offering in found
    ]


def readiness(
    offering: Offering, *, hall_answers: bool, offset_seconds: float | None, loaded: bool | None = None
) -> Decision:
    """The go or no-go of an offering, given what the hall said of itself."""
    (state,) = seating_states([offering])
    plans = room_plans(offering)
    ratios = rules_for(offering).ratios
    return decide_ready(
        Facts(
            sealed=len(sealed_papers(offering)),
            tickets=state.tickets,
            awaiting=state.awaiting,
            unplaced=state.unplaced,
            rooms=len(plans),
            short_rooms=tuple(plan.room.name for plan in plans if not plan.enough),
            ratio_rule=f"每 {ratios.candidates_per_invigilator.value} 名考生至少 1 名监考员，"
            f"每考场不少于 {ratios.least_invigilators.value} 名",
            hall_answers=hall_answers,
            offset_seconds=offset_seconds,
            loaded=loaded,
        )
    )
