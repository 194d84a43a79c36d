"""The pages of rescue files: who may see them, what they say, and how many queries they take."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.delivery.rescue.files import Line, another_administrator, cut_off, file_of, published, row
from tests.delivery.test_actions import START
from tests.factories.world import World
from zhiheng.delivery.models import Attempt, RescueDecision, RescueImport
from zhiheng.delivery.rescue import views
from zhiheng.delivery.rescue.actions import bring_in
from zhiheng.delivery.waiting import waiting
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock

AFTERWARDS = START + timedelta(minutes=120)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def attempts(world: World) -> list[Attempt]:
    found = published(world, 3)
    for attempt in found:
        cut_off(attempt)
    clock.move_to(AFTERWARDS)
    return found


@pytest.fixture
def admin(world: World) -> Client:
    return client_of(world[Role.ADMINISTRATOR])


def kept(world: World, attempt: Attempt) -> RescueImport:
    return bring_in(
        by=world[Role.ADMINISTRATOR], offering=world.association, content=file_of(attempt), name="r"
    )


def upload(content: bytes) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("rescue.zhrescue", content)}


def test_nobody_but_administrators_sees_rescue_files(world: World, attempts: list[Attempt]) -> None:
    rescue = kept(world, attempts[0])
    urls = [
        reverse("rescues", args=[world.association.id]),
        reverse("rescue_bring", args=[world.association.id]),
        reverse("rescue", args=[rescue.id]),
    ]
    seen = {role: {client_of(world[role]).get(url).status_code for url in urls} for role in Role}
    posted = {
        role: {client_of(world[role]).post(url).status_code for url in urls[1:]}
        for role in Role
        if role != Role.ADMINISTRATOR
    }

    assert seen == {role: {200} if role == Role.ADMINISTRATOR else {403} for role in Role}
    assert set().union(*posted.values()) == {403}
    assert {Client().get(url).status_code for url in urls} == {302}
    assert RescueDecision.objects.count() == 0


def test_what_does_not_exist_is_not_found(world: World, attempts: list[Attempt], admin: Client) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"

    assert [admin.get(reverse(name, args=[unknown])).status_code for name in ("rescues", "rescue")] == [
        404,
        404,
    ]


def test_a_file_is_brought_and_decided_by_two(
    world: World, attempts: list[Attempt], admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = Line(at=AFTERWARDS)
    monkeypatch.setattr(views, "line_for", lambda by, offering: hall)
    brought = admin.post(reverse("rescue_bring", args=[world.association.id]), upload(file_of(attempts[0])))
    (rescue,) = RescueImport.objects.all()
    url = reverse("rescue", args=[rescue.id])
    first = admin.post(url, {"agreed": "yes", "reason": "断网 20 分钟"})
    own_second = admin.post(url, {"agreed": "yes", "reason": "再来一次"})
    second = client_of(another_administrator()).post(url, {"agreed": "yes", "reason": "与监考记录相符"})
    page = admin.get(url)

    assert (brought.status_code, brought.url) == (302, url)
    assert [answer.status_code for answer in (first, own_second, second)] == [302, 422, 302]
    assert "要由另一个人作出" in own_second.content.decode()
    assert (hall.calls, RescueDecision.objects.count()) == (1, 2)
    assert "考场新记 2 条" in page.content.decode()
    assert 'name="agreed"' not in page.content.decode()


def test_faults_are_said_on_the_form(world: World, attempts: list[Attempt], admin: Client) -> None:
    url = reverse("rescue_bring", args=[world.association.id])
    bad = admin.post(url, upload(b"x"))
    empty = admin.post(url, {})
    huge = admin.post(url, upload(b"x" * (4 * 1024 * 1024 + 1)))

    assert [page.status_code for page in (bad, empty, huge)] == [422] * 3
    assert "这不是救援文件" in bad.content.decode()
    assert RescueImport.objects.count() == 0


def test_a_silent_hall_is_said_on_the_page(
    settings: Any, world: World, attempts: list[Attempt], admin: Client
) -> None:
    settings.HALL_URL = "http://127.0.0.1:9"  # the discard port: nobody listens
    url = reverse("rescue", args=[kept(world, attempts[0]).id])
    admin.post(url, {"agreed": "yes", "reason": "断网"})
    answer = client_of(another_administrator()).post(url, {"agreed": "yes", "reason": "相符"})

    assert (answer.status_code, "考场服务没有应答" in answer.content.decode()) == (422, True)
    assert RescueDecision.objects.count() == 1


def test_a_no_is_recorded_with_its_reason(world: World, attempts: list[Attempt], admin: Client) -> None:
    url = reverse("rescue", args=[kept(world, attempts[0]).id])
    unsaid = admin.post(url, {"agreed": "no", "reason": ""})
    said = admin.post(url, {"agreed": "no", "reason": "考生确认不是本人的机器"})

    assert (unsaid.status_code, said.status_code) == (422, 302)
    assert "救援文件没有采纳" in admin.get(url).content.decode()


def test_an_unproven_file_is_marked(world: World, attempts: list[Attempt], admin: Client) -> None:
    rescue = bring_in(
        by=world[Role.ADMINISTRATOR],
        offering=world.association,
        content=file_of(attempts[0], row("Q1", "B", seq=2), token=False),
        name="r",
    )

    assert "没有本场考试的登录凭证" in admin.get(reverse("rescue", args=[rescue.id])).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_a_fixed_number_of_queries(
    world: World, attempts: list[Attempt], admin: Client, django_assert_num_queries: Any, count: int
) -> None:
    for attempt in attempts[:count]:
        kept(world, attempt)
    with django_assert_num_queries(7):
        page = admin.get(reverse("rescues", args=[world.association.id]))
    assert len(page.context["rescues"]) == count


def test_it_waits_for_those_who_may_decide(world: World, attempts: list[Attempt], admin: Client) -> None:
    rescue = kept(world, attempts[0])
    link = reverse("rescue", args=[rescue.id])
    other = another_administrator()
    before = [
        link in [one.url for one in waiting(who, Role.ADMINISTRATOR)]
        for who in (world[Role.ADMINISTRATOR], other)
    ]
    admin.post(link, {"agreed": "yes", "reason": "断网"})
    after = [
        link in [one.url for one in waiting(who, Role.ADMINISTRATOR)]
        for who in (world[Role.ADMINISTRATOR], other)
    ]
    attempts_page = admin.get(reverse("delivery_attempts", args=[world.association.id])).content.decode()

    assert (before, after) == ([True, True], [False, True])
    assert reverse("rescues", args=[world.association.id]) in attempts_page
