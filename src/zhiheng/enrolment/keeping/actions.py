"""Ending what applications left behind."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from zhiheng.enrolment.keeping.queries import APPROVED, CLOSED
from zhiheng.enrolment.models import (
    Application,
    ApplicationStatus,
    Batch,
    BatchRow,
    CompletionLink,
    Document,
    EligibilityDecision,
    Finding,
)
from zhiheng.people.models import Person
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import record

UNFINISHED = (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED)


@transaction.atomic
def erase_applications(ids: Sequence[Any], by: str) -> int:
    """Documents, claims and address of applications; who decided what, when and why stays."""
    found = list(Application.objects.select_for_update().filter(pk__in=ids, erased_at=None))
    for application in found:
        _erase(application, by)
    return len(found)


def erase_closed(person: Person, by: str) -> int:
    return _erase_of(person, CLOSED, by)


def erase_approved(person: Person, by: str) -> int:
    return _erase_of(person, APPROVED, by)


def _erase_of(person: Person, statuses: Sequence[ApplicationStatus], by: str) -> int:
    found = Application.objects.filter(person=person, status__in=statuses, erased_at=None)
    return erase_applications(list(found.values_list("pk", flat=True)), by)


def _erase(application: Application, by: str) -> None:
    now = clock.now()
    documents = list(Document.objects.filter(application=application).select_related("file"))
    for document in documents:
        if document.file.destroyed_at is None:
            vault.erase(document.file)
    Finding.objects.filter(document__in=documents).delete()
    Document.objects.filter(application=application, superseded_at=None).update(superseded_at=now)
    EligibilityDecision.objects.filter(application=application).update(facts={}, outcome={})
    CompletionLink.objects.filter(application=application).update(token="", revoked_at=now, expires_at=now)
    application.profile, application.address, application.erased_at = {}, "", now
    if application.status in UNFINISHED:
        application.status = ApplicationStatus.WITHDRAWN
    application.save(update_fields=["profile", "address", "erased_at", "status"])
    record(
        by=by,
        act="application-erased",
        subject=f"application:{application.id}",
        detail={"documents": len(documents)},
    )


@transaction.atomic
def clear_rows(ids: Sequence[Any], by: str) -> int:
    """The rows stay as numbers with their outcome; what they and the files beside them said is gone."""
    rows = BatchRow.objects.filter(pk__in=ids)
    Batch.objects.filter(pk__in=rows.values("batch_id")).update(strays="")
    return rows.update(content="")
