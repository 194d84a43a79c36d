"""The good rows of a confirmed batch become applications with their papers, each row for itself."""

import logging
from uuid import UUID

from django.db import transaction

from zhiheng.enrolment.actions import enter_application
from zhiheng.enrolment.batches import queries
from zhiheng.enrolment.batches.actions import ACCIDENT, Stopped, clear_files, fail_batch, tell_progress
from zhiheng.enrolment.batches.checking import Progress
from zhiheng.enrolment.batches.known import facts_differ, papers_of
from zhiheng.enrolment.batches.rows import Fault, packed, row_of
from zhiheng.enrolment.core.documents import WORDS
from zhiheng.enrolment.core.papers import Clean
from zhiheng.enrolment.core.sheet import SheetRow
from zhiheng.enrolment.core.workshop import Prepared, prepare, workshop
from zhiheng.enrolment.filing.actions import correct_facts, file_paper
from zhiheng.enrolment.models import Application, Batch, BatchRow, BatchState, DocumentKind, RowState
from zhiheng.enrolment.queries import live_application
from zhiheng.enrolment.refusals import already_applied
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.people.queries import find_person
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.outbox import publish
from zhiheng.sittings.models import Offering

logger = logging.getLogger(__name__)


def enter_now(*, batch_id: UUID | str, progress: Progress | None = None) -> Batch:
    """Write the good rows of a confirmed batch, each for itself with its papers; what is refused stays out.

    May be interrupted and called again: a row is written once.
    """
    batch = queries.batch_for_work(batch_id)
    if batch.state != BatchState.ENTERING:
        return batch
    kept = list(queries.rows_of(batch, *queries.GOOD))
    try:
        _enter_all(batch, kept, tell_progress(batch, BatchState.ENTERING, progress))
        _finish(batch)
    except Stopped:
        pass
    except Refused as refused:
        fail_batch(batch, refused.sentence)
    except Exception:
        logger.exception("batch %s could not be entered", batch.id)
        fail_batch(batch, ACCIDENT)
    batch.refresh_from_db()
    return batch


def _enter_all(batch: Batch, kept: list[BatchRow], tell: Progress) -> None:
    rows = [row_of(entry) for entry in kept]
    source = queries.source_of(batch)
    if source is None:
        for done, entry in enumerate(kept, 1):
            enter_row(batch=batch, kept=entry, papers=[])
            tell(done, len(kept))
        return
    jobs = [[paper.job for paper in row.papers] for row in rows]
    with workshop(source, prepare, jobs) as answers:
        for done, (entry, papers) in enumerate(zip(kept, answers, strict=True), 1):
            enter_row(batch=batch, kept=entry, papers=papers)
            tell(done, len(kept))


def enter_row(*, batch: Batch, kept: BatchRow, papers: list[Prepared]) -> None:
    """One row: its application and all its papers, or nothing of it and a sentence."""
    try:
        _enter(batch, kept, papers)
    except Refused as refused:
        row = row_of(kept)
        row.faults.append(Fault(column="", value=row.name, reason=refused.sentence))
        row.state = RowState.BAD
        BatchRow.objects.filter(pk=kept.pk, state__in=queries.GOOD).update(
            state=RowState.BAD, content=packed(row)
        )


@transaction.atomic
def _enter(batch: Batch, kept: BatchRow, papers: list[Prepared]) -> None:
    """Raises: Refused."""
    locked = BatchRow.objects.select_for_update().get(pk=kept.pk)
    if locked.state not in queries.GOOD:
        return  # another worker was first
    row = row_of(locked)
    if row.entry is None:
        return
    clean = [_usable(paper) for paper in papers]
    offering = Offering.objects.select_related("sitting", "revision").get(pk=row.entry.offering)
    application, created = _written(batch, offering, row.entry, row.claimed)
    _file_papers(batch.by, application, [paper.job.kind for paper in papers], clean)
    locked.state = RowState.ENTERED if created else RowState.UPDATED
    locked.application, locked.content = application, ""
    locked.save(update_fields=["state", "application", "content"])


def _usable(paper: Prepared) -> Clean:
    if paper.clean is None:
        raise Refused(what=f"{WORDS[paper.job.kind]}“{paper.job.path}”：{paper.fault}", code="paper")
    return paper.clean


def _written(batch: Batch, offering: Offering, entry: SheetRow, claimed: str) -> tuple[Application, bool]:
    """The row's application, and whether it is new. Raises: Refused."""
    person = find_person(entry.id_number)
    live = live_application(person, offering.sitting, offering.programme) if person else None
    if live is None:
        made = enter_application(
            by=batch.by,
            institution=batch.institution,
            offering=offering,
            name=entry.name,
            id_number=entry.id_number,
            phone=entry.phone,
            profile=entry.profile,
            claimed_condition=claimed or entry.condition,
            address=entry.address,
        )
        return made, True
    if live.institution_id != batch.institution_id or live.offering_id != offering.id:
        raise already_applied(entry.name, live)
    if facts_differ(live, entry):
        correct_facts(
            by=str(batch.by_id),
            application=live,
            phone=entry.phone,
            profile=entry.profile,
            claimed_condition=entry.condition or claimed or live.claimed_condition,
            address=entry.address or live.address,
        )
    return live, False


def _file_papers(by: Account, application: Application, kinds: list[str], papers: list[Clean]) -> None:
    held = papers_of([application.id])[application.id]
    for kind, paper in zip(kinds, papers, strict=True):
        if paper.source_sha256 not in held.get(kind, set()):
            file_paper(by=str(by.id), application=application, kind=DocumentKind(kind), paper=paper)


@transaction.atomic
def _finish(batch: Batch) -> None:
    moved = Batch.objects.filter(pk=batch.pk, state=BatchState.ENTERING).update(
        state=BatchState.CONFIRMED, ended_at=clock.now()
    )
    if not moved:
        return
    clear_files(batch)
    counts = queries.counts_of(batch)
    record(
        by=str(batch.by_id),
        act="batch-entered",
        subject=f"batch:{batch.id}",
        detail={"entered": counts.entered, "updated": counts.updated, "bad": counts.bad},
    )
    publish("batch-entered", batch_id=str(batch.id))
