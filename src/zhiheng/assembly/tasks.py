"""The worker's part of assembly."""

from django_tasks import task

from zhiheng.assembly.actions import run_now


@task()
def assemble(run_id: str) -> None:
    run_now(run_id=run_id)
