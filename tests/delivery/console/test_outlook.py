"""Minutes that would do nothing: said before they are given, refused when nobody could use them, named afterwards."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from tests.delivery.console.fake_line import FakeHall, seat_of
from tests.delivery.console.test_acts import outage, second_exam
from tests.delivery.test_actions import START
from tests.factories.world import World
from zhiheng.delivery.console.queries import proposals
from zhiheng.delivery.console.scope import whole_hall
from zhiheng.delivery.models import Attempt, Collection, HallAct
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.seating.models import Incident, Invigilation, Placement, Ticket

ENDS = START + timedelta(minutes=90)


def said(answer: Any) -> str:
    """The words of a page without its markup."""
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def given(minutes: int, **more: str) -> dict[str, str]:
    return {"number": str(uuid4()), "minutes": str(minutes), "words": "网络中断"} | more


def by_seat() -> list[Ticket]:
    return [found.ticket for found in Placement.objects.order_by("seat")]


def name(ticket: Ticket) -> str:
    return ticket.application.person.name


def grant_url(watch: Invigilation, ticket: Ticket | None = None) -> str:
    url = reverse("room_act", args=[watch.id, "grant"])
    return f"{url}?seat={ticket.number}" if ticket else url


def test_who_has_handed_in_and_whose_time_is_over_is_said_before_and_after(
    watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    clock.move_to(ENDS + timedelta(minutes=7))
    done, over = by_seat()
    hall.seated = [seat_of(done, state="submitted"), seat_of(over)]
    page = said(watcher.get(grant_url(watch)))
    assert "没有人还在作答时间以内。" in page
    assert f"已经交卷 1 人：1 号座 {name(done)}，不会延长。" in page
    assert f"2 号座 {name(over)}：作答时间已于 10:30 结束，至少延长 8 分钟才能继续作答；" in page

    short = watcher.post(grant_url(watch), given(7))
    assert (short.status_code, hall.said) == (422, [])
    assert "按现在的情况没有人能用上这些时间" in said(short)
    enough = watcher.post(grant_url(watch), given(20))
    assert (enough.status_code, hall.said) == (200, [])
    assert f"会延长 1 人。已经交卷 1 人：1 号座 {name(done)}，不会延长。 交卷" in said(enough)

    hall.refuses = (str(Attempt.objects.get(ticket=done).id),)
    after = watcher.post(grant_url(watch), given(20, sure="yes"), follow=True)
    assert [one["minutes"] for one in hall.said] == [20]
    told = f"考场服务已执行 1 人，另有 1 人没有执行。1 号座 {name(done)}：已经交卷。"
    assert f"延长时间：第一考场全场 2 人，{told}" in said(after)
    assert Incident.objects.get().text == "第一考场全场 2 人（另有 1 人没有执行） 延长 20 分钟：网络中断"


def test_one_candidate_who_cannot_use_minutes_is_not_given_any(
    watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    clock.move_to(ENDS + timedelta(minutes=7))
    done, over = by_seat()
    hall.seated = [seat_of(done, state="submitted"), seat_of(over)]

    assert f"1 号座 {name(done)}已经交卷，不能再延长时间。" in said(watcher.get(grant_url(watch, done)))
    assert f"2 号座 {name(over)}的作答时间已于 10:30 结束，至少延长 8 分钟" in said(
        watcher.get(grant_url(watch, over))
    )
    assert watcher.post(grant_url(watch, done), given(60)).status_code == 422
    assert watcher.post(grant_url(watch, over), given(7)).status_code == 422
    assert (hall.said, HallAct.objects.count(), Incident.objects.count()) == ([], 0, 0)
    assert {rooms for _, _, rooms in hall.opened} == {("测试考点 第一考场",)}


def test_while_everybody_can_use_them_nothing_stands_in_the_way(
    watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    hall.seated = [seat_of(ticket) for ticket in Ticket.objects.all()]

    for page in (watcher.get(grant_url(watch)), watcher.post(grant_url(watch), given(5))):
        assert ("会延长" in said(page), "都会延长" in said(page)) == (False, False)
    hall.seated[0] = seat_of(by_seat()[0], state="submitted")
    assert "作答时间还没有结束、也没有交卷的 1 人都会延长。" in said(watcher.get(grant_url(watch)))


def test_a_silent_hall_is_said_before_the_form_is_filled(
    watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    hall.silent = True
    words = "考场服务现在没有应答，看不到谁已经交卷、谁的时间已经结束"
    assert words in said(watcher.get(grant_url(watch)))
    assert words in said(watcher.post(grant_url(watch), given(5)))
    answer = watcher.post(grant_url(watch), given(5, sure="yes"))
    assert (answer.status_code, Incident.objects.count()) == (422, 0)


def test_after_collecting_nobody_is_given_minutes_and_no_break_is_proposed(
    world: World, watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    first, second = by_seat()
    hall.seated, hall.proposed = [seat_of(first), seat_of(second)], [outage(first)]
    scope = whole_hall(world.association.id)
    assert scope is not None
    assert len(proposals(world[Role.ADMINISTRATOR], scope, hall.open_line)) == 1
    Collection.objects.create(
        attempt=Attempt.objects.get(ticket=second), answers={}, answers_hash="0" * 64, entries=1
    )

    assert "已经收卷 2 人：1 号、2 号座，不会延长。" in said(watcher.get(grant_url(watch)))
    refused = watcher.post(grant_url(watch), given(60, sure="yes"))
    assert (refused.status_code, hall.said) == (422, [])
    assert "这一科已经收卷，不能再延长时间" in said(refused)
    assert proposals(world[Role.ADMINISTRATOR], scope, hall.open_line) == []


def test_in_a_room_with_two_exams_those_already_collected_are_named_as_such(
    world: World, watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    other = second_exam(world, watch)
    first, second = by_seat()[:2]
    hall.seated = [seat_of(ticket) for ticket in (first, second, other)]
    attempt = Attempt.objects.get(ticket=other)
    Collection.objects.create(attempt=attempt, answers={}, answers_hash="0" * 64, entries=1)
    after = watcher.post(grant_url(watch), given(5, sure="yes"), follow=True)

    assert "考场服务已执行 2 人，另有 1 人没有执行。1 人已经收卷。" in said(after)
    assert {offering for _, offering, _ in hall.opened} >= {str(world.association.id)}
    assert [one["kind"] for one in hall.said] == ["grant"]


def test_minutes_for_a_break_that_one_of_two_can_no_longer_use(
    world: World, watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    first, second = by_seat()
    broken = outage(first, second)
    hall.proposed, hall.refuses = [broken], (str(Attempt.objects.get(ticket=first).id),)
    key = f"{world.association.id}.{round(broken.since.timestamp() * 1000)}.{broken.kind}.2"
    url = reverse("room_outage", args=[watch.id, key])
    after = watcher.post(url, {"verdict": "give", "minutes": "8", "words": "断电"}, follow=True)

    told = f"断线：已给 1 人补 8 分钟，另有 1 人没有补。1 号座 {name(first)}：已经交卷。"
    assert told in said(after)
