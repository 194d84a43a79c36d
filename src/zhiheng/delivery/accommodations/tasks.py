"""After a decision: those who asked are told that there is one, not of what; the running hall is told what to do."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django_tasks import task

from zhiheng.delivery.accommodations.carrying.actions import carry_out
from zhiheng.delivery.accommodations.carrying.queries import Stage
from zhiheng.delivery.accommodations.queries import request_by_id
from zhiheng.delivery.hall_line import HallLine
from zhiheng.people.notices import notify_institution, notify_person
from zhiheng.plumbing import clock
from zhiheng.sittings.wording import exam_words
from zhiheng.surface.wording import day_words

AGAIN = timedelta(minutes=1)


@task()
def carry_to_hall(request_id: str) -> None:
    """Once a minute until the hall has it, or the candidate's time is over."""
    carried = carry_out(request_id=request_id, open_line=HallLine)
    if carried is not None and carried.stage == Stage.WAITING:
        # The queue counts by the machine's clock, which a demonstration does not move.
        carry_to_hall.using(run_after=clock.now() - clock.offset() + AGAIN).enqueue(request_id=request_id)


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
