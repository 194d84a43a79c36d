"""Asking for other conditions, deciding, and what holds afterwards."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.delivery.asking import MAGNIFIER, MORE_TIME, ask, certificate, decide, own
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people
from zhiheng.delivery.accommodations.actions import Evidence, note_adjustment_seen, withdraw_adjustment
from zhiheng.delivery.accommodations.queries import (
    accommodation_words,
    adjusted_end,
    adjustment_of,
    adjustments_in,
    adjustments_of,
    waiting_for_decision,
)
from zhiheng.delivery.core.adjusting import Adjustment, Asked, Verdict
from zhiheng.delivery.models import (
    AdjustmentDecision,
    AdjustmentRequest,
    AdjustmentState,
    Preparation,
    PreparationState,
)
from zhiheng.enrolment.actions import withdraw
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine, Event, VaultFile

LATE = datetime(2026, 11, 24, 9, 0, tzinfo=SHANGHAI)
GRANTED = Adjustment(percent=30, words="延长时间 30 %，准许使用放大镜")


def refusal(act: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Refused) as refused:
        act(*given, **more)
    return refused.value.code


def test_an_institution_asks_for_its_candidate_and_a_reviewer_grants(world: World) -> None:
    application = world.submitted()
    request = ask(world, application)

    assert (request.state, request.late, str(request.last_day)) == ("waiting", False, "2026-11-23")
    assert request.number == "BL2026000001"
    assert adjustment_of(application) == Adjustment()

    decide(world, request)
    request.refresh_from_db()

    assert (request.state, request.settled_at is not None) == ("decided", True)
    assert adjustment_of(application) == GRANTED
    assert adjusted_end(application) == application.offering.starts_at + timedelta(
        minutes=-(-application.offering.minutes * 130 // 100)
    )
    assert Event.objects.filter(name="adjustment-decided").get().payload == {"request_id": str(request.id)}


def test_a_candidate_asks_for_themselves(world: World) -> None:
    application = own(world)

    request = ask(world, application, by=world[Role.CANDIDATE], institution=None)

    assert (request.institution, request.requested_by) == (None, world[Role.CANDIDATE])


def test_nothing_of_health_lies_open_in_the_tables_or_the_trail(world: World) -> None:
    request = ask(world, world.submitted())
    decide(world, request)

    with connection.cursor() as cursor:
        cursor.execute("SELECT asked, reason FROM delivery_adjustmentrequest")
        asked, reason = cursor.fetchone()
        cursor.execute("SELECT verdicts FROM delivery_adjustmentdecision")
        (verdicts,) = cursor.fetchone()
    for kept in (asked, reason, verdicts):
        for word in ("视力", "放大镜", "extra", "device", "证明"):
            assert word not in kept
    trail = str(
        list(AuditLine.objects.filter(subject=f"adjustment:{request.id}").values_list("act", "detail"))
    )
    assert trail.count("adjustment-") == 2
    for word in ("视力", "放大镜", "extra", "device"):
        assert word not in trail
    request.refresh_from_db()
    assert request.reason == "右眼视力 0.1，看屏幕需要放大镜"


def test_after_the_last_day_a_request_is_taken_in_and_marked_late(world: World) -> None:
    application = world.submitted()
    clock.move_to(LATE)
    request = ask(world, application)

    assert request.late
    assert refusal(lambda: decide(world, request)) == "late-reason"
    assert refusal(lambda: decide(world, request, late_reason=" ")) == "late-reason"
    assert adjustment_of(application) == Adjustment()

    decision = decide(world, request, late_reason="突发骨折，考点能够安排")
    assert (decision.late_reason, adjustment_of(application)) == ("突发骨折，考点能够安排", GRANTED)


def test_only_the_candidate_and_the_institution_that_entered_them_may_ask(world: World) -> None:
    application = own(world)

    for by, institution in (
        (world[Role.INSTITUTION], None),
        (world[Role.CANDIDATE], world.institution),
        (world.outsider, world.other_institution),
        (world.outsider, world.institution),
        (world[Role.ADMINISTRATOR], None),
    ):
        assert refusal(ask, world, application, by=by, institution=institution) == "adjustment-standing"
    assert AdjustmentRequest.objects.count() == 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"asked": ()}, "adjustment-none"),
        ({"agreed": False}, "consent-missing"),
        ({"reason": "  "}, "reason-missing"),
        ({"evidence": None}, "evidence-missing"),
        ({"evidence": Evidence(name="证明.pdf", content=certificate().content)}, "file-disguised"),
        ({"evidence": Evidence(name="证明.exe", content=b"MZ")}, "file-type"),
        ({"asked": (Asked(kind="extra-other", percent=500),)}, "adjustment-percent"),
    ],
)
def test_what_is_missing_or_no_certificate_is_refused_and_nothing_kept(
    world: World, more: dict[str, Any], code: str
) -> None:
    application = world.submitted()

    assert refusal(lambda: ask(world, application, **more)) == code
    assert (AdjustmentRequest.objects.count(), VaultFile.objects.filter(kind="adjustment").count()) == (0, 0)


def test_what_needs_no_certificate_is_asked_without_one(world: World) -> None:
    request = ask(world, world.submitted(), Asked(kind="priority-entry"), evidence=None)

    assert request.evidence is None


def test_one_request_at_a_time_and_none_once_the_exam_has_begun(world: World) -> None:
    application = world.submitted()
    request = ask(world, application)

    assert refusal(lambda: ask(world, application)) == "adjustment-waiting"
    withdraw_adjustment(by=world[Role.INSTITUTION], request=request)
    assert (
        refusal(lambda: withdraw_adjustment(by=world[Role.INSTITUTION], request=request))
        == "adjustment-settled"
    )
    assert refusal(lambda: decide(world, request)) == "adjustment-settled"
    clock.move_to(application.offering.starts_at)
    assert refusal(lambda: ask(world, application)) == "adjustment-too-late"


def test_a_withdrawn_application_needs_nothing(world: World) -> None:
    application = world.submitted()
    withdraw(by=world[Role.INSTITUTION], application=application)

    assert refusal(lambda: ask(world, application)) == "adjustment-no-application"


def test_nobody_takes_back_what_others_asked(world: World) -> None:
    request = ask(world, own(world))

    assert refusal(lambda: withdraw_adjustment(by=world.outsider, request=request)) == "adjustment-not-own"
    withdraw_adjustment(by=world[Role.CANDIDATE], request=request)  # it is about them
    request.refresh_from_db()
    assert request.state == AdjustmentState.WITHDRAWN


def test_only_people_who_are_not_concerned_decide(world: World) -> None:
    request = ask(world, world.submitted())

    for by in (world[Role.INVIGILATOR], world[Role.INSTITUTION], world.outsider):
        assert refusal(decide, world, request, by=by) == "adjustment-decider"
    request.requested_by = world[Role.REVIEWER]
    request.save(update_fields=["requested_by"])
    assert refusal(lambda: decide(world, request)) == "adjustment-own"
    assert list(waiting_for_decision(world[Role.REVIEWER])) == []
    assert list(waiting_for_decision(world[Role.ADMINISTRATOR])) == [request]


def test_what_was_refused_is_asked_again_and_another_person_decides(world: World) -> None:
    application = world.submitted()
    first = ask(world, application)
    decide(world, first, but=("device",))
    assert adjustment_of(application) == Adjustment(percent=30, words="延长时间 30 %")

    again = ask(world, application, MAGNIFIER, reason="补交眼科证明")
    assert again.previous == first
    assert refusal(lambda: decide(world, again)) == "adjustment-again"
    decide(world, again, by=world[Role.ADMINISTRATOR])

    assert adjustment_of(application) == GRANTED
    assert AdjustmentDecision.objects.count() == 2


def test_every_thing_asked_needs_its_word(world: World) -> None:
    request = ask(world, world.submitted())
    alone = [Verdict(kind="extra-visual", granted=True, reason="证明相符", percent=30)]

    assert refusal(lambda: decide(world, request, verdicts=alone)) == "verdict-missing"
    assert AdjustmentDecision.objects.count() == 0


def test_no_decision_while_the_pack_is_made_nor_after_the_exam(world: World) -> None:
    application = world.submitted()
    request = ask(world, application)
    preparation = Preparation.objects.create(
        offering=application.offering, by=world[Role.ADMINISTRATOR], touched_at=clock.now()
    )
    assert refusal(lambda: decide(world, request)) == "preparing"

    preparation.state = PreparationState.DONE
    preparation.save(update_fields=["state"])
    clock.move_to(application.offering.starts_at + timedelta(minutes=application.offering.minutes))
    assert refusal(lambda: decide(world, request)) == "exam-over"


def test_whoever_looks_is_written_down(world: World) -> None:
    request = ask(world, world.submitted())

    note_adjustment_seen(by=world[Role.REVIEWER], request=request, what="page")

    line = AuditLine.objects.get(act="adjustment-seen")
    assert (line.by, line.detail) == (
        str(world[Role.REVIEWER].id),
        {"number": request.number, "what": "page"},
    )


def test_what_holds_for_tickets_is_found_in_one_query(world: World, django_assert_num_queries: Any) -> None:
    room = open_room()
    first, second, third = seat_people(world, room, 3)
    decide(world, ask(world, first.application, MORE_TIME, MAGNIFIER))
    decide(world, ask(world, third.application, MORE_TIME), but=("extra-visual",))
    tickets = [first, second, third]

    with django_assert_num_queries(1):
        found = adjustments_of(iter(tickets))
    assert found == {first.id: GRANTED, third.id: Adjustment()}
    with django_assert_num_queries(1):
        by_application = adjustments_in([world.association, world.national])
    assert by_application == {first.application_id: GRANTED, third.application_id: Adjustment()}
    assert adjustments_of([]) == {}
    assert [accommodation_words(ticket) for ticket in tickets] == [GRANTED.words, "", ""]
    minutes = first.offering.minutes
    assert adjusted_end(first) == first.offering.starts_at + timedelta(minutes=-(-minutes * 130 // 100))
    assert adjusted_end(second) == second.offering.starts_at + timedelta(minutes=minutes)


def test_the_certificate_is_sealed_under_its_own_kind(world: World, settings: Any) -> None:
    request = ask(world, world.submitted())

    assert request.evidence is not None
    assert (request.evidence.kind, request.evidence.media_type) == ("adjustment", "image/jpeg")
    assert certificate().content not in (settings.VAULT / str(request.evidence.id)).read_bytes()
