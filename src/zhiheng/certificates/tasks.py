"""What certificates make of events of earlier stages."""

from uuid import UUID

from django.db import transaction
from django_tasks import task

from zhiheng.certificates.actions import follow_amendment
from zhiheng.certificates.queries import certificate_of
from zhiheng.results.amending.queries import amended_by_id


@task()
@transaction.atomic
def follow_result(amendment_id: str) -> None:
    """A result was put right: a certificate that rested on the old outcome does not stay as it was."""
    amended = amended_by_id(UUID(amendment_id))
    if amended is None:
        return
    certificate = certificate_of(amended.amendment.result)
    if certificate is not None:
        follow_amendment(by=amended.decision.by, certificate=certificate)
