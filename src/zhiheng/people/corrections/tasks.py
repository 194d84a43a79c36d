"""Telling those who asked for a correction what became of it."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django_tasks import task

from zhiheng.people.corrections.queries import correction_by_id
from zhiheng.people.models import Correction, CorrectionDecision
from zhiheng.people.notices import notify_institution, notify_person


@task()
@transaction.atomic
def tell_corrected(person_id: str, correction_id: str) -> None:
    correction = correction_by_id(correction_id)
    if correction is not None:
        _tell(correction, "correction-applied", {"name": correction.person.name})


@task()
@transaction.atomic
def tell_refused(correction_id: str) -> None:
    correction = correction_by_id(correction_id)
    no = CorrectionDecision.objects.filter(correction=UUID(correction_id), approved=False).first()
    if correction is not None and no is not None:
        note = no.note if no.note.endswith(("。", "！", "？", ".")) else f"{no.note}。"
        _tell(correction, "correction-refused", {"name": correction.person.name, "reason": note})


def _tell(correction: Correction, kind: str, facts: dict[str, str]) -> None:
    about = f"correction:{correction.id}"
    mine = {**facts, "number": correction.number, "link": _page("my_corrections")}
    notify_person(person=correction.person, kind=kind, about=about, facts=lambda: mine)
    if correction.institution is not None:
        ours = {**mine, "link": _page("institution_corrections")}
        notify_institution(institution=correction.institution, kind=kind, about=about, facts=lambda: ours)


def _page(name: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name)}"
