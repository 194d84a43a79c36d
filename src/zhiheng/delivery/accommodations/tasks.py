"""Telling those who asked that there is a decision. What it is about is not said in a message."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django_tasks import task

from zhiheng.delivery.accommodations.queries import request_by_id
from zhiheng.people.notices import notify_institution, notify_person
from zhiheng.sittings.wording import exam_words
from zhiheng.surface.wording import day_words


@task()
@transaction.atomic
def tell_decided(request_id: str) -> None:
    found = request_by_id(request_id)
    if found is None:
        return
    offering, person = found.application.offering, found.application.person
    about = f"adjustment:{found.id}"

    def facts(name: str) -> dict[str, str]:
        return {
            "name": person.name,
            "exam": exam_words(offering),
            "day": day_words(offering.sitting.day),
            "number": found.number,
            "link": f"{settings.PUBLIC_URL}{reverse(name)}",
        }

    notify_person(
        person=person, kind="adjustment-decided", about=about, facts=lambda: facts("my_adjustments")
    )
    if found.institution is not None:
        notify_institution(
            institution=found.institution,
            kind="adjustment-decided",
            about=about,
            facts=lambda: facts("institution_adjustments"),
        )
