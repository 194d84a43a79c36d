"""The reader's own dates and marks, and the private feed."""

import re

import pytest
from django.test import Client

from tests.factories.world import World
from tests.people_of import give_account
from zhiheng.people.models import Role
from zhiheng.sittings.actions import open_feed

pytestmark = pytest.mark.django_db


def marks(client: Client) -> dict[str, tuple[str, ...]]:
    (line,) = client.get("/timeline/").context["lines"]
    return {point.key: point.marks for point in line.milestones if point.marks}


def test_each_reader_sees_their_own(world: World, client: Client) -> None:
    (application, _second) = world.paid(2)
    give_account(application.person, world[Role.CANDIDATE])

    client.force_login(world[Role.INSTITUTION])
    assert marks(client) == {"enrolment_closes": ("已提交 2 人",), "review_due": ("已缴费 2 人",)}
    client.force_login(world[Role.CANDIDATE])
    assert marks(client)["enrolment_closes"][0].startswith("已提交 ")
    assert "人" not in marks(client)["enrolment_closes"][0]
    english = client.get("/timeline/", headers={"Accept-Language": "en"}).text
    assert re.findall(r'<ol class="line" aria-label="([^"]+)"', english) == ["Internet Marketer, Junior"]
    client.force_login(world.outsider)
    assert client.get("/timeline/").context["lines"] == []
    client.force_login(world[Role.REVIEWER])
    assert len(client.get("/timeline/").context["lines"]) == 2


def test_the_private_feed_opens_by_its_key_only(world: World, client: Client) -> None:
    world.submitted()
    feed = open_feed(by=world[Role.INSTITUTION])
    other = open_feed(by=world.outsider)

    assert client.get(f"/my/sittings.ics?key={feed.token}").text.count("BEGIN:VEVENT") == 11
    assert client.get(f"/my/sittings.ics?key={other.token}").text.count("BEGIN:VEVENT") == 0
    assert client.get("/my/sittings.ics?key=guess").status_code == 404
    assert client.get("/my/sittings.ics").status_code == 404
    assert client.get("/timeline/").status_code == 302
    client.force_login(world[Role.INSTITUTION])
    assert feed.token in client.get("/timeline/").text
    assert client.post("/timeline/feed/").status_code == 302
    assert client.get(f"/my/sittings.ics?key={feed.token}").status_code == 404
