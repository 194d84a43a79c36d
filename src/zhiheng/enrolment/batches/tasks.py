"""The worker's part of batches."""

from django_tasks import task

from zhiheng.enrolment.batches.actions import check_now, sweep_batches
from zhiheng.enrolment.batches.entering.actions import enter_now
from zhiheng.enrolment.batches.queries import ROWS_KEPT
from zhiheng.plumbing import clock


@task()
def check_batch(batch_id: str) -> None:
    check_now(batch_id=batch_id)


@task()
def enter_batch(batch_id: str) -> None:
    enter_now(batch_id=batch_id)


@task()
def end_batches(batch_id: str | None = None) -> None:
    """Hears that a batch was uploaded, and comes back when its rows are to be forgotten."""
    sweep_batches(by="batches")
    if batch_id is not None:
        end_batches.using(run_after=clock.now() - clock.offset() + ROWS_KEPT).enqueue()
