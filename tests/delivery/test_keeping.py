"""What was said of somebody's health goes a year after the exam, or when they ask; that there was a request stays."""

from datetime import timedelta

from django.urls import reverse

from tests.delivery.asking import ask, decide, own
from tests.delivery.test_accommodation_views import client_of, shown
from tests.factories.world import World
from zhiheng.delivery.accommodations.queries import adjustment_of
from zhiheng.delivery.accommodations.tasks import tell_decided
from zhiheng.delivery.core.adjusting import Adjustment, Asked
from zhiheng.delivery.keeping.actions import clear_adjustments, erase_adjustments
from zhiheng.delivery.keeping.queries import due_adjustments, share_of_adjustments, undecided_adjustments
from zhiheng.delivery.models import AdjustmentDecision, AdjustmentRequest
from zhiheng.foundation.moment import day_begins
from zhiheng.people.models import Role
from zhiheng.people.retention.registry import Holds
from zhiheng.people.rights.copies import zip_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import OutgoingMessage

NOTHING_OPEN = Holds(all=(), people=frozenset(), whole=frozenset(), applications=frozenset())


def test_a_year_after_the_exam_reasons_and_certificates_go(world: World) -> None:
    application = own(world)
    request = ask(world, application)
    decide(world, request)
    day = day_begins(application.offering.sitting.day)
    assert due_adjustments(day, NOTHING_OPEN).items == []

    due = due_adjustments(day + timedelta(days=1), NOTHING_OPEN)
    assert (due.items, due.oldest) == ([request.pk], day)
    clock.move_to(day - timedelta(days=1))
    assert clear_adjustments(due.items, "test") == 1

    request.refresh_from_db()
    assert (request.asked, request.reason, request.erased_at is None) == ("", "", False)
    assert request.evidence is not None
    assert request.evidence.destroyed_at is not None
    assert AdjustmentDecision.objects.get().verdicts == ""
    assert adjustment_of(application) == Adjustment()
    client = client_of(world[Role.CANDIDATE])
    assert "已于" in shown(client.get(reverse("own_adjustment", args=[request.id])))
    assert clear_adjustments(due.items, "test") == 0


def test_an_open_matter_keeps_it(world: World) -> None:
    application = world.submitted()
    ask(world, application)
    person = application.person_id

    (hold,) = undecided_adjustments()
    held = Holds(all=(hold,), people=frozenset({person}), whole=frozenset(), applications=frozenset())
    due = due_adjustments(day_begins(application.offering.sitting.day) + timedelta(days=1), held)

    assert (hold.person, hold.application) == (person, application.id)
    assert (due.items, due.held) == ([], 1)


def test_it_goes_with_a_request_for_erasure_and_into_a_persons_copy(world: World) -> None:
    application = own(world)
    decide(world, ask(world, application))
    ask(world, application, Asked(kind="priority-entry"), evidence=None)
    person = application.person

    assert share_of_adjustments(person).count == 2
    assert len(zip_of(person)) > 0
    assert erase_adjustments(person, "test") == 2
    assert share_of_adjustments(person).count == 0
    assert {row.reason for row in AdjustmentRequest.objects.all()} == {""}


def test_a_candidate_who_asked_alone_is_told_alone(world: World) -> None:
    request = ask(world, own(world), by=world[Role.CANDIDATE], institution=None)
    decide(world, request)

    tell_decided.call(str(request.id))

    told = OutgoingMessage.objects.filter(kind="adjustment-decided")
    assert [message.institution_id for message in told if message.institution_id] == []
    assert told.filter(person_id=request.application.person_id).exists()


def test_a_message_says_that_there_is_a_decision_and_not_of_what(world: World) -> None:
    request = ask(world, own(world))
    decide(world, request)

    tell_decided.call(str(request.id))
    tell_decided.call("00000000-0000-4000-8000-000000000000")

    texts = [
        message.subject + message.text
        for message in OutgoingMessage.objects.filter(kind="adjustment-decided")
    ]
    assert len(texts) >= 2  # the person and the institution that asked
    for text in texts:
        assert request.number in text
        assert [word for word in ("便利", "延长时间", "放大镜", "视力") if word in text] == []
