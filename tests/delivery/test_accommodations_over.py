"""Requests whose exam is over: nobody can decide or carry them any more, and every page says so."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.delivery.asking import MAGNIFIER, MORE_TIME, ask, decide, own
from tests.delivery.rescue.files import published
from tests.delivery.test_actions import START
from tests.delivery.test_carrying import Hall, granted
from tests.factories.world import World
from zhiheng.delivery.accommodations.carrying.actions import carry_out
from zhiheng.delivery.accommodations.carrying.queries import Stage, carried_of, not_arrived
from zhiheng.delivery.accommodations.waiting import waiting
from zhiheng.delivery.keeping.queries import undecided_adjustments
from zhiheng.delivery.models import AdjustmentRequest, Attempt
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock

ENDS = START + timedelta(minutes=90)
COMPLAIN = reverse("new_complaint")


def client_of(account: Account, *, language: str = "") -> Client:
    client = Client()
    client.force_login(account)
    if language:
        client.cookies["django_language"] = language
    return client


def shown(client: Client, name: str, *args: Any, query: str = "") -> str:
    return str(client.get(reverse(name, args=args) + query).content.decode())


@pytest.fixture
def undecided(world: World) -> AdjustmentRequest:
    """The candidate's own; its exam begins at nine."""
    return ask(world, own(world), by=world[Role.CANDIDATE], institution=None)


def test_what_nobody_decided_is_said_to_whoever_asked(world: World, undecided: AdjustmentRequest) -> None:
    mine = client_of(world[Role.CANDIDATE])
    take_back = reverse("withdraw_adjustment", args=[undecided.id])
    clock.move_to(ENDS - timedelta(minutes=5))
    assert "考试已经开始，不能再申请；现场需要帮助的，请举手告诉监考员。" in shown(mine, "my_adjustments")
    assert take_back in shown(mine, "my_adjustments")

    clock.move_to(ENDS)
    listed, page = shown(mine, "my_adjustments"), shown(mine, "own_adjustment", undecided.id)
    assert ("考试已经结束，申请没有决定。" in listed, take_back in listed) == (True, False)
    assert "考试结束以前没有人决定这份申请，现在已不能再决定。对此有异议的，可以投诉。" in page
    assert f'class="button" href="{COMPLAIN}"' in page
    english = shown(client_of(world[Role.CANDIDATE], language="en"), "own_adjustment", undecided.id)
    assert ("This request was not decided" in english, "not decided" in english) == (True, True)
    late = mine.get(reverse("ask_adjustment", args=[undecided.application_id]))
    assert (late.status_code, "考试已经结束" in late.content.decode()) == (422, True)


def test_those_who_decide_are_told_that_it_is_too_late_and_asked_for_nothing_more(
    world: World, undecided: AdjustmentRequest
) -> None:
    staff = client_of(world[Role.REVIEWER])
    assert "逐项决定" in shown(staff, "adjustment", undecided.id)
    clock.move_to(ENDS)
    page = shown(staff, "adjustment", undecided.id)
    assert ("考试已经结束，这份申请没有决定" in page, "逐项决定" in page) == (True, False)
    with pytest.raises(Refused) as late:
        decide(world, undecided)
    assert late.value.code == "exam-over"

    clock.move_to(ENDS + timedelta(days=1))
    assert undecided.number not in shown(staff, "adjustments")
    assert undecided.number in shown(staff, "adjustments", query="?state=lapsed")
    assert [waiting(world[role], role) for role in (Role.REVIEWER, Role.ADMINISTRATOR)] == [[], []]


def test_what_can_no_longer_be_decided_keeps_nobodys_data(world: World, undecided: AdjustmentRequest) -> None:
    clock.move_to(ENDS)
    assert [hold.application for hold in undecided_adjustments()] == [undecided.application_id]
    clock.move_to(ENDS + timedelta(days=1))
    assert list(undecided_adjustments()) == []


@pytest.fixture
def carried(world: World) -> AdjustmentRequest:
    """Granted after the pack was out; the hall never answered."""
    attempt: Attempt
    attempt, _ = published(world)
    person = attempt.ticket.application.person
    person.account = world[Role.CANDIDATE]
    person.save(update_fields=["account"])
    clock.move_to(START - timedelta(hours=1))
    request = granted(world, attempt, MORE_TIME, MAGNIFIER)
    carry_out(request_id=request.id, open_line=Hall(silent=True))
    return request


def test_what_has_not_reached_the_hall_is_said_and_after_the_end_that_it_never_did(
    world: World, carried: AdjustmentRequest
) -> None:
    mine, staff = client_of(world[Role.CANDIDATE]), client_of(world[Role.ADMINISTRATOR])
    assert "准许的内容还没有送到考场" in shown(mine, "own_adjustment", carried.id)
    assert "该考生还少 27 分钟" in shown(staff, "adjustment", carried.id)

    clock.move_to(
        START + timedelta(minutes=117)
    )  # nobody has tried again: the service behind may stand still
    found = carried_of(carried)
    assert found is not None
    assert found.stage == Stage.OVER
    page = shown(mine, "own_adjustment", carried.id)
    assert "考试结束以前，准许的内容一直没有送到考场。考试因此受影响的，可以投诉。" in page
    assert f'class="button" href="{COMPLAIN}"' in page
    english = shown(client_of(world[Role.CANDIDATE], language="en"), "own_adjustment", carried.id)
    assert "did not reach the exam hall before the exam was over. If that affected" in english
    told = shown(staff, "adjustment", carried.id)
    assert ("考场在考试结束以前一直没有应答，该考生少了 27 分钟" in told, "再送一次" in told) == (True, False)
    clock.move_to(START + timedelta(days=1))
    assert list(not_arrived()) == []


def test_what_reached_the_hall_gives_no_advice_for_an_exam_that_is_over(
    world: World, carried: AdjustmentRequest
) -> None:
    carry_out(request_id=carried.id, open_line=Hall())
    staff = client_of(world[Role.ADMINISTRATOR])
    assert "监考员不必再延长时间" in shown(staff, "adjustment", carried.id)
    clock.move_to(START + timedelta(minutes=117))
    page = shown(staff, "adjustment", carried.id)
    assert ("考场已为该考生延长 27 分钟。考试已经结束。" in page, "监考员不必" in page) == (True, False)
    assert "送到考场" not in shown(client_of(world[Role.CANDIDATE]), "own_adjustment", carried.id)


def test_whoever_handed_in_before_it_came_is_told_so(world: World, carried: AdjustmentRequest) -> None:
    found = carried_of(carried)
    assert found is not None
    found.act.failure = "act-refused"
    found.act.save(update_fields=["failure"])

    assert "您交卷的时候，准许的内容还没有送到考场。" in shown(
        client_of(world[Role.CANDIDATE]), "own_adjustment", carried.id
    )
