"""The map of the standard: every point once, with what stands at it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.bank.test_actions import BODY, STANDARD, approved
from tests.factories.world import World
from tests.people_of import second
from tests.rooms import opened_by, signed_in
from zhiheng.bank.actions import retire_item, write_item
from zhiheng.bank.covering.drawing import CELL_HEIGHT, CELL_WIDTH, WIDTH, drawn, in_figures
from zhiheng.bank.covering.queries import content_titles, held_by_points
from zhiheng.people.models import Account, Role

LEVELS = ("5", "4", "3", "2", "1")


@pytest.fixture
def writer(world: World) -> Account:
    return world[Role.ITEM_WRITER]


@pytest.fixture
def client(writer: Account) -> Client:
    return signed_in(writer)


def counts(**more: Any) -> dict[str, int]:
    found = held_by_points(STANDARD, **{"level": "5", **more})
    return {held.code.ref: held.count for held in found if held.count}


@pytest.mark.django_db
def test_every_skill_and_knowledge_point_of_the_standard_has_its_cell() -> None:
    points = {level: held_by_points(STANDARD, level=level) for level in LEVELS}
    kinds = [held.code.kind for found in points.values() for held in found]
    assert (kinds.count("skill"), kinds.count("knowledge")) == (173, 164)
    for found in points.values():
        picture = drawn(found, content_titles(STANDARD))
        assert [cell.held.code for cell in picture.cells] != []
        assert {cell.held.code for cell in picture.cells} == {held.code for held in found}
        boxes = [(cell.left, cell.top) for cell in picture.cells]
        assert len(set(boxes)) == len(boxes)
        assert all(left + CELL_WIDTH <= WIDTH and top + CELL_HEIGHT <= picture.height for left, top in boxes)
        assert {cell.tone for cell in picture.cells} == {"none"}


def test_only_usable_questions_count(writer: Account) -> None:
    other = second(Role.ITEM_WRITER)
    item = approved(writer, other, id="A", codes=["skill:4.1.1", "knowledge:4.1.1"], trades=["B"])
    approved(writer, other, id="B", stem="公共的题问什么？", area="basics", codes=["basics:2.2.6.5"])
    write_item(by=writer, body={**BODY, "id": "C", "stem": "草稿问什么？"})

    assert counts() == {"skill:4.1.1": 1, "knowledge:4.1.1": 1, "basics:2.2.6.5": 1}
    assert counts(level="4") == {"basics:2.2.6.5": 1}
    assert counts(trade="A") == {"basics:2.2.6.5": 1}
    assert counts(trade="B") == counts()
    assert counts(type_="multiple") == counts(pool="practice") == {}
    lines = {line.title: line for line in in_figures(held_by_points(STANDARD, level="5"))}
    assert (lines["直播营销"].points, lines["直播营销"].reached, lines["直播营销"].types) == (
        10,
        2,
        (2, 0, 0),
    )
    retire_item(by=writer, item=item)
    assert counts() == {"basics:2.2.6.5": 1}


@pytest.mark.parametrize(("count", "tone"), [(0, "none"), (1, "few"), (2, "few"), (3, "some"), (6, "many")])
def test_more_questions_make_a_darker_cell(writer: Account, count: int, tone: str) -> None:
    other = second(Role.ITEM_WRITER)
    for number in range(count):
        approved(writer, other, stem=f"第 {number} 题问什么？")
    picture = drawn(held_by_points(STANDARD, level="5"), content_titles(STANDARD))
    cell = next(cell for cell in picture.cells if cell.held.code.ref == "skill:4.1.1")
    assert cell.tone == tone
    assert cell.words.startswith("技能要求 4.1.1 ")
    assert cell.words.endswith(f"：{count} 道")


def test_the_page_leads_to_the_questions_of_a_point(client: Client, writer: Account, world: World) -> None:
    approved(writer, second(Role.ITEM_WRITER))
    url = reverse("coverage")
    assert opened_by(world, url) == {Role.ITEM_WRITER}
    page = client.get(url, {"standard": STANDARD, "level": "5", "trade": "B"})
    target = next(link for cell, link in page.context["cells"] if cell.held.count)
    assert client.get(target).context["total"] == 1
    assert (page.context["points"] > 50, page.context["reached"]) == (True, 1)
    for query in ({}, {"standard": "nonsense"}, {"standard": "digital-hr", "level": "junior"}):
        assert client.get(url, query).status_code == 200
    assert client.get(url, {"trade": "Z"}).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_the_map_takes_one_query(writer: Account, count: int, django_assert_num_queries: Any) -> None:
    other = second(Role.ITEM_WRITER)
    for number in range(count):
        approved(writer, other, stem=f"第 {number} 题问什么？")
    with django_assert_num_queries(1):
        assert counts() == {"skill:4.1.1": count}
