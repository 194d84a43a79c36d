"""The pages of marking: who sees them, what they do, and that a marker's pages name nobody."""

from decimal import Decimal as Dec
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World, build_world
from tests.marking.scripts import RIGHT, collect, collected, give, markers, opened, over, taken
from zhiheng.marking.actions import settle_theory
from zhiheng.marking.models import KeyMark, MarkingTask, TheoryMark, WrittenMark
from zhiheng.marking.waiting import waiting
from zhiheng.people.models import Account, Role

OFFICE = {Role.ADMINISTRATOR, Role.RESULTS_OFFICER}


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_every_page_opens_for_its_roles_only(world: World) -> None:
    opened(world, RIGHT)
    task = taken(world[Role.MARKER])
    pages = {
        reverse("marking"): {Role.MARKER},
        reverse("marking_answer", args=[task.id]): {Role.MARKER},
        reverse("marking_progress"): OFFICE,
        reverse("marking_offering", args=[world.association.id]): OFFICE,
    }
    clients = {role: client_of(world[role]) for role in Role}

    wrong = [
        (url, role, status)
        for url, roles in pages.items()
        for role, client in clients.items()
        if (status := client.get(url).status_code) != (200 if role in roles else 403)
    ]
    assert wrong == []
    assert [Client().get(url).status_code for url in pages] == [302] * 4


def test_every_act_is_for_its_roles_and_by_post_only(world: World) -> None:
    opened(world, RIGHT)
    task = taken(world[Role.MARKER])
    offering = [world.association.id]
    acts = {
        reverse("marking_take"): {Role.MARKER},
        reverse("marking_hand_back", args=[task.id]): {Role.MARKER},
        reverse("marking_keys", args=offering): OFFICE,
        reverse("marking_open", args=offering): OFFICE,
        reverse("marking_settle", args=offering): OFFICE,
        reverse("marking_reclaim", args=offering): OFFICE,
    }
    clients = {role: client_of(world[role]) for role in Role}

    wrong = [
        (url, role, status)
        for url, roles in acts.items()
        for role, client in clients.items()
        if role not in roles and (status := client.post(url).status_code) != 403
    ]
    assert wrong == []
    assert [clients[min(roles)].get(url).status_code for url, roles in acts.items()] == [405] * 6


def test_another_markers_answer_does_not_exist(world: World) -> None:
    opened(world, RIGHT)
    first, second = markers(world, 2)
    task = taken(first)
    other = client_of(second)

    assert other.get(reverse("marking_answer", args=[task.id])).status_code == 404
    assert other.post(reverse("marking_hand_back", args=[task.id])).status_code == 404
    assert other.get(reverse("marking_answer", args=[uuid4()])).status_code == 404
    assert (
        client_of(world[Role.ADMINISTRATOR])
        .get(reverse("marking_offering", args=[world.national.id]))
        .status_code
        == 404
    )


def test_a_markers_pages_name_nobody(world: World) -> None:
    (attempt,) = opened(world, RIGHT)
    application = attempt.ticket.application
    client = client_of(world[Role.MARKER])
    secrets: list[str] = [
        application.person.name,
        attempt.ticket.number,
        application.institution.name,
        application.institution.code,
        str(attempt.id),
        str(attempt.ticket_id),
        str(application.id),
        str(application.person_id),
        world.association.title,
    ]

    taken_page = client.post(reverse("marking_take"), follow=True)
    pages = [taken_page, client.get(reverse("marking"))]
    task = MarkingTask.objects.get(marker=world[Role.MARKER])
    pages.append(client.post(reverse("marking_answer", args=[task.id]), {"point-1": "9", "point-2": "0"}))
    pages.append(
        client.post(
            reverse("marking_answer", args=[task.id]),
            {"point-1": "6", "point-2": "0", "then": "rest"},
            follow=True,
        )
    )

    assert [page.status_code for page in pages] == [200, 200, 422, 200]
    assert str(RIGHT["W1"]) in text(taken_page)
    found = [
        (place, secret)
        for place, page in enumerate(pages)
        for secret in secrets
        if secret in text(page)
        or secret in str(page.redirect_chain if hasattr(page, "redirect_chain") else "")
    ]
    assert found == []
    assert "已评：W1，6 / 10 分" in text(pages[-1])


def test_an_answer_is_marked_and_the_next_one_comes(world: World) -> None:
    opened(world, RIGHT, RIGHT)
    client = client_of(world[Role.MARKER])
    first = client.post(reverse("marking_take"))
    words = {"point-1": "6", "point-2": "1.5", "comment": "要点齐全", "then": "next"}

    second = client.post(first["Location"], words)
    assert second["Location"] != first["Location"]
    assert second["Location"].startswith("/marking/answers/")

    last = client.post(second["Location"], words)
    assert last["Location"] == reverse("marking")
    assert [(mark.marks, mark.comment) for mark in WrittenMark.objects.all()] == [
        (Dec("7.5"), "要点齐全")
    ] * 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"point-1": "6.5", "point-2": "0"}, "第 1 个采分点的分数“6.5”不能用"),
        ({"point-1": "6", "point-2": "x"}, "第 2 个采分点的分数“x”不能用"),
        ({"point-1": "6"}, "第 2 个采分点的分数“”不能用"),
        ({"point-1": "6", "point-2": "4", "comment": "长" * 301}, "评语有 301 个字"),
    ],
)
def test_a_mark_that_cannot_be_is_said_on_the_page(world: World, words: dict[str, str], said: str) -> None:
    opened(world, RIGHT)
    task = taken(world[Role.MARKER])

    page = client_of(world[Role.MARKER]).post(reverse("marking_answer", args=[task.id]), words)

    assert (page.status_code, said in text(page), WrittenMark.objects.count()) == (422, True, 0)


