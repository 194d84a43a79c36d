"""The room's pages and a hall that runs: minutes after the end, and what is said when it is killed."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.delivery.console.test_outlook import ENDS, by_seat, given, grant_url, name, said
from tests.delivery.rescue.files import milliseconds
from tests.delivery.running import start
from tests.delivery.test_actions import START, seal_small_paper, write_log
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people, watch_room
from zhiheng.cli.processes import free_port
from zhiheng.delivery.core.attempt import opened_entry, submitted_entry
from zhiheng.delivery.models import Attempt, HallAct
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.delivery.queries import folded_all, log_of
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.seating.models import Invigilation


@pytest.fixture
def watch(world: World, django_capture_on_commit_callbacks: Any) -> Invigilation:
    """As everywhere, but the pack lies where the hall finds it."""
    with django_capture_on_commit_callbacks(execute=True):
        seal_small_paper(world)
        room = open_room()
        seat_people(world, room)
        publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    return watch_room(world, room)


@pytest.fixture
def over(watch: Invigilation, settings: Any) -> Iterator[Any]:
    """Seven and a half minutes after the end: who sat on seat 1 has handed in, who sat on seat 2 has not."""
    first, second = (Attempt.objects.get(ticket=ticket) for ticket in by_seat())
    at = milliseconds(START)
    write_log(
        first,
        opened_entry(str(first.id), epoch=1, at=at),
        submitted_entry(str(first.id), epoch=1, at=milliseconds(ENDS - timedelta(minutes=5))),
    )
    write_log(second, opened_entry(str(second.id), epoch=1, at=at))
    port = free_port()
    settings.HALL_URL = f"http://127.0.0.1:{port}"
    clock.move_to(ENDS + timedelta(minutes=7, seconds=30))
    process = start(settings.HALL_DATA, port)
    yield process
    process.kill()
    process.wait()


def test_minutes_after_the_end_go_to_whoever_can_use_them(
    watch: Invigilation, watcher: Client, over: Any
) -> None:
    done, late = by_seat()
    page = said(watcher.get(grant_url(watch)))
    assert f"已经交卷 1 人：1 号座 {name(done)}，不会延长。" in page
    over_words = "：作答时间已于 10:30 结束，至少延长 \\d+ 分钟才能继续作答"
    assert re.search(f"2 号座 {name(late)}{over_words}", page)
    assert watcher.post(grant_url(watch), given(7)).status_code == 422
    short = watcher.post(grant_url(watch), given(7, sure="yes"))
    assert (short.status_code, "从那时算起至少延长" in said(short)) == (422, True)
    assert HallAct.objects.filter(done_at__isnull=False).count() == 0

    enough = watcher.post(grant_url(watch), given(20, sure="yes"), follow=True)
    told = f"另有 1 人没有执行。1 号座 {name(done)}：已经交卷，不能再延长时间。"
    assert told in said(enough)
    attempts = list(Attempt.objects.all())
    states = folded_all(attempts, log_of(attempts))
    assert {str(one.ticket.number): states[one.id].granted_minutes for one in attempts} == {
        done.number: 0,
        late.number: 20,
    }
    seat = said(watcher.get(reverse("room_seat", args=[watch.id, late.number])))
    assert "已延长20 分钟" in seat.replace(" 20", "20")


def test_killed_it_is_said_to_be_away_and_a_form_sent_again_gives_once(
    watch: Invigilation, watcher: Client, over: Any, settings: Any
) -> None:
    _, late = by_seat()
    form = given(20, sure="yes")
    assert watcher.post(grant_url(watch, late), form).status_code == 302
    HallAct.objects.update(done_at=None, failure="hall-silent")  # as if the answer had been lost
    over.kill()
    over.wait()
    assert "考场服务没有应答" in said(watcher.get(reverse("room_seat", args=[watch.id, late.number])))
    assert watcher.post(grant_url(watch, late), form).status_code == 422
    again = start(settings.HALL_DATA, int(settings.HALL_URL.rpartition(":")[2]))
    try:
        assert watcher.post(grant_url(watch, late), form).status_code == 302
    finally:
        again.kill()
        again.wait()
    attempt = Attempt.objects.get(ticket=late)
    kinds = [row.kind for row in log_of([attempt])[str(attempt.id)]]
    assert kinds == ["opened", "granted-time"]
