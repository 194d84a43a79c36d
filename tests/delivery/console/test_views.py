"""The console's pages: for their own room and day, with the hall and without it."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.delivery.console.fake_line import FakeHall, seat_of
from tests.delivery.console.test_acts import outage
from tests.delivery.test_actions import START, seal_small_paper
from tests.factories.pictures import picture
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people, watch_room
from zhiheng.delivery.models import DoorPhoto, HallAct, OutageDecision
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.delivery.waiting import waiting
from zhiheng.people.models import Role
from zhiheng.people.rights.actions import record_consents
from zhiheng.plumbing import clock
from zhiheng.seating.actions import add_room
from zhiheng.seating.models import CheckIn, Incident, Invigilation, Ticket

AFTERWARDS = START + timedelta(minutes=120)


def first_ticket() -> Ticket:
    return Ticket.objects.order_by("number")[0]


def room_urls(watch: Invigilation, ticket: Ticket, key: str) -> list[str]:
    first = [watch.id]
    return [
        reverse("room_line", args=first),
        reverse("room_seat", args=[*first, ticket.number]),
        *(reverse("room_act", args=[*first, kind]) for kind in ("grant", "pause", "resume", "message")),
        *(
            f"{reverse('room_act', args=[*first, kind])}?seat={ticket.number}"
            for kind in ("second", "submit")
        ),
        reverse("room_outages", args=first),
        reverse("room_outage", args=[*first, key]),
        reverse("room_door", args=[*first, ticket.number]),
        reverse("room_door_photo", args=[*first, ticket.number]),
    ]


def hall_urls(offering_id: object, ticket: Ticket, key: str) -> list[str]:
    first = [offering_id]
    return [
        reverse("hall", args=first),
        reverse("hall_line", args=first),
        reverse("hall_seat", args=[*first, ticket.number]),
        reverse("hall_act", args=[*first, "grant"]),
        reverse("hall_outages", args=first),
        reverse("hall_outage", args=[*first, key]),
    ]


@pytest.fixture
def key(world: World, watch: Invigilation, hall: FakeHall) -> str:
    """Of the one break in the line that waits for a decision."""
    broken = outage(first_ticket())
    hall.proposed = [broken]
    return f"{world.association.id}.{round(broken.since.timestamp() * 1000)}.one.1"


def kept_photo(world: World, watch: Invigilation, watcher: Client) -> None:
    ticket = first_ticket()
    record_consents(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        person=ticket.application.person,
        granted=("enrol", "public-query", "recording"),
        evidence="签字原件",
    )
    shot = SimpleUploadedFile("door.jpg", picture(77), content_type="image/jpeg")
    answer = watcher.post(reverse("room_door", args=[watch.id, ticket.number]), {"photo": shot})
    assert answer.status_code == 302


def test_every_page_opens_for_its_role_and_an_outsider_finds_nothing(
    world: World, watch: Invigilation, watcher: Client, key: str
) -> None:
    kept_photo(world, watch, watcher)
    rooms, halls = room_urls(watch, first_ticket(), key), hall_urls(world.association.id, first_ticket(), key)
    found = {}
    for role in Role:
        client = Client()
        client.force_login(world[role])
        found[role] = (
            {client.get(url).status_code for url in rooms},
            {client.get(url).status_code for url in halls},
        )
    expected = {
        role: ({200} if role == Role.INVIGILATOR else {403}, {200} if role == Role.ADMINISTRATOR else {403})
        for role in Role
    }
    assert found == expected
    assert {Client().get(url).status_code for url in (*rooms, *halls)} == {302}

    other = Invigilation.objects.exclude(pk=watch.pk).get()  # another's watch over the same room
    strangers = [*room_urls(other, first_ticket(), key), reverse("room_report", args=[other.id])]
    assert {watcher.get(url).status_code for url in strangers} == {404}


def test_an_invigilator_of_another_room_finds_none_of_these_candidates(
    world: World, watch: Invigilation, watcher: Client, key: str
) -> None:
    Invigilation.objects.filter(pk=watch.pk).update(room=_empty_room(watch))
    ticket = first_ticket()
    missing = [
        reverse("room_seat", args=[watch.id, ticket.number]),
        reverse("room_door", args=[watch.id, ticket.number]),
        reverse("room_door_photo", args=[watch.id, ticket.number]),
        f"{reverse('room_act', args=[watch.id, 'submit'])}?seat={ticket.number}",
    ]
    assert {watcher.get(url).status_code for url in missing} == {404}
    assert {watcher.post(url).status_code for url in missing} == {404}
    assert json.loads(watcher.get(reverse("room_line", args=[watch.id])).content) == {"lines": []}


def _empty_room(watch: Invigilation) -> Any:
    return add_room(by="test", centre=watch.room.centre, name="第二考场", seats=5)


def test_the_pass_is_for_the_room_and_the_day_only(
    world: World, watch: Invigilation, watcher: Client, admin: Client, hall: FakeHall
) -> None:
    answer = watcher.get(reverse("room_line", args=[watch.id]))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert json.loads(answer.content) == {
        "lines": [{"address": "http://127.0.0.1:9/hall/staff/seats", "token": "t"}]
    }
    admin.get(reverse("hall_line", args=[world.association.id]))
    offering = str(world.association.id)
    assert hall.opened == [
        (str(Role.INVIGILATOR), offering, ("测试考点 第一考场",)),
        (str(Role.ADMINISTRATOR), offering, ()),
    ]

    clock.move_to(START + timedelta(days=1))
    assert watcher.get(reverse("room_line", args=[watch.id])).status_code == 404
    assert admin.get(reverse("hall_line", args=[world.association.id])).status_code == 404


def test_only_live_pages_may_speak_to_the_hall(
    world: World, watch: Invigilation, watcher: Client, admin: Client, hall: FakeHall
) -> None:
    live = f"; connect-src 'self' {settings.HALL_URL}"
    room, all_rooms = reverse("room", args=[watch.id]), reverse("hall", args=[world.association.id])
    assert watcher.get(room)["Content-Security-Policy"].endswith(live)
    assert admin.get(all_rooms)["Content-Security-Policy"].endswith(live)
    assert "connect-src" not in watcher.get(reverse("my_rooms"))["Content-Security-Policy"]

    clock.move_to(START + timedelta(days=1))
    page = watcher.get(room)
    assert "connect-src" not in page["Content-Security-Policy"]
    assert b"console.js" not in page.content


def test_minutes_are_given_after_a_second_look(watch: Invigilation, watcher: Client, hall: FakeHall) -> None:
    hall.seated = [seat_of(ticket) for ticket in Ticket.objects.all()]
    url = reverse("room_act", args=[watch.id, "grant"])
    given = {"number": str(uuid4()), "minutes": "7", "words": "网络中断"}
    look = watcher.post(url, given)
    assert (look.status_code, hall.said) == (200, [])
    assert "第一考场全场 2 人" in look.content.decode()
    assert "延长 7 分钟：网络中断" in look.content.decode()

    done = watcher.post(url, given | {"sure": "yes"}, follow=True)
    assert [act["minutes"] for act in hall.said] == [7]
    assert "延长时间：第一考场全场 2 人，考场服务已执行 2 人" in done.content.decode()
    again = watcher.post(url, given | {"sure": "yes"})
    assert (again.status_code, len(hall.said)) == (422, 1)
    assert "这张表已经提交过一次" in again.content.decode()


def test_handing_in_for_somebody_takes_a_reason_and_a_second_look(
    watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    ticket = first_ticket()
    hall.seated = [seat_of(ticket)]
    url = f"{reverse('room_act', args=[watch.id, 'submit'])}?seat={ticket.number}"
    assert "考场服务已保存 1 题，共 2 题" in watcher.get(url).content.decode()
    assert watcher.post(url, {"number": str(uuid4()), "words": ""}).status_code == 422
    given = {"number": str(uuid4()), "words": "身体不适，本人要求离场"}
    assert watcher.post(url, given).status_code == 200
    assert hall.said == []
    assert watcher.post(url, given | {"sure": "yes"}).status_code == 302
    assert [(act["kind"], act["reason"]) for act in hall.said] == [("submit", "身体不适，本人要求离场")]
    assert Incident.objects.get().ticket == ticket
    assert (
        watcher.get(reverse("room_act", args=[watch.id, "submit"])).status_code == 404
    )  # never for everybody


def test_a_second_machine_is_allowed_or_not_knowing_how_long_the_first_is_silent(
    watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    ticket = first_ticket()
    now = clock.now()
    hall.seated = [seat_of(ticket, asked=True, seen_at=now - timedelta(minutes=2, seconds=5))]
    url = f"{reverse('room_act', args=[watch.id, 'second'])}?seat={ticket.number}"
    assert "原来那台机器已有 2 分 5 秒没有消息" in watcher.get(url).content.decode()
    assert "去处理" in watcher.get(reverse("room_seat", args=[watch.id, ticket.number])).content.decode()

    number = str(uuid4())
    unsaid = watcher.post(url, {"number": number, "verdict": "deny", "words": ""})
    assert (unsaid.status_code, hall.said) == (422, [])
    assert watcher.post(url, {"number": number, "verdict": "deny", "words": "不是本人"}).status_code == 302
    assert watcher.post(url, {"number": str(uuid4()), "verdict": "allow"}).status_code == 302
    assert [act["kind"] for act in hall.said] == ["deny", "allow"]


def test_a_silent_hall_is_said_on_the_form_and_nothing_is_done(
    watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    hall.silent = True
    answer = watcher.post(
        reverse("room_act", args=[watch.id, "pause"]), {"number": str(uuid4()), "words": "火警"}
    )
    assert answer.status_code == 422
    assert "考场服务没有应答" in answer.content.decode()
    assert (HallAct.objects.exclude(done_at=None).count(), Incident.objects.count()) == (0, 0)
    seat = watcher.get(reverse("room_seat", args=[watch.id, first_ticket().number]))
    assert "考场服务没有应答" in seat.content.decode()
    assert "考场服务没有应答" in watcher.get(reverse("room_outages", args=[watch.id])).content.decode()
    assert watcher.get(reverse("room", args=[watch.id])).status_code == 200


def test_a_proposal_becomes_minutes_or_is_put_aside(
    watch: Invigilation, watcher: Client, hall: FakeHall, key: str
) -> None:
    cards = watcher.get(reverse("room_outages", args=[watch.id])).content.decode()
    assert "建议补时 7 分钟" in cards
    url = reverse("room_outage", args=[watch.id, key])
    unsaid = watcher.post(url, {"verdict": "give", "minutes": "", "words": "断电"})
    assert (unsaid.status_code, hall.said) == (422, [])
    assert watcher.post(url, {"verdict": "give", "minutes": "8", "words": "断电"}).status_code == 302
    decision = OutageDecision.objects.get()
    assert (decision.proposed, decision.minutes, decision.room) == (7, 8, watch.room)
    again = watcher.post(url, {"verdict": "none", "minutes": "", "words": "再看"})
    assert (again.status_code, OutageDecision.objects.count()) == (302, 1)
    after = watcher.get(reverse("room_outages", args=[watch.id])).content.decode()
    assert "没有等待决定的断线" in after
    assert "8 分钟（建议 7 分钟）" in after


def test_a_picture_at_the_door_only_with_consent(
    world: World, watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    first, second = Ticket.objects.order_by("number")
    url = reverse("room_door", args=[watch.id, second.number])
    assert "不能拍照留存" in watcher.get(url).content.decode()
    shot = SimpleUploadedFile("door.jpg", picture(5), content_type="image/jpeg")
    refused = watcher.post(url, {"photo": shot})
    assert (refused.status_code, DoorPhoto.objects.count(), CheckIn.objects.count()) == (422, 0, 0)
    assert watcher.post(url).status_code == 302  # without a picture
    assert CheckIn.objects.get().ticket == second

    kept_photo(world, watch, watcher)
    photo = watcher.get(reverse("room_door_photo", args=[watch.id, first.number]))
    assert (photo.status_code, photo["Content-Type"], photo["Cache-Control"]) == (
        200,
        "image/jpeg",
        "private, no-store",
    )
    again = watcher.post(reverse("room_door", args=[watch.id, first.number]))
    assert (again.status_code, CheckIn.objects.count()) == (422, 2)


def test_the_administrator_may_act_on_one_room_or_all(
    world: World, watch: Invigilation, admin: Client, hall: FakeHall
) -> None:
    url = reverse("hall_act", args=[world.association.id, "pause"])
    assert (
        admin.post(f"{url}?room={watch.room_id}", {"number": str(uuid4()), "words": "火警"}).status_code
        == 302
    )
    assert admin.post(url, {"number": str(uuid4()), "words": "停电"}).status_code == 302
    assert [act["attempts"] for act in hall.said] == [None, None]
    assert hall.news == [("测试考点 第一考场",), ()]
    assert [rooms for _, _, rooms in hall.opened] == [("测试考点 第一考场",)] * 2 + [()] * 2
    assert [act.room for act in HallAct.objects.all()] == [watch.room, None]
    for wrong in (f"{url}?room={uuid4()}", f"{url}?room=x", reverse("hall", args=[uuid4()])):
        assert admin.get(wrong).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_a_fixed_number_of_queries(
    world: World, watcher: Client, admin: Client, hall: FakeHall, count: int, django_assert_num_queries: Any
) -> None:
    seal_small_paper(world)
    room = open_room()
    seat_people(world, room, count)
    watch = watch_room(world, room)
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    clock.move_to(START)
    hall.proposed = [outage(*Ticket.objects.all())]
    with django_assert_num_queries(14):
        watcher.get(reverse("room", args=[watch.id]))
    with django_assert_num_queries(7):
        watcher.get(reverse("room_line", args=[watch.id]))
    with django_assert_num_queries(12):
        watcher.get(reverse("room_outages", args=[watch.id]))
    with django_assert_num_queries(9):
        admin.get(reverse("hall", args=[world.association.id]))


def test_on_the_day_the_administrator_is_led_to_the_hall(world: World, watch: Invigilation) -> None:
    (line,) = waiting(world[Role.ADMINISTRATOR], Role.ADMINISTRATOR)
    assert (line.title, line.url) == (
        "考场现场：互联网营销师（初级）",
        reverse("hall", args=[world.association.id]),
    )
