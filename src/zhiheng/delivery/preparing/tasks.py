"""The worker's part of preparing."""

from django_tasks import task

from zhiheng.delivery.preparing.actions import prepare_now, put_on_shelf


@task()
def prepare_pack(preparation_id: str) -> None:
    prepare_now(preparation_id=preparation_id)


@task()
def shelve_pack(offering_id: str) -> None:
    put_on_shelf(offering_id=offering_id)
