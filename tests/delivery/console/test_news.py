"""What one invigilator writes down, the consoles of the same room hear of; what goes to the hall is only that."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.delivery.console.fake_line import FakeHall
from zhiheng.seating.models import CheckIn, Incident, Invigilation, Ticket

ROOM = ("测试考点 第一考场",)


@pytest.mark.parametrize(
    ("page", "sent", "status"),
    [
        ("room_check_in", {}, 302),
        ("room_door", {}, 302),
        ("room_absent", {"note": "电话未接通"}, 302),
        ("room_absent", {"note": "长" * 201}, 422),
    ],
)
def test_who_came_is_told_once_it_is_written_down(
    watch: Invigilation, watcher: Client, hall: FakeHall, page: str, sent: dict[str, str], status: int
) -> None:
    number = Ticket.objects.order_by("number")[0].number

    answer = watcher.post(reverse(page, args=[watch.id, number]), sent)

    written = status == 302
    assert (answer.status_code, CheckIn.objects.count()) == (status, int(written))
    assert hall.news == [ROOM] * written


def test_what_happened_in_the_room_is_told(watch: Invigilation, watcher: Client, hall: FakeHall) -> None:
    answer = watcher.post(reverse("room_incident", args=[watch.id]), {"ticket": "", "text": "停电一分钟"})

    assert (answer.status_code, Incident.objects.count(), hall.news) == (302, 1, [ROOM])
    assert hall.said == []


def test_a_silent_hall_does_not_undo_what_was_written_down(
    watch: Invigilation, watcher: Client, hall: FakeHall
) -> None:
    hall.silent = True
    number = Ticket.objects.order_by("number")[0].number

    answer = watcher.post(reverse("room_check_in", args=[watch.id, number]))

    assert (answer.status_code, CheckIn.objects.count(), hall.news) == (302, 1, [])
