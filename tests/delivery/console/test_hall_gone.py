"""While the hall is away or its log cannot be read: every page says what is the matter and what still can be done."""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.delivery.console.fake_line import FakeHall, seat_of
from tests.delivery.console.test_acts import act
from tests.delivery.console.test_outlook import by_seat, said
from tests.delivery.test_actions import START
from tests.factories.world import World
from zhiheng.delivery import hall_line, room_views
from zhiheng.delivery.console import act_views, door_views, views
from zhiheng.delivery.console.scope import own_room
from zhiheng.delivery.hall.sqlite_store import LOG_FILE
from zhiheng.delivery.hall_line import HallLine
from zhiheng.delivery.models import HallActKind
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.seating.models import CheckIn, Invigilation
from zhiheng.sittings.models import Offering

LOOKED_IN_VAIN = (
    "考场服务没有应答，现在看不到考场的情况怎么办签到和考场情况照常可以记录；"
    "考生的答案留在各自的机器上，恢复后自动送达。若持续如此，请联系系统管理员检查考场服务"
)


@pytest.fixture
def nobody_listens(hall: FakeHall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The true line, to an address where there is no hall."""
    for pages in (act_views, door_views, room_views, views):
        monkeypatch.setattr(pages, "open_line", HallLine)


def test_what_the_room_sees_and_may_do(
    world: World, watch: Invigilation, watcher: Client, admin: Client, nobody_listens: None
) -> None:
    ticket = by_seat()[0]
    seat = [watch.id, ticket.number]
    assert LOOKED_IN_VAIN in said(watcher.get(reverse("room_seat", args=seat)))
    assert LOOKED_IN_VAIN in said(admin.get(reverse("hall_seat", args=[world.association.id, ticket.number])))
    for page in (
        watcher.get(reverse("room_outages", args=[watch.id])),
        admin.get(reverse("hall_outages", args=[world.association.id])),
    ):
        assert "现在看不到有没有断线" in said(page)
        assert ("没有等待决定的断线" in said(page), LOOKED_IN_VAIN in said(page)) == (False, True)
    for slug in ("second", "submit"):
        page = watcher.get(f"{reverse('room_act', args=[watch.id, slug])}?seat={ticket.number}")
        assert LOOKED_IN_VAIN in said(page)
    assert watcher.post(reverse("room_check_in", args=seat)).status_code == 302
    assert CheckIn.objects.get().ticket == ticket


def test_what_was_not_reached_was_not_done_and_what_did_not_answer_may_have_been(
    watch: Invigilation, watcher: Client, nobody_listens: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = reverse("room_act", args=[watch.id, "pause"])
    refused = watcher.post(url, {"number": str(uuid4()), "words": "火警"})
    assert "考场服务没有应答，这次操作没有办成" in said(refused)

    monkeypatch.setattr(hall_line, "PATIENCE_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings.HALL_URL = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        unknown = watcher.post(url, {"number": str(uuid4()), "words": "火警"})
    assert (unknown.status_code, "没有办成。" in said(unknown)) == (422, False)
    assert "考场服务没有应答完，还不知道这次操作办成没有" in said(unknown)
    assert "原样再提交一次同一张表，延长的时间和导入的答案不会重复" in said(unknown)


def test_minutes_sent_again_go_under_the_same_key(world: World, watch: Invigilation, hall: FakeHall) -> None:
    scope = own_room(world[Role.INVIGILATOR], watch.id)
    assert scope is not None
    number = uuid4()
    hall.asked = _lost
    for _ in range(2):
        with pytest.raises(Refused):
            act(world, hall, scope, HallActKind.GRANT, minutes=5, form_id=number)
    hall.asked = None
    act(world, hall, scope, HallActKind.GRANT, minutes=5, form_id=number)
    act(world, hall, scope, HallActKind.PAUSE)

    assert hall.keys == [f"form/{number}/5"] * 3 + [""]


def _lost() -> None:
    raise Refused(what="考场服务没有应答完", code="hall-silent")


def test_a_seat_of_which_the_hall_knows_nothing_yet(
    watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    first, second = by_seat()
    hall.seated = [seat_of(second)]
    page = said(watcher.get(reverse("room_seat", args=[watch.id, first.number])))
    assert "考场服务还没有载入这名考生的数据" in page
    assert "作答中" in said(watcher.get(reverse("room_seat", args=[watch.id, second.number])))


def test_a_log_that_cannot_be_read_stops_neither_check_in_nor_the_page(
    world: World,
    watch: Invigilation,
    watcher: Client,
    admin: Client,
    hall: FakeHall,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.HALL_DATA = tmp_path
    (tmp_path / LOG_FILE).write_bytes(b"no database" * 100)
    why = "考场的答题记录现在读不到（DatabaseError）"
    room = said(watcher.get(reverse("room", args=[watch.id])))
    assert (why in room, room.count("看不到"), "未登录 签到" in room) == (True, 2, False)
    every = said(admin.get(reverse("hall", args=[world.association.id])))
    assert (why in every, every.count("看不到")) == (True, 2)
    ticket = by_seat()[0]
    assert watcher.post(reverse("room_check_in", args=[watch.id, ticket.number])).status_code == 302

    clock.move_to(START + timedelta(minutes=100))
    listed = said(admin.get(reverse("delivery_attempts", args=[world.association.id])))
    assert (why in listed, "2 人，看不到作答情况" in listed) == (True, True)
    collected = admin.post(reverse("delivery_collect", args=[world.association.id]))
    assert (collected.status_code, why in said(collected)) == (422, True)
    report = watcher.get(reverse("room_report", args=[watch.id]))
    assert (report.status_code, why in said(report)) == (422, True)


def test_a_database_that_is_away_is_said_too(
    watch: Invigilation, watcher: Client, hall: FakeHall, settings: Any
) -> None:
    settings.HALL_DATABASE_URL = "postgresql://nobody@127.0.0.1:9/none"
    assert "考场的答题记录现在读不到（OperationalError）" in said(
        watcher.get(reverse("room", args=[watch.id]))
    )


def test_before_collecting_without_a_hall_it_is_said_what_may_be_missing(
    world: World, watch: Invigilation, admin: Client, hall: FakeHall
) -> None:
    page = reverse("delivery_attempts", args=[world.association.id])
    missing = "没有送到的还在考生的机器上，恢复后才会送达"
    clock.move_to(START + timedelta(minutes=100))
    assert missing in said(admin.get(page))
    nothing = said(admin.post(reverse("delivery_collect", args=[world.association.id]), follow=True))
    assert ("考场记录里没有人登录过，没有可以收的答卷。" in nothing, "已收回 0 份" in nothing) == (
        True,
        False,
    )
    clock.move_to(START + timedelta(days=1))
    assert missing not in said(admin.get(page))


def test_a_look_at_a_hall_that_is_away_is_refused_with_what_still_works(settings: Any) -> None:
    settings.HALL_URL = "http://127.0.0.1:9"
    with pytest.raises(Refused) as why:
        HallLine(Account(), Offering()).seats()
    assert (why.value.code, why.value.what) == ("hall-silent", "考场服务没有应答，现在看不到考场的情况")
