"""Under which conditions an offering is sat: set, kept, taken into the pack, and closed by publishing."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from tests.delivery.test_actions import seal_small_paper
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people
from zhiheng.delivery.conditions.actions import Wanted, add_seb_file, remove_seb_file, set_conditions
from zhiheng.delivery.conditions.queries import (
    Conditions,
    conditions_of,
    history_of,
    latest,
    own_file,
    own_files,
    rooms_of_offering,
    seb_file_of,
    seb_offering,
    seb_settings_of,
)
from zhiheng.delivery.core.seb import (
    SebSettings,
    config_key,
    configuration,
    password_hash,
    read_seb,
    seb_file,
)
from zhiheng.delivery.models import HallConditions, Preparation
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Role
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.models import AuditLine

START = "http://127.0.0.1:9/hall/"
ALL = ("hidden", "blur", "copy", "cut", "paste", "fullscreen-left", "print")


@pytest.fixture(autouse=True)
def hall_address(settings: Any) -> None:
    settings.HALL_URL = "http://127.0.0.1:9"


def refusal(act: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Refused) as refused:
        act(*given, **more)
    return refused.value.code


def put(world: World, **wanted: Any) -> HallConditions:
    return set_conditions(
        by=world[Role.ADMINISTRATOR],
        offering=world.association,
        wanted=Wanted(**{"networks": {}, **wanted}),
        reason=" 机房自查后 ",
    )


def bring(world: World, content: bytes, name: str = "机房.seb") -> HallConditions:
    return add_seb_file(by=world[Role.ADMINISTRATOR], offering=world.association, name=name, content=content)


def test_before_anything_is_set_a_sitting_is_held_in_a_centre_and_asks(world: World) -> None:
    assert conditions_of(world.association) == Conditions(
        mode="centre",
        second_sign_in="ask",
        network_policy="warn",
        networks={},
        seb_config_keys=(),
        events=ALL,
    )


def test_what_is_set_goes_to_the_pack_under_the_names_of_rooms(
    world: World, django_assert_num_queries: Any
) -> None:
    room = open_room()
    seat_people(world, room, 1)
    assert rooms_of_offering(world.association) == [room]

    put(
        world,
        second_sign_in="allow",
        network_policy="refuse",
        networks={room.id: "10.1.2.3/24\n2001:db8::/48"},
        events=("print", "hidden", "print"),
    )

    with django_assert_num_queries(2):
        found = conditions_of(world.association)
    assert found == Conditions(
        mode="centre",
        second_sign_in="allow",
        network_policy="refuse",
        networks={"测试考点 第一考场": ("10.1.2.0/24", "2001:db8::/48")},
        events=("print", "hidden"),
    )
    assert AuditLine.objects.get(act="conditions-set").detail == {
        "mode": "centre",
        "rooms": 1,
        "seb_files": 0,
    }


def test_at_home_no_room_has_a_network(world: World) -> None:
    room = open_room()
    seat_people(world, room, 1)
    put(world, mode="remote", networks={room.id: "10.1.2.0/24"})

    assert conditions_of(world.association).networks == {}


def test_every_setting_is_kept_and_the_newest_holds(world: World) -> None:
    put(world, second_sign_in="allow")
    put(world)

    assert [row.second_sign_in for row in history_of(world.association)] == ["ask", "allow"]
    assert {row.reason for row in history_of(world.association)} == {"机房自查后"}
    assert conditions_of(world.association).second_sign_in == "ask"
    assert conditions_of(world.national).second_sign_in == "ask"


@pytest.mark.parametrize(
    "wanted",
    [
        {"mode": "moon"},
        {"second_sign_in": "deny"},
        {"network_policy": "block"},
        {"events": ("keylog",)},
        {"networks": {uuid4(): ""}},
    ],
)
def test_choices_that_are_none_are_refused(world: World, wanted: dict[str, Any]) -> None:
    assert refusal(lambda: put(world, **wanted)) == "conditions-choice"
    assert HallConditions.objects.count() == 0


def test_a_slip_in_a_network_is_named(world: World) -> None:
    room = open_room()
    seat_people(world, room, 1)

    assert refusal(lambda: put(world, networks={room.id: "10.1.2.0/24 10.1.3.0/24"})) == "network"


def test_a_sitting_in_safe_exam_browser_takes_the_key_of_its_own_file(world: World) -> None:
    row = put(
        world, mode="seb", seb=SebSettings(start_url="https://elsewhere.example.cn/", allow_reload=False)
    )

    found = read_seb(seb_file_of(row))
    assert (found["startURL"], found["browserWindowAllowReload"]) == (START, False)
    assert conditions_of(world.association).seb_config_keys == (config_key(found),)
    assert seb_offering(world.association.id) == (world.association, row)
    assert seb_offering(world.national.id) is None
    assert seb_offering(uuid4()) is None

    put(world)  # back to the centre: the browser's settings are kept, its key is not asked for
    assert conditions_of(world.association).seb_config_keys == ()
    assert seb_settings_of(latest(world.association)).allow_reload is False


def test_files_others_made_count_beside_it_until_removed(world: World) -> None:
    put(world, mode="seb")
    own = configuration(
        SebSettings(start_url=START, quit_password_hash=password_hash("结束考试"), full_screen=False)
    )
    brought = gzip.compress(seb_file(own))
    row = bring(world, brought)

    (kept,) = own_files(row)
    assert kept.key == config_key(own)
    assert conditions_of(world.association).seb_config_keys == (
        config_key(configuration(SebSettings(start_url=START))),
        kept.key,
    )
    file = own_file(world.association, kept.file)
    assert file is not None
    assert vault.read(file) == brought
    assert own_file(world.national, kept.file) is None

    put(world, mode="seb")  # setting anew leaves the files where they are
    assert own_files(latest(world.association)) == [kept]
    remove_seb_file(by=world[Role.ADMINISTRATOR], offering=world.association, file_id=kept.file)
    assert own_files(latest(world.association)) == []
    assert own_file(world.association, kept.file) is None
    assert [row.reason for row in history_of(world.association)][:1] == ["移除自备的配置文件 机房.seb"]


def test_files_that_start_elsewhere_or_are_no_configuration_are_refused(world: World) -> None:
    def starting(url: str) -> bytes:
        return seb_file(configuration(SebSettings(start_url=url)))

    assert refusal(lambda: bring(world, b"nothing")) == "seb-unreadable"
    for url in ("https://127.0.0.1:9/hall/", "http://evil.example.cn/hall/", "http://127.0.0.1:9/", ""):
        assert refusal(bring, world, starting(url)) == "seb-start"
    bring(world, starting(START))
    assert refusal(lambda: bring(world, starting(START))) == "seb-known"
    for n in range(9):
        bring(world, starting(f"{START}?room={n}"))
    assert refusal(lambda: bring(world, starting(f"{START}?room=9"))) == "seb-too-many"
    assert (
        refusal(
            lambda: remove_seb_file(by=world[Role.ADMINISTRATOR], offering=world.association, file_id=uuid4())
        )
        == "seb-unknown"
    )


def test_nothing_is_set_while_the_pack_is_made_or_once_it_is_out(world: World) -> None:
    preparation = Preparation.objects.create(
        offering=world.association, by=world[Role.ADMINISTRATOR], touched_at=clock.now()
    )
    assert refusal(lambda: put(world)) == "preparing"
    preparation.delete()

    seal_small_paper(world)
    seat_people(world, open_room(), 1)
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    good = seb_file(configuration(replace(SebSettings(start_url=START), full_screen=False)))
    assert refusal(lambda: put(world)) == "conditions-locked"
    assert refusal(lambda: bring(world, good)) == "conditions-locked"
    assert HallConditions.objects.count() == 0
