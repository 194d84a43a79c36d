"""Each role's home: what waits for it, its own doors, and nothing else."""

from datetime import datetime

import pytest
from django.test import Client

from tests.factories.world import World
from tests.portal.reading import stray_chinese
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Account, Role
from zhiheng.people.waiting import Waiting
from zhiheng.portal import waiting as gathered
from zhiheng.portal.doors import DOORS, doors_of

ADMINISTRATOR_ONLY = ["/sittings/", "/accounts/", "/institutions/", "/audit/"]


def test_strangers_are_asked_to_sign_in(db: None, client: Client) -> None:
    response = client.get("/home/")
    assert (response.status_code, response.url) == (302, "/sign-in/?next=/home/")  # type: ignore[attr-defined]  # a redirect


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_home_with_its_own_doors_only(world: World, client: Client, role: Role) -> None:
    client.force_login(world[role])
    response = client.get("/home/")

    assert response.status_code == 200
    shown = [entry["role"] for entry in response.context["doors"]]
    assert shown == [role]
    for door in doors_of(role):
        assert client.get(door.url).status_code == 200, door.url


@pytest.mark.parametrize("path", ADMINISTRATOR_ONLY)
@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_the_administrators_pages_are_closed_to_others(
    world: World, client: Client, path: str, role: Role
) -> None:
    client.force_login(world[role])
    assert client.get(path).status_code == 403


def test_every_role_has_doors() -> None:
    assert set(DOORS) == set(Role)


def test_no_role_is_shown_a_door_twice_or_one_without_a_page() -> None:
    for role, doors in DOORS.items():
        assert len({name for _, name in doors}) == len(doors)
        assert [str(door.label) for door in doors_of(role)] == [str(label) for label, _ in doors]


def test_what_waits_is_ordered_by_its_due_time(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    late = Waiting(title="晚", url="/", due=datetime(2026, 12, 1, tzinfo=SHANGHAI))
    soon = Waiting(title="早", url="/", due=datetime(2026, 11, 12, tzinfo=SHANGHAI))
    never = Waiting(title="不限期", url="/")

    def first(account: Account, role: Role) -> list[Waiting]:
        return [never, late] if role == Role.REVIEWER else []

    def second(account: Account, role: Role) -> list[Waiting]:
        return [soon] if role == Role.REVIEWER else []

    monkeypatch.setattr(gathered, "sources", lambda: [first, second])

    reviewer = world[Role.REVIEWER]
    assert gathered.waiting_for(reviewer, frozenset({Role.REVIEWER})) == [soon, late, never]
    assert gathered.waiting_for(reviewer, frozenset({Role.FINANCE})) == []


def test_the_administrator_is_told_of_sittings_to_call(world: World, client: Client) -> None:
    client.force_login(world[Role.ADMINISTRATOR])
    titles = [line.title for line in client.get("/home/").context["waiting"]]
    assert "12月考期还没有设立" in titles
    assert "11月考期还没有设立" not in titles


def test_an_empty_home_says_what_will_appear(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathered, "sources", list)
    client.force_login(world[Role.MARKER])
    assert "轮到您的工作会出现在这里" in client.get("/home/").text


def test_a_candidates_home_is_english_too(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    world[Role.CANDIDATE].display_name = "Test Candidate"
    world[Role.CANDIDATE].save(update_fields=["display_name"])
    client.force_login(world[Role.CANDIDATE])
    client.cookies["django_language"] = "en"
    page = client.get("/home/").text

    assert "Nothing waits for you now" in page
    assert stray_chinese(page) == []
