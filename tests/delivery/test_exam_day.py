"""The candidate's home through the day of the exam."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.delivery.test_actions import START, answered, seal_small_paper, write_log
from tests.delivery.test_views import milliseconds
from tests.factories.world import World
from tests.results.outcomes import sign_in_as_candidate
from tests.seating.rooms import open_room, seat_people
from zhiheng.delivery.core.attempt import Kind, control_entry, granted_entry, opened_entry, submitted_entry
from zhiheng.delivery.models import Attempt
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.delivery.waiting import waiting
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.seating.models import Ticket
from zhiheng.seating.waiting import waiting as seating_waiting

MINUTES = {"before": -31, "door": -30, "begun": 0, "shut": 31, "over": 91}


def at(minutes: float) -> None:
    clock.move_to(START + timedelta(minutes=minutes))


@pytest.fixture
def attempt(world: World) -> Attempt:
    seal_small_paper(world)
    seat_people(world, open_room(), 2)
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    return Attempt.objects.order_by("ticket__number")[0]


@pytest.fixture
def candidate(attempt: Attempt) -> Account:
    return sign_in_as_candidate(attempt.ticket)


def line(account: Account) -> tuple[str, str, object]:
    (shown,) = waiting(account, Role.CANDIDATE)
    return shown.title.split("：", 1)[0], shown.url, shown.due


def test_whoever_stays_away_is_led_to_the_door_and_told_when_it_is_too_late(
    attempt: Attempt, candidate: Account, settings: Any
) -> None:
    hall, paper = f"{settings.HALL_URL}/hall/", reverse("ticket", args=[attempt.ticket.number])
    end = START + timedelta(minutes=30)
    expected = {
        "before": ("参加考试", paper, START),
        "door": ("登录候考", hall, START),
        "begun": ("考试已经开始，请立即登录", hall, end),
        "shut": ("已过最迟进入时间，请联系考点", paper, None),
        "over": ("考场没有您的登录记录，如确已参加请联系考点", paper, None),
    }
    for moment, words in expected.items():
        at(MINUTES[moment] + (0.01 if moment == "over" else 0))
        assert line(candidate) == words


def test_whoever_sits_sees_their_own_end_and_then_the_receipt(
    attempt: Attempt, candidate: Account, settings: Any
) -> None:
    hall, receipt = f"{settings.HALL_URL}/hall/", reverse("my_receipt", args=[attempt.ticket.number])
    write_log(attempt, opened_entry(str(attempt.id), epoch=1, at=milliseconds(START)))
    at(60)
    assert line(candidate) == ("考试正在进行", hall, START + timedelta(minutes=90))
    given = granted_entry(str(attempt.id), serial=0, minutes=10, reason="断电", at=milliseconds(START))
    write_log(attempt, given)
    at(99)
    assert line(candidate) == ("考试正在进行", hall, START + timedelta(minutes=100))
    at(101)
    assert line(candidate) == ("考试已结束，答卷已保存", receipt, None)


def test_a_pause_and_a_submission_are_seen_at_once(
    attempt: Attempt, candidate: Account, settings: Any
) -> None:
    me, begun = str(attempt.id), milliseconds(START)
    write_log(
        attempt,
        opened_entry(me, epoch=1, at=begun),
        answered(attempt, item="Q1", body='"B"', seq=1, at=START),
    )
    at(20)
    write_log(
        attempt, control_entry(Kind.PAUSED, me, serial=0, at=begun + 1_000_000, body={"reason": "火警"})
    )
    assert line(candidate) == ("考试已暂停，请听监考员安排", f"{settings.HALL_URL}/hall/", None)
    write_log(attempt, control_entry(Kind.RESUMED, me, serial=1, at=begun + 1_100_000, body={}))
    write_log(attempt, submitted_entry(me, epoch=1, at=begun + 1_150_000))
    receipt = reverse("my_receipt", args=[attempt.ticket.number])
    assert line(candidate) == ("已交卷，等待成绩", receipt, None)


def test_an_exam_the_hall_does_not_hold_is_announced_and_then_left(world: World) -> None:
    seat_people(world, open_room(), 1)
    ticket = Ticket.objects.get()
    account = sign_in_as_candidate(ticket)
    for minutes in (-31, 10, 89):
        at(minutes)
        assert line(account)[0] == "参加考试"
    at(91)
    assert waiting(account, Role.CANDIDATE) == []


def test_a_log_that_cannot_be_read_does_not_take_the_home_page_with_it(
    attempt: Attempt, candidate: Account, settings: Any, tmp_path: Path
) -> None:
    settings.HALL_DATA = tmp_path
    (tmp_path / "hall.sqlite3").write_bytes(b"not a database" * 100)

    at(20)
    assert line(candidate)[0] == "参加考试"


def test_the_ticket_is_not_to_be_printed_once_the_exam_is_over(attempt: Attempt, candidate: Account) -> None:
    at(89)
    assert len(seating_waiting(candidate, Role.CANDIDATE)) == 1
    at(90)
    assert seating_waiting(candidate, Role.CANDIDATE) == []


def test_a_stranger_is_told_nothing(world: World, attempt: Attempt) -> None:
    at(20)
    stranger = sign_in_as_candidate(Ticket.objects.exclude(pk=attempt.ticket_id).get(), username="ling-yi")
    write_log(attempt, opened_entry(str(attempt.id), epoch=1, at=milliseconds(START)))
    assert line(stranger)[0] == "考试已经开始，请立即登录"
