"""The worker's part: making copies, and destroying them when their day is over."""

from django_tasks import task

from zhiheng.people.rights.actions import COPY_LASTS, destroy_expired_copies, make_copy
from zhiheng.plumbing import clock


@task()
def prepare_copy(export_id: str) -> None:
    make_copy(by="data-rights", export_id=export_id)


@task()
def end_copies(export_id: str | None = None) -> None:
    """Hears that a copy was made, and comes back when its day is over; the machine's clock counts the jobs."""
    destroy_expired_copies(by="data-rights")
    if export_id is not None:
        end_copies.using(run_after=clock.now() - clock.offset() + COPY_LASTS).enqueue()
