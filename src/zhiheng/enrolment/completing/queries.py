"""Completion links: found by their token, and for the institution that made them."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from zhiheng.enrolment.models import Application, Batch, BatchRow, CompletionLink
from zhiheng.plumbing import clock
from zhiheng.plumbing.crypto import keyed_hashes

PURPOSE = "completion-link"


def link_by_token(token: str) -> CompletionLink | None:
    """The live link with this token; none for one that was revoked or has expired."""
    return (
        CompletionLink.objects.filter(
            token_hash__in=keyed_hashes(token, purpose=PURPOSE),
            revoked_at=None,
            expires_at__gt=clock.now(),
        )
        .select_related(
            "application__person",
            "application__institution",
            "application__offering__sitting",
            "application__offering__revision",
            "application__sitting",
        )
        .first()
    )


def live_links(applications: Iterable[Application]) -> dict[UUID, CompletionLink]:
    """By application."""
    found = CompletionLink.objects.filter(
        application__in=list(applications), revoked_at=None, expires_at__gt=clock.now()
    )
    return {link.application_id: link for link in found}


def address_of(link: CompletionLink) -> str:
    return f"{settings.PUBLIC_URL}{reverse('complete', args=[link.token])}"


def applications_of_batch(batch: Batch) -> QuerySet[Application]:
    """What the batch's rows became, in the order of the sheet's names."""
    entered = BatchRow.objects.filter(batch=batch).exclude(application=None).values("application_id")
    return (
        Application.objects.filter(pk__in=entered)
        .select_related("person", "institution", "offering__sitting", "offering__revision", "sitting")
        .order_by("person__name", "id")
    )
