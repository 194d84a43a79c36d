"""Ending what was said of somebody's health: that there was a request, its number and its days stay."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from zhiheng.delivery.models import AdjustmentDecision, AdjustmentRequest
from zhiheng.people.models import Person
from zhiheng.plumbing import clock, vault


@transaction.atomic
def clear_adjustments(ids: Sequence[Any], by: str) -> int:
    found = AdjustmentRequest.objects.filter(pk__in=ids, erased_at=None).select_related("evidence")
    for request in found:
        if request.evidence is not None and request.evidence.destroyed_at is None:
            vault.erase(request.evidence)
        request.asked, request.reason, request.erased_at = "", "", clock.now()
        request.save(update_fields=["asked", "reason", "erased_at"])
    AdjustmentDecision.objects.filter(request__in=ids).update(verdicts="", late_reason="")
    return len(found)


@transaction.atomic
def erase_adjustments(person: Person, by: str) -> int:
    found = AdjustmentRequest.objects.filter(application__person=person, erased_at=None)
    return clear_adjustments(list(found.values_list("pk", flat=True)), by)
