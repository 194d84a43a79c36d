"""A room on the day: two candidates, two invigilators, a published pack, a hall that remembers."""

from typing import Any

import pytest
from django.test import Client

from tests.delivery.console.fake_line import FakeHall
from tests.delivery.test_actions import START, seal_small_paper
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people, watch_room
from zhiheng.delivery import room_views
from zhiheng.delivery.console import act_views, door_views, views
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.seating.models import Invigilation


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch, settings: Any) -> FakeHall:
    fake = FakeHall()
    for pages in (act_views, door_views, room_views, views):
        monkeypatch.setattr(pages, "open_line", fake.open_line)
    settings.HALL_URL = "http://127.0.0.1:9"  # the discard port: nobody listens
    return fake


@pytest.fixture
def watch(world: World) -> Invigilation:
    """On the sitting's day, ten minutes into the exam."""
    seal_small_paper(world)
    room = open_room()
    seat_people(world, room)
    found = watch_room(world, room)
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    clock.move_to(START.replace(minute=10))
    return found


@pytest.fixture
def watcher(world: World) -> Client:
    return client_of(world[Role.INVIGILATOR])


@pytest.fixture
def admin(world: World) -> Client:
    return client_of(world[Role.ADMINISTRATOR])
