"""The record of an attempt: for administrators and the room's own invigilator, and for nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.delivery.rescue.files import milliseconds
from tests.delivery.test_actions import START, answered, seal_small_paper, write_log
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people, watch_room
from zhiheng.delivery.core.attempt import Kind, control_entry, opened_entry
from zhiheng.delivery.models import Attempt
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.seating.models import Invigilation, Ticket


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def watch(world: World) -> Invigilation:
    seal_small_paper(world)
    room = open_room()
    seat_people(world, room)
    return watch_room(world, room)


@pytest.fixture
def attempt(world: World, watch: Invigilation) -> Attempt:
    """Left the page once and said why; paused once."""
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    found = Attempt.objects.select_related("ticket").order_by("ticket__number")[0]
    attempt, at = str(found.id), START + timedelta(minutes=3)
    left = {"kind": "hidden", "at": at.isoformat(), "seconds": 12}
    write_log(
        found,
        opened_entry(attempt, epoch=1, at=milliseconds(START)),
        answered(found, item="Q1", body='"B"', seq=1, at=START + timedelta(minutes=1)),
        control_entry(Kind.EVENT, attempt, serial=9, epoch=1, body=left, at=milliseconds(at)),
        control_entry(
            Kind.COMMENT,
            attempt,
            serial=9,
            epoch=1,
            body={"text": "系统弹窗 <b>"},
            at=milliseconds(at) + 20_000,
        ),
        control_entry(
            Kind.PAUSED,
            attempt,
            serial=0,
            body={"by": str(world[Role.INVIGILATOR].id), "reason": "消防演练"},
            at=milliseconds(at) + 30_000,
        ),
        control_entry(
            Kind.RESUMED, attempt, serial=0, body={"by": "no account"}, at=milliseconds(at) + 60_000
        ),
    )
    clock.move_to(START + timedelta(minutes=10))
    return found


def test_the_record_is_for_those_who_watch(world: World, attempt: Attempt, watch: Invigilation) -> None:
    number = attempt.ticket.number
    office = reverse("attempt_record", args=[world.association.id, number])
    room = reverse("room_record", args=[watch.id, number])
    seen = {
        role: (client_of(world[role]).get(office).status_code, client_of(world[role]).get(room).status_code)
        for role in Role
    }

    assert seen == {
        role: (200 if role == Role.ADMINISTRATOR else 403, 200 if role == Role.INVIGILATOR else 403)
        for role in Role
    }
    assert (Client().get(office).status_code, Client().get(room).status_code) == (302, 302)


def test_another_rooms_invigilator_sees_nothing(world: World, attempt: Attempt, watch: Invigilation) -> None:
    other = Invigilation.objects.exclude(id=watch.id).select_related("invigilator").get()
    theirs = client_of(world[Role.INVIGILATOR])
    unknown = "999999999999999"

    assert theirs.get(reverse("room_record", args=[other.id, attempt.ticket.number])).status_code == 404
    assert theirs.get(reverse("room_record", args=[watch.id, unknown])).status_code == 404
    admin = client_of(world[Role.ADMINISTRATOR])
    assert admin.get(reverse("attempt_record", args=[world.association.id, unknown])).status_code == 404


def test_it_tells_what_happened_and_what_was_said(world: World, attempt: Attempt) -> None:
    admin = client_of(world[Role.ADMINISTRATOR])
    page = admin.get(reverse("attempt_record", args=[world.association.id, attempt.ticket.number]))
    told, text = page.context["told"], page.content.decode()

    assert [moment.line.words for moment in told.moments] == [
        "第 1 次登录",
        "保存答案 1 次",
        "离开考试页面",
        "暂停",
        "恢复",
    ]
    assert [moment.line.detail for moment in told.moments][3:] == ["测试监考员：消防演练", "no account"]
    assert [(tally.words, tally.count, tally.seconds) for tally in told.record.tallies] == [
        ("离开考试页面", 1, 12)
    ]
    assert "考生：系统弹窗 &lt;b&gt;" in text
    assert "任何记录都不会自动停考、扣分或取消成绩" in text


def test_before_anything_happened_it_says_so(world: World, watch: Invigilation) -> None:
    admin = client_of(world[Role.ADMINISTRATOR])
    number = Ticket.objects.order_by("number")[0].number
    url = reverse("attempt_record", args=[world.association.id, number])
    unpublished = admin.get(url)
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    untouched = admin.get(url)

    assert ["还没有记录" in page.content.decode() for page in (unpublished, untouched)] == [True, True]


def test_the_attempts_page_leads_to_it(world: World, attempt: Attempt) -> None:
    admin = client_of(world[Role.ADMINISTRATOR])
    page = admin.get(reverse("delivery_attempts", args=[world.association.id])).content.decode()
    second = Ticket.objects.order_by("number")[1].number

    assert reverse("attempt_record", args=[world.association.id, attempt.ticket.number]) in page
    assert reverse("attempt_record", args=[world.association.id, second]) not in page


@pytest.mark.parametrize("events", [1, 3])
def test_a_record_takes_a_fixed_number_of_queries(
    world: World, attempt: Attempt, django_assert_num_queries: Any, events: int
) -> None:
    for number in range(events):
        write_log(
            attempt,
            control_entry(
                Kind.EVENT,
                str(attempt.id),
                serial=20 + number,
                epoch=1,
                body={"kind": "copy", "at": ""},
                at=1,
            ),
        )
    admin = client_of(world[Role.ADMINISTRATOR])
    with django_assert_num_queries(10):
        admin.get(reverse("attempt_record", args=[world.association.id, attempt.ticket.number]))
