"""The page of conditions, and what a candidate fetches for Safe Exam Browser."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.delivery.test_actions import seal_small_paper
from tests.delivery.test_conditions import START, put
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people
from zhiheng.delivery.conditions.queries import Conditions, conditions_of, latest, own_files, seb_settings_of
from zhiheng.delivery.core.seb import (
    SebSettings,
    config_key,
    configuration,
    password_hash,
    read_seb,
    seb_file,
)
from zhiheng.delivery.models import HallConditions
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.people.models import Account, Role
from zhiheng.sittings.models import Offering

CENTRE = {"mode": "centre", "second_sign_in": "ask", "network_policy": "warn", "events": ["hidden"]}


@pytest.fixture(autouse=True)
def hall_address(settings: Any) -> None:
    settings.HALL_URL = "http://127.0.0.1:9"


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def shown(response: Any) -> str:
    return str(response.content.decode())


def page(offering: Offering) -> str:
    return reverse("delivery_conditions", args=[offering.id])


def brought(settings: SebSettings, name: str = "机房.seb") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, seb_file(configuration(settings)))


def test_an_administrator_sets_networks_and_a_second_sign_in(world: World) -> None:
    room = open_room()
    seat_people(world, room, 1)
    client = client_of(world[Role.ADMINISTRATOR])
    assert "还没有设定" in shown(client.get(page(world.association)))

    response = client.post(
        page(world.association),
        {**CENTRE, "second_sign_in": "allow", f"room-{room.id}": "10.1.2.0/24", "reason": "机房网段"},
    )

    assert response.status_code == 302
    assert conditions_of(world.association) == Conditions(
        second_sign_in="allow", networks={"测试考点 第一考场": ("10.1.2.0/24",)}, events=("hidden",)
    )
    after = shown(client.get(page(world.association)))
    assert ("机房网段" in after, "10.1.2.0/24" in after) == (True, True)


def test_a_slip_is_said_on_the_page_and_nothing_kept(world: World) -> None:
    room = open_room()
    seat_people(world, room, 1)
    client = client_of(world[Role.ADMINISTRATOR])

    slip = client.post(page(world.association), {**CENTRE, f"room-{room.id}": "机房"})
    short = client.post(page(world.association), {**CENTRE, "quit_password": "1234"})

    assert (slip.status_code, "“机房”不是网络地址" in shown(slip)) == (422, True)
    assert (short.status_code, list(short.context["form"].errors)) == (422, ["quit_password"])
    assert HallConditions.objects.count() == 0


def test_the_password_of_the_browser_is_kept_until_it_is_dropped(world: World) -> None:
    client = client_of(world[Role.ADMINISTRATOR])
    seb = {**CENTRE, "mode": "seb", "full_screen": "on"}

    def kept() -> SebSettings:
        return seb_settings_of(latest(world.association))

    client.post(page(world.association), {**seb, "quit_password": "退出口令-2026"})
    assert kept() == SebSettings(
        start_url=START, quit_password_hash=password_hash("退出口令-2026"), allow_reload=False
    )
    client.post(page(world.association), {**seb, "allow_reload": "on"})
    assert kept().quit_password_hash == password_hash("退出口令-2026")
    client.post(
        page(world.association), {**seb, "drop_password": "on", "quit_url": "https://exam.example.cn/bye"}
    )
    assert kept() == SebSettings(start_url=START, quit_url="https://exam.example.cn/bye", allow_reload=False)


def test_own_files_come_go_and_are_fetched_as_they_were(world: World) -> None:
    put(world, mode="seb")
    client = client_of(world[Role.ADMINISTRATOR])
    add = reverse("add_seb_file", args=[world.association.id])
    settings = SebSettings(start_url=START, full_screen=False)

    nothing = client.post(add, {"file": SimpleUploadedFile("x.seb", b"hello")})
    assert (nothing.status_code, "不是 Safe Exam Browser 的配置文件" in shown(nothing)) == (422, True)
    assert client.post(add, {"file": brought(settings)}).status_code == 302
    (kept,) = own_files(latest(world.association))
    assert kept.key in shown(client.get(page(world.association)))
    fetched = client.get(reverse("own_seb_file", args=[world.association.id, kept.file]))
    assert (fetched.content, fetched["Content-Type"]) == (
        seb_file(configuration(settings)),
        "application/seb",
    )
    assert client.get(reverse("own_seb_file", args=[world.national.id, kept.file])).status_code == 404

    assert client.post(reverse("remove_seb_file", args=[world.association.id, kept.file])).status_code == 302
    assert own_files(latest(world.association)) == []
    assert client.post(reverse("remove_seb_file", args=[world.association.id, kept.file])).status_code == 422


def test_anybody_fetches_the_configuration_of_a_sitting_in_that_browser(world: World) -> None:
    put(world, mode="seb")
    stranger = Client()

    instructions = shown(stranger.get(reverse("seb", args=[world.association.id])))
    fetched = stranger.get(reverse("seb_file", args=[world.association.id]))

    assert "本场考试须使用 Safe Exam Browser" in instructions
    assert f'href="seb://testserver/seb/{world.association.id}.seb"' in instructions.replace(
        "127.0.0.1:8800", "testserver"
    )
    assert fetched["Content-Disposition"] == 'attachment; filename="20261128.seb"'
    assert conditions_of(world.association).seb_config_keys == (config_key(read_seb(fetched.content)),)
    stranger.cookies["django_language"] = "en"
    assert "This exam is sat in Safe Exam Browser" in shown(
        stranger.get(reverse("seb", args=[world.association.id]))
    )


def test_other_sittings_have_no_such_page(world: World) -> None:
    put(world, mode="centre")
    for offering in (world.association.id, world.national.id, uuid4()):
        for name in ("seb", "seb_file"):
            assert Client().get(reverse(name, args=[offering])).status_code == 404


def test_once_the_pack_is_out_the_page_only_tells(world: World) -> None:
    seal_small_paper(world)
    seat_people(world, open_room(), 1)
    put(world, mode="seb")
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    client = client_of(world[Role.ADMINISTRATOR])

    seen = client.get(page(world.association))
    assert ("实施条件不能再改" in shown(seen), "保存条件" in shown(seen)) == (True, False)
    refused = client.post(page(world.association), CENTRE)
    assert (refused.status_code, HallConditions.objects.count()) == (422, 1)
    add = client.post(
        reverse("add_seb_file", args=[world.association.id]), {"file": brought(SebSettings(start_url=START))}
    )
    assert (add.status_code, HallConditions.objects.count()) == (422, 1)


def test_only_administrators_set_conditions(world: World) -> None:
    put(world, mode="seb")
    add = reverse("add_seb_file", args=[world.association.id])
    remove = reverse("remove_seb_file", args=[world.association.id, uuid4()])
    own = reverse("own_seb_file", args=[world.association.id, uuid4()])
    assert Client().get(page(world.association)).status_code == 302
    for role in Role:
        client = client_of(world[role])
        found = [
            client.get(page(world.association)).status_code,
            client.get(own).status_code,
            client.post(add).status_code,
            client.post(remove).status_code,
        ]
        assert found == ([200, 404, 422, 422] if role == Role.ADMINISTRATOR else [403] * 4)
    assert (
        client_of(world[Role.ADMINISTRATOR]).get(reverse("delivery_conditions", args=[uuid4()])).status_code
        == 404
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_however_long_its_history(
    world: World, count: int, django_assert_num_queries: Any
) -> None:
    room = open_room()
    seat_people(world, room, 1)
    for n in range(count):
        put(world, mode="seb", networks={room.id: f"10.1.{n}.0/24"})
    client = client_of(world[Role.ADMINISTRATOR])
    client.get(page(world.association))

    with django_assert_num_queries(12):
        assert len(client.get(page(world.association)).context["history"]) == count
