"""A batch from its upload to its end: looked at in the background, confirmed by a person, written row by row."""

import logging
from collections.abc import Iterable, Mapping
from functools import partial
from time import monotonic
from uuid import UUID

from django.db import transaction

from zhiheng.enrolment.batches import queries
from zhiheng.enrolment.batches.checking import Check, Progress
from zhiheng.enrolment.batches.rows import Checked, packed
from zhiheng.enrolment.models import (
    Batch,
    BatchRow,
    BatchState,
    RowState,
)
from zhiheng.foundation.errors import Refused, ZhihengError
from zhiheng.people.models import Account, Institution
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.outbox import publish
from zhiheng.plumbing.sealed_files import seal_file
from zhiheng.sittings.models import Offering, Sitting

logger = logging.getLogger(__name__)
_SHEET = "application/octet-stream"
_TELL_EVERY = 0.7  # seconds between two looks at the database while working
ACCIDENT = "处理时出现意外错误，已记入日志。请重新上传；仍不成功的，请联系管理员。"


class Stopped(ZhihengError):
    """Somebody cancelled the batch while it was worked on."""


def upload_batch(
    *,
    by: Account,
    institution: Institution,
    sheet: bytes,
    sheet_name: str,
    offering: Offering | None = None,
    sitting: Sitting | None = None,
    archive: Iterable[bytes] | None = None,
    archive_name: str = "",
    unfinished_too: bool = False,
) -> Batch:
    """Keep a sheet and its archive, sealed; nothing is looked at yet.

    archive: the bytes of the file in pieces; they go to disk as they come.
    """
    batch = Batch(
        institution=institution,
        offering=offering,
        sitting=sitting,
        sheet_name=sheet_name[:200],
        archive_name=archive_name[:200],
        unfinished_too=unfinished_too,
        by=by,
    )
    path = queries.archive_path(batch)
    try:
        if archive is not None:
            batch.archive_key = seal_file(archive, path)
        with transaction.atomic():
            batch.sheet = vault.keep(sheet, kind="sheet", name=sheet_name, by=str(by.id), media_type=_SHEET)
            batch.save(force_insert=True)
            record(
                by=str(by.id),
                act="batch-uploaded",
                subject=f"batch:{batch.id}",
                detail={"sheet": sheet_name[:200], "archive": archive_name[:200]},
            )
    except BaseException:
        path.unlink(missing_ok=True)  # half an upload helps nobody
        raise
    return batch


@transaction.atomic
def start_check(*, by: Account, batch: Batch, columns: Mapping[str, str] | None = None) -> None:
    """Have the batch looked at in the background; columns: which column somebody chose for what.

    Raises: Refused when it is past being looked at.
    """
    values = {"columns": dict(columns)} if columns is not None else {}
    moved = Batch.objects.filter(
        pk=batch.pk, state__in=(BatchState.UPLOADED, BatchState.CHECKED, BatchState.CHECKING)
    ).update(state=BatchState.UPLOADED, done=0, total=0, touched_at=clock.now(), **values)
    if not moved:
        raise _not_now(batch)
    batch.refresh_from_db()
    record(by=str(by.id), act="batch-check-asked", subject=f"batch:{batch.id}")
    publish("batch-uploaded", batch_id=str(batch.id))


def check_now(*, batch_id: UUID | str, progress: Progress | None = None) -> Batch:
    """Look at an uploaded batch and keep what was found. A batch that is not waiting is left alone.

    Not one transaction: it takes minutes, and meanwhile nobody else's writes may wait for it.
    """
    if not _move(batch_id, BatchState.UPLOADED, BatchState.CHECKING):
        return queries.batch_for_work(batch_id)
    batch = queries.batch_for_work(batch_id)
    try:
        checked = check_of(batch).run(tell_progress(batch, BatchState.CHECKING, progress))
        _keep(batch, checked)
    except Stopped:
        pass  # whoever cancelled it has put it away
    except Refused as refused:
        fail_batch(batch, refused.sentence)
    except Exception:  # whatever goes wrong, the page must not show a check that never ends
        logger.exception("batch %s could not be checked", batch.id)
        fail_batch(batch, ACCIDENT)
    batch.refresh_from_db()
    return batch


def check_of(batch: Batch) -> Check:
    return Check(
        institution=batch.institution,
        cells=queries.cells_of(batch),
        offering=batch.offering,
        sitting=batch.sitting,
        chosen=batch.columns,
        source=queries.source_of(batch),
        unfinished_too=batch.unfinished_too,
    )


@transaction.atomic
def _keep(batch: Batch, checked: Checked) -> None:
    """Raises: Stopped when the batch was cancelled meanwhile."""
    if not _move(batch.id, BatchState.CHECKING, BatchState.CHECKED):
        raise Stopped
    BatchRow.objects.filter(batch=batch).delete()
    BatchRow.objects.bulk_create(
        [
            BatchRow(batch=batch, number=row.number, state=row.state, content=packed(row))
            for row in checked.rows
        ],
        batch_size=200,
    )
    batch.headings, batch.strays = list(checked.headings), packed(checked.strays)
    batch.total = batch.done = len(checked.rows)
    batch.save(update_fields=["headings", "strays", "total", "done"])
    record(
        by=str(batch.by_id),
        act="batch-checked",
        subject=f"batch:{batch.id}",
        detail={"rows": len(checked.rows), "bad": sum(row.state == RowState.BAD for row in checked.rows)},
    )