def test_the_office_moves_it_on_step_by_step(world: World) -> None:
    collected(world, RIGHT, RIGHT | {"W1": ""})
    over(world)
    office = client_of(world[Role.RESULTS_OFFICER])
    offering = [world.association.id]
    page = reverse("marking_offering", args=offering)

    def act(name: str) -> str:
        assert office.post(reverse(name, args=offering))["Location"] == page
        return text(office.get(page))

    assert "可以按答案计分" in text(office.get(page))
    assert "简答题可以送评" in act("marking_keys")
    assert "评阅中，还差 2 次评分" in act("marking_open")
    assert (KeyMark.objects.count(), MarkingTask.objects.count()) == (5, 2)

    first, second = markers(world, 2)
    give(first, "6", "0")
    held = taken(second)
    assert "1 份答卷已领取、没有评" in text(office.get(page))
    act("marking_reclaim")
    assert MarkingTask.objects.get(pk=held.pk).marker is None
    give(second, "6", "0")
    assert "可以结出理论成绩" in text(office.get(page))
    assert "理论成绩已全部结出" in act("marking_settle")
    assert [mark.marks for mark in TheoryMark.objects.order_by("marks")] == [3, 9]


def test_undecided_late_answers_are_said(world: World) -> None:
    (attempt,) = collected(world, RIGHT)
    collect(attempt, RIGHT, late=[7])

    page = client_of(world[Role.ADMINISTRATOR]).get(reverse("marking_offering", args=[world.association.id]))

    assert "有迟到的作答没有决定" in text(page)


def test_empty_places_say_what_will_come(world: World) -> None:
    assert "现在没有等您评阅的答卷" in text(client_of(world[Role.MARKER]).get(reverse("marking")))
    assert "还没有收回的答卷" in text(client_of(world[Role.ADMINISTRATOR]).get(reverse("marking_progress")))


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_a_fixed_number_of_questions(count: int, django_assert_num_queries: Any) -> None:
    world = build_world()
    opened(world, *[RIGHT] * count)
    first, second = markers(world, 2)
    for _ in range(count):
        give(first, "6", "4")
    office, marker = client_of(world[Role.ADMINISTRATOR]), client_of(first)
    page = reverse("marking_offering", args=[world.association.id])
    for client, url in ((office, reverse("marking_progress")), (office, page), (marker, reverse("marking"))):
        client.get(url)  # the pinned rules are decoded once a process

    with django_assert_num_queries(13):
        assert office.get(reverse("marking_progress")).status_code == 200
    with django_assert_num_queries(15):
        assert office.get(page).status_code == 200
    with django_assert_num_queries(7):
        assert marker.get(reverse("marking")).status_code == 200
    with django_assert_num_queries(3):
        (line,) = waiting(second, Role.MARKER)
    assert (line.count, line.due is not None) == (count, True)


def test_what_waits_follows_the_work(world: World) -> None:
    collected(world, RIGHT)
    over(world)
    admin = world[Role.ADMINISTRATOR]
    (line,) = waiting(admin, Role.ADMINISTRATOR)
    assert (line.title, line.count) == ("收卷后按答案计分：互联网营销师（初级）", 1)
    assert waiting(world[Role.MARKER], Role.MARKER) == []

    client_of(admin).post(reverse("marking_keys", args=[world.association.id]))
    (line,) = waiting(admin, Role.ADMINISTRATOR)
    assert (line.title, line.count) == ("简答题送评：互联网营销师（初级）", 1)
    client_of(admin).post(reverse("marking_open", args=[world.association.id]))
    first, second = markers(world, 2)
    assert waiting(admin, Role.ADMINISTRATOR) == []
    assert [line.count for line in waiting(first, Role.MARKER)] == [1]
    task = taken(first)
    assert [line.count for line in waiting(first, Role.MARKER)] == [1]
    assert waiting(first, Role.CANDIDATE) == []
    assert task.marker == first

    give(first, "6", "4")
    give(second, "6", "4")
    (line,) = waiting(world[Role.RESULTS_OFFICER], Role.RESULTS_OFFICER)
    assert line.title == "评阅已完成，结出理论成绩：互联网营销师（初级）"

    settle_theory(by="test", offering=world.association)
    assert waiting(admin, Role.ADMINISTRATOR) == []
