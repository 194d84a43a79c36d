"""A grant after the pack is out reaches the running hall by itself: once, and again when the hall was silent."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from tests.delivery.asking import MAGNIFIER, MORE_TIME, ask, decide
from tests.delivery.rescue.files import published
from tests.delivery.running import start
from tests.delivery.test_actions import START, seal_small_paper, write_log
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people
from zhiheng.cli.processes import free_port
from zhiheng.delivery.accommodations.carrying.actions import carry_out
from zhiheng.delivery.accommodations.carrying.queries import Carried, Stage, carried_of, not_arrived
from zhiheng.delivery.accommodations.tasks import carry_to_hall
from zhiheng.delivery.accommodations.waiting import waiting
from zhiheng.delivery.console.line import Acted, RefusedSeat
from zhiheng.delivery.core.adjusting import Asked
from zhiheng.delivery.core.attempt import opened_entry, submitted_entry
from zhiheng.delivery.core.chronicle import chronicle
from zhiheng.delivery.models import AdjustmentRequest, Attempt, HallAct
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.delivery.queries import folded, log_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine
from zhiheng.seating.models import Incident
from zhiheng.sittings.models import Offering

BEFORE = START - timedelta(hours=1)


@dataclass
class Hall:
    """Does what it is told once for each key. lost: it does it, and its answer never arrives."""

    silent: bool = False
    lost: bool = False
    submitted: bool = False  # it does nothing for this attempt
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: int = 0

    def __call__(self, by: Account, offering: Offering) -> "Hall":
        return self

    def adjust(self, attempt: str, *, key: str, **what: Any) -> Acted:
        self.asked += 1
        if self.silent:
            raise Refused(what="考场服务没有应答", code="hall-silent")
        if self.submitted:
            return Acted(
                done=0, refused=(RefusedSeat(attempt=attempt, sentence="已经交卷，不能再延长时间。"),)
            )
        self.done.setdefault(key, {"attempt": attempt, **what})
        if self.lost:
            raise Refused(what="考场服务没有应答", code="hall-silent")
        return Acted(done=1)


@pytest.fixture
def attempt(world: World) -> Attempt:
    """Handed over to the hall; the exam begins in an hour."""
    first, _ = published(world)
    clock.move_to(BEFORE)
    return first


def granted(world: World, attempt: Attempt, *asked: Asked, **more: Any) -> AdjustmentRequest:
    request = ask(world, attempt.ticket.application, *(asked or (MORE_TIME, MAGNIFIER)))
    decide(world, request, late_reason="突发伤病", **more)
    return request


def carry(request: AdjustmentRequest, hall: Hall) -> Carried | None:
    return carry_out(request_id=request.id, open_line=hall)


def stage(request: AdjustmentRequest, hall: Hall) -> Stage | None:
    carried = carry(request, hall)
    return carried.stage if carried else None


def test_minutes_and_words_reach_the_hall_once(world: World, attempt: Attempt) -> None:
    request, hall = granted(world, attempt), Hall()

    assert [stage(request, hall), stage(request, hall)] == [Stage.DONE, Stage.DONE]

    assert hall.asked == 1
    (told,) = hall.done.values()
    assert told == {
        "attempt": str(attempt.id),
        "minutes": 27,
        "reason": "考试便利",
        "zh": "延长时间 30 %，准许使用放大镜",
        "en": "30 % more time; 放大镜 allowed",
    }
    (incident,) = Incident.objects.filter(ticket=attempt.ticket)
    assert incident.text.endswith(f" 考试便利，延长 27 分钟：{request.number}")
    assert AuditLine.objects.get(act="adjustment-carried").detail == {
        "number": request.number,
        "minutes": 27,
    }


def test_nothing_is_carried_before_the_pack(world: World) -> None:
    hall, request = Hall(), ask(world, world.submitted())
    decide(world, request)

    assert (carry(request, hall), hall.asked) == (None, 0)


def test_nothing_is_carried_when_nothing_changes(world: World, attempt: Attempt) -> None:
    hall = Hall()
    refused = granted(world, attempt, but=("extra-visual", "device"))
    assert carry(refused, hall) is None
    assert (hall.asked, HallAct.objects.count()) == (0, 0)


def test_what_stands_in_the_pack_is_not_given_twice(world: World) -> None:

    seal_small_paper(world)
    tickets = seat_people(world, open_room(), 1)
    clock.move_to(BEFORE)
    request = ask(world, tickets[0].application)
    decide(world, request, late_reason="突发伤病")
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)

    assert carry(request, Hall()) is None


def test_a_silent_hall_is_asked_again_and_a_lost_answer_doubles_nothing(
    world: World, attempt: Attempt
) -> None:
    request, hall = granted(world, attempt), Hall(silent=True)
    assert stage(request, hall) == Stage.WAITING
    assert not_arrived().count() == 1

    hall.silent, hall.lost = False, True
    assert stage(request, hall) == Stage.WAITING
    hall.lost = False
    assert stage(request, hall) == Stage.DONE

    assert (hall.asked, [one["minutes"] for one in hall.done.values()]) == (3, [27])
    assert (not_arrived().count(), Incident.objects.filter(ticket=attempt.ticket).count()) == (0, 1)


def test_a_second_decision_gives_the_rest_and_never_takes_back(world: World, attempt: Attempt) -> None:
    hall = Hall()
    deciders = [
        create_account(
            by="test", username=f"shen-{n}", password=None, display_name=f"审{n}", roles=[Role.REVIEWER]
        )
        for n in (1, 2)
    ]
    first = granted(world, attempt, MORE_TIME)
    second = granted(world, attempt, Asked(kind="extra-braille"), by=deciders[0])
    assert stage(second, hall) == Stage.DONE  # the first has not been carried yet: all in one
    assert stage(first, hall) == Stage.DONE

    third = granted(world, attempt, Asked(kind="extra-braille"), but=("extra-braille",), by=deciders[1])
    assert stage(third, hall) == Stage.DONE

    told = list(hall.done.values())
    assert sum(one["minutes"] for one in told) == 45
    assert [one["zh"] for one in told] == [
        "延长时间 50 %，准许使用盲文点显器或读屏软件",
        "延长时间 50 %，准许使用盲文点显器或读屏软件",
        "延长时间 30 %",
    ]
    assert told[2]["minutes"] == 0


def test_words_without_minutes_are_carried_too(world: World, attempt: Attempt) -> None:
    hall = Hall()

    assert stage(granted(world, attempt, MAGNIFIER), hall) == Stage.DONE
    (told,) = hall.done.values()
    assert (told["minutes"], told["zh"]) == (0, "准许使用放大镜")


def test_whoever_handed_in_gets_no_time_and_the_page_says_so(
    world: World, attempt: Attempt, client: Client
) -> None:
    request = granted(world, attempt)
    at = round(START.timestamp() * 1000)
    write_log(
        attempt,
        opened_entry(str(attempt.id), epoch=1, at=at),
        submitted_entry(str(attempt.id), epoch=1, at=at + 1),
    )
    assert stage(request, Hall(submitted=True)) == Stage.REFUSED
    assert (not_arrived().count(), Incident.objects.filter(ticket=attempt.ticket).count()) == (0, 0)

    client.force_login(world[Role.REVIEWER])
    assert "已经交卷，不能再延长时间。" in client.get(f"/adjustments/{request.id}/").content.decode()


def test_a_hall_that_has_not_taken_up_the_pack_is_asked_again(world: World, attempt: Attempt) -> None:
    request, hall = granted(world, attempt), Hall(submitted=True)
    assert stage(request, hall) == Stage.WAITING
    hall.submitted = False
    assert stage(request, hall) == Stage.DONE


def test_after_the_candidates_own_end_nobody_goes_on_trying(world: World, attempt: Attempt) -> None:
    request, hall = granted(world, attempt), Hall(silent=True)
    stage(request, hall)
    clock.move_to(START + timedelta(minutes=90 + 26))
    assert stage(request, hall) == Stage.WAITING
    clock.move_to(START + timedelta(minutes=90 + 27))
    hall.silent = False

    assert stage(request, hall) == Stage.OVER
    assert hall.done == {}


def test_the_task_comes_back_by_itself_until_the_hall_has_it(
    world: World, attempt: Attempt, settings: Any
) -> None:
    request = granted(world, attempt)
    queued = DBTaskResult.objects.filter(task_path=carry_to_hall.module_path)
    assert queued.count() == 1  # the decision itself
    settings.HALL_URL = "http://127.0.0.1:9"  # nobody listens there

    carry_to_hall.func(request_id=str(request.id))

    found = carried_of(request)
    assert found is not None
    assert (found.stage, found.act.failure, queued.count()) == (Stage.WAITING, "hall-silent", 2)


def test_administrators_see_what_has_not_arrived_others_do_not(
    world: World, attempt: Attempt, django_assert_num_queries: Any
) -> None:
    stage(granted(world, attempt), Hall(silent=True))

    with django_assert_num_queries(2):
        (line,) = waiting(world[Role.ADMINISTRATOR], Role.ADMINISTRATOR)
    assert (line.title, line.count) == ("1 项考试便利还没有送到考场，请检查考场服务", 1)
    assert waiting(world[Role.REVIEWER], Role.REVIEWER) == []
    assert waiting(world[Role.MARKER], Role.MARKER) == []


def test_the_running_hall_gives_the_time_and_the_words_to_this_candidate_alone(
    world: World, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first, other = published(world)
    clock.move_to(BEFORE)
    request = granted(world, first)
    port = free_port()
    settings.HALL_URL = f"http://127.0.0.1:{port}"
    carry_to_hall.func(request_id=str(request.id))  # nobody listens yet
    process = start(settings.HALL_DATA, port)
    try:
        carry_to_hall.func(request_id=str(request.id))
        carry_to_hall.func(request_id=str(request.id))
    finally:
        process.kill()
        process.wait()

    found = carried_of(request)
    assert found is not None
    assert (found.stage, found.act.minutes) == (Stage.DONE, 27)
    rows = log_of([first, other])
    assert {attempt: [row.kind for row in found] for attempt, found in rows.items()} == {
        str(first.id): ["granted-time", "adjusted"]
    }
    entries = rows[str(first.id)]
    assert folded(first, entries).deadline == round((START + timedelta(minutes=117)).timestamp() * 1000)
    line = chronicle(entries).happenings[-1]
    assert (line.words, line.detail) == ("考试便利", "延长时间 30 %，准许使用放大镜")