def tell_progress(batch: Batch, state: BatchState, progress: Progress | None) -> Progress:
    """Notes how far the work is, and stops it when the batch is no longer in the state."""
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if progress is not None:
            progress(done, total)
        now = monotonic()
        if now - told < _TELL_EVERY and done < total:
            return
        told = now
        if not Batch.objects.filter(pk=batch.pk, state=state).update(
            done=done, total=total, touched_at=clock.now()
        ):
            raise Stopped

    return tell


def _move(batch_id: UUID | str, before: BatchState, after: BatchState) -> bool:
    """From one state to the next; False when somebody else was first."""
    return bool(Batch.objects.filter(pk=batch_id, state=before).update(state=after, touched_at=clock.now()))


@transaction.atomic
def fail_batch(batch: Batch, why: str) -> None:
    moved = Batch.objects.filter(pk=batch.pk, state__in=queries.OPEN).update(
        state=BatchState.FAILED, trouble=why[:500], ended_at=clock.now()
    )
    if moved:
        clear_files(batch)
        record(by=str(batch.by_id), act="batch-failed", subject=f"batch:{batch.id}")


@transaction.atomic
def cancel_batch(*, by: Account, batch: Batch) -> None:
    """Put a batch away before it is written; work on it stops. Raises: Refused when it is being written or over."""
    moved = Batch.objects.filter(
        pk=batch.pk, state__in=(BatchState.UPLOADED, BatchState.CHECKING, BatchState.CHECKED)
    ).update(state=BatchState.CANCELLED, ended_at=clock.now())
    if not moved:
        raise _not_now(batch)
    BatchRow.objects.filter(batch=batch).delete()
    clear_files(batch)
    record(by=str(by.id), act="batch-cancelled", subject=f"batch:{batch.id}")


@transaction.atomic
def clear_files(batch: Batch) -> None:
    """Destroy sheet and archive for good, once the transaction holds."""
    file = Batch.objects.select_related("sheet").get(pk=batch.pk).sheet
    Batch.objects.filter(pk=batch.pk).update(sheet=None, archive_key="")
    path = queries.archive_path(batch)
    transaction.on_commit(partial(path.unlink, missing_ok=True))
    if file is not None:
        transaction.on_commit(partial(vault.destroy, file.id))
        file.delete()


@transaction.atomic
def confirm_batch(*, by: Account, batch: Batch, queued: bool = True) -> None:
    """Have the good rows written; queued: by the worker. Raises: Refused when there is nothing to confirm."""
    if not queries.rows_of(batch, *queries.GOOD).exists():
        raise Refused(
            what="这一批没有可以写入的行", remedy="请下载有问题的行，改好后重新上传", code="batch-empty"
        )
    if not _move(batch.id, BatchState.CHECKED, BatchState.ENTERING):
        raise _not_now(batch)
    Batch.objects.filter(pk=batch.pk).update(done=0, total=queries.rows_of(batch, *queries.GOOD).count())
    record(by=str(by.id), act="batch-confirmed", subject=f"batch:{batch.id}")
    if queued:
        publish("batch-confirmed", batch_id=str(batch.id))


@transaction.atomic
def close_batch(*, by: Account, batch: Batch) -> None:
    """End a batch that has nothing to write; the rows to mend can still be fetched. Raises: Refused."""
    if queries.rows_of(batch, *queries.GOOD).exists() or not _move(
        batch.id, BatchState.CHECKED, BatchState.CONFIRMED
    ):
        raise _not_now(batch)
    Batch.objects.filter(pk=batch.pk).update(ended_at=clock.now())
    clear_files(batch)
    record(by=str(by.id), act="batch-closed", subject=f"batch:{batch.id}")


@transaction.atomic
def resume_batch(*, by: Account, batch: Batch) -> None:
    """Ask the worker again for a batch it has not been heard of for a while. Raises: Refused when it is at work."""
    if not queries.stuck(batch):
        raise _not_now(batch)
    if batch.state == BatchState.ENTERING:
        Batch.objects.filter(pk=batch.pk).update(touched_at=clock.now())
        record(by=str(by.id), act="batch-resumed", subject=f"batch:{batch.id}")
        publish("batch-confirmed", batch_id=str(batch.id))
    else:
        start_check(by=by, batch=batch)


def _not_now(batch: Batch) -> Refused:
    state = BatchState(queries.state_of(batch.id)).label
    return Refused(what=f"这一批现在是“{state}”，不能这样做", remedy="请刷新页面后再看", code="batch-state")


@transaction.atomic
def sweep_batches(*, by: str) -> int:
    """End what nobody confirmed in two weeks, and forget rows that stayed out a month ago; returns how many."""
    now = clock.now()
    old = Batch.objects.filter(state__in=queries.OPEN, created_at__lt=now - queries.FORGOTTEN_AFTER)
    forgotten = list(old.exclude(state=BatchState.ENTERING))
    for batch in forgotten:
        Batch.objects.filter(pk=batch.pk).update(state=BatchState.CANCELLED, ended_at=now)
        BatchRow.objects.filter(batch=batch).delete()
        clear_files(batch)
    ended = Batch.objects.filter(ended_at__lt=now - queries.ROWS_KEPT).values("pk")
    Batch.objects.filter(pk__in=ended).update(strays="")
    emptied = BatchRow.objects.filter(batch__in=ended, state=RowState.BAD).update(content="")
    if forgotten or emptied:
        detail = {"batches": len(forgotten), "rows": emptied}
        record(by=by, act="batches-swept", subject="retention:batch", detail=detail)
    return len(forgotten) + emptied
