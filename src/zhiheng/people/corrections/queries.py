"""Corrections that wait and were settled, and what people were called before."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import normal_name
from zhiheng.people.models import (
    Account,
    Correction,
    CorrectionDecision,
    CorrectionState,
    Institution,
    Person,
    PersonChange,
)
from zhiheng.people.queries import id_number_hashes
from zhiheng.plumbing.crypto import keyed_hashes


def _with_everything() -> QuerySet[Correction]:
    return Correction.objects.select_related("person", "institution", "requested_by", "evidence")


def corrections_in(state: str) -> QuerySet[Correction]:
    """Those of one state: what waits with the oldest first, what is settled with the newest."""
    order = "created_at" if state == CorrectionState.WAITING else "-settled_at"
    return _with_everything().filter(state=state).order_by(order)


def correction_counts() -> dict[str, int]:
    counted = Correction.objects.order_by().values_list("state").annotate(number=Count("id"))
    return {str(state): number for state, number in counted}


def voices_of(corrections: Iterable[Correction]) -> dict[UUID, list[CorrectionDecision]]:
    """Every yes and no by correction, in one query."""
    found: dict[UUID, list[CorrectionDecision]] = {correction.id: [] for correction in corrections}
    rows = CorrectionDecision.objects.filter(correction__in=list(found)).select_related("by")
    for row in rows.order_by("created_at"):
        found[row.correction_id].append(row)
    return found


def correction_by_id(correction_id: UUID | str) -> Correction | None:
    return _with_everything().filter(pk=correction_id).first()


def corrections_of(person: Person) -> QuerySet[Correction]:
    return _with_everything().filter(person=person).order_by("-created_at")


def corrections_by(institution: Institution) -> QuerySet[Correction]:
    """What an institution asked for, the newest first."""
    return _with_everything().filter(institution=institution).order_by("-created_at")


def waiting_for_voice(account: Account) -> QuerySet[Correction]:
    """What this account may still say yes or no to."""
    said = CorrectionDecision.objects.filter(correction=OuterRef("pk"), by=account)
    waiting = _with_everything().filter(~Exists(said), state=CorrectionState.WAITING)
    return waiting.exclude(requested_by=account).exclude(person__account=account).order_by("created_at")


def last_change(person: Person) -> PersonChange | None:
    return PersonChange.objects.filter(person=person).order_by("-created_at").first()


def changes_of(people: Iterable[UUID]) -> list[PersonChange]:
    """Every change of several people in order, in one query."""
    return list(PersonChange.objects.filter(person__in=list(people)).order_by("created_at"))


def change_history(person: Person) -> list[PersonChange]:
    """Every change in order."""
    return list(
        PersonChange.objects.filter(person=person).select_related("correction").order_by("created_at")
    )


def changes_under(words: str) -> list[PersonChange]:
    """Changes away from this whole name or identity number."""
    text = "".join(words.split())
    if not text:
        return []
    found = Q(old_id_hash__in=id_number_hashes(text))
    with suppress(Refused):  # a number is no name
        found |= Q(old_name_hash__in=keyed_hashes(normal_name(words), purpose="old-name"))
    return list(PersonChange.objects.filter(found).select_related("person", "correction"))
