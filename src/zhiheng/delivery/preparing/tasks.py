"""The worker's part of preparing."""

from django_tasks import task

from zhiheng.delivery.preparing.actions import prepare_now


@task()
def prepare_pack(preparation_id: str) -> None:
    prepare_now(preparation_id=preparation_id)
