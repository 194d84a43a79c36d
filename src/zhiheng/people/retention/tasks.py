"""The nightly run. The worker comes back to it by itself: each run first plans the next."""

from django.db import transaction
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from zhiheng.people.retention.actions import run
from zhiheng.people.retention.queries import next_night
from zhiheng.plumbing import clock
from zhiheng.plumbing.locks import lock_named

WAITING = (TaskResultStatus.READY, TaskResultStatus.RUNNING)


@task()
def end_what_is_over() -> None:
    _plan()
    run(by="retention", dry_run=False)


def plan_nightly_run() -> bool:
    """Have the first run planned unless one waits already; said at every start. True when it was planned now."""
    with transaction.atomic():
        lock_named("retention-plan")
        if DBTaskResult.objects.filter(task_path=end_what_is_over.module_path, status__in=WAITING).exists():
            return False
        _plan()
        return True


def _plan() -> None:
    # The queue counts by the machine's clock, which a demonstration does not move.
    end_what_is_over.using(run_after=next_night(clock.now() - clock.offset())).enqueue()
