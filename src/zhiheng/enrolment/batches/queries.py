"""Batches for pages and for the worker."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from zhiheng.enrolment.core.delimited import open_any_sheet
from zhiheng.enrolment.core.workbook import Cell
from zhiheng.enrolment.core.workshop import Source
from zhiheng.enrolment.models import Batch, BatchRow, BatchState, RowState
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Institution
from zhiheng.plumbing import clock, vault

STUCK_AFTER = timedelta(minutes=3)
FORGOTTEN_AFTER = timedelta(days=14)
ROWS_KEPT = timedelta(days=30)
WORKING = (BatchState.UPLOADED, BatchState.CHECKING, BatchState.ENTERING)
OPEN = (*WORKING, BatchState.CHECKED)
GOOD = (RowState.NEW, RowState.CHANGED)
DONE = (RowState.ENTERED, RowState.UPDATED)


def batches_of(institution: Institution) -> QuerySet[Batch]:
    return (
        Batch.objects.filter(institution=institution)
        .select_related("offering__sitting", "sitting", "by")
        .order_by("-created_at")
    )


def batch_for(institution: Institution, batch_id: UUID | str) -> Batch | None:
    return batches_of(institution).filter(pk=batch_id).first()


def batch_for_work(batch_id: UUID | str) -> Batch:
    return Batch.objects.select_related(
        "institution", "offering__sitting", "offering__revision", "sitting", "sheet", "by"
    ).get(pk=batch_id)


def state_of(batch_id: UUID) -> str:
    """As it stands in the database now, whatever a row in memory says."""
    return Batch.objects.values_list("state", flat=True).get(pk=batch_id)


def rows_of(batch: Batch, *states: RowState) -> QuerySet[BatchRow]:
    found = BatchRow.objects.filter(batch=batch).order_by("number")
    return found.filter(state__in=states) if states else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Rows of a batch by what becomes of them."""

    new: int
    changed: int
    there: int
    bad: int
    entered: int
    updated: int

    @property
    def rows(self) -> int:
        return self.new + self.changed + self.there + self.bad + self.entered + self.updated

    @property
    def good(self) -> int:
        """Rows that wait to be written."""
        return self.new + self.changed

    @property
    def accepted(self) -> int:
        return self.rows - self.bad


def counts_of(batch: Batch) -> Counts:
    found = Counter(BatchRow.objects.filter(batch=batch).values_list("state", flat=True))
    return Counts(**{state.value: found[state.value] for state in RowState})


def cells_of(batch: Batch) -> list[list[Cell]]:
    """The sheet as it was handed in. Raises: Refused when it is gone."""
    if batch.sheet is None:
        raise Refused(what="这一批的表格已经删除", remedy="请重新上传", code="sheet-gone")
    return open_any_sheet(vault.read(batch.sheet), name=batch.sheet_name)


def archive_path(batch: Batch) -> Path:
    return settings.VAULT.parent / "batches" / str(batch.id)


def source_of(batch: Batch) -> Source | None:
    """Where the batch's archive lies, if it has one."""
    if not batch.archive_key:
        return None
    return Source(path=str(archive_path(batch)), name=batch.archive_name, key=batch.archive_key)


def stuck(batch: Batch) -> bool:
    """The worker has not been heard of for a while."""
    since = batch.touched_at or batch.created_at
    return batch.state in WORKING and clock.now() - since > STUCK_AFTER


def forgotten(batch: Batch) -> bool:
    """What the rows said is no longer kept."""
    return batch.ended_at is not None and clock.now() - batch.ended_at > ROWS_KEPT
