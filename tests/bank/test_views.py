"""The item writers' pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.bank.test_actions import BODY
from tests.factories.world import World
from tests.people_of import second
from tests.rooms import opened_by, signed_in
from zhiheng.bank.actions import approve_item, submit_item, write_item
from zhiheng.bank.models import Item, ItemStatus, ItemVersion
from zhiheng.bank.waiting import waiting
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Role

FORM = {
    "place": "4-01-02-07-2021/5",
    "pool": "live",
    "type": "single",
    "stem": "开播之前应先核对哪一项内容？",
    "option_a": "库存数量",
    "option_b": "背景音乐",
    "option_c": "观众昵称",
    "option_d": "快递单号",
    "answer": "A",
    "explanation": "先核对库存才不会超卖。",
    "difficulty": "0.70",
    "codes": "skill:4.1.1",
}


@pytest.fixture
def client(world: World) -> Client:
    return signed_in(world[Role.ITEM_WRITER])


@pytest.fixture
def colleague(world: World) -> Client:
    return signed_in(second(Role.ITEM_WRITER))


def drafts(world: World, count: int) -> list[Item]:
    return [
        write_item(by=world[Role.ITEM_WRITER], body={**BODY, "stem": f"第 {number} 题问什么？"}).item
        for number in range(count)
    ]


def test_only_item_writers_open_the_pages(world: World) -> None:
    item = drafts(world, 1)[0]
    for url in (
        reverse("items"),
        reverse("new_item"),
        reverse("coverage"),
        reverse("import_items"),
        reverse("import_template"),
        reverse("item", args=[item.name]),
        reverse("edit_item", args=[item.name]),
    ):
        assert opened_by(world, url) == {Role.ITEM_WRITER}, url


@pytest.mark.parametrize("name", ["submit_item", "approve_item", "return_item", "retire_item"])
def test_only_item_writers_act(world: World, name: str) -> None:
    item = drafts(world, 1)[0]
    url = reverse(name, args=[item.name])

    assert signed_in(world[Role.ADMINISTRATOR]).post(url).status_code == 403
    assert Client().post(url).status_code == 302
    assert signed_in(world[Role.ITEM_WRITER]).get(url).status_code == 405
    item.refresh_from_db()
    assert item.status == ItemStatus.DRAFT


def test_an_unknown_item_is_not_found(client: Client) -> None:
    for name in ("item", "edit_item"):
        assert client.get(reverse(name, args=["NOBODY"])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_few_queries(
    world: World, client: Client, count: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    drafts(world, count)
    client.get(reverse("items"))
    with django_assert_num_queries(11):
        response = client.get(reverse("items"))
    assert len(response.context["rows"]) == count


def test_an_empty_bank_says_what_will_appear(client: Client) -> None:
    assert "题库里还没有题" in client.get(reverse("items")).content.decode()
    assert "没有符合条件的题" in client.get(reverse("items"), {"words": "没有"}).content.decode()


def test_the_list_is_filtered_and_searched(world: World, client: Client) -> None:
    drafts(world, 2)
    write_item(by=world[Role.ITEM_WRITER], body={**BODY, "stem": "别的问题", "pool": "practice"})

    for query, count in (
        ({"words": "别的"}, 1),
        ({"words": "W5-LIV"}, 3),
        ({"pool": "live"}, 2),
        ({"status": "approved"}, 0),
        ({"level": "4"}, 0),
        ({"area": "livestream", "type": "single", "level": "5"}, 3),
    ):
        assert len(client.get(reverse("items"), query).context["rows"]) == count, query


def test_a_question_is_written_submitted_and_approved_by_another_person(
    client: Client, colleague: Client
) -> None:
    response = client.post(reverse("new_item"), FORM)
    item = Item.objects.get()
    assert response["Location"] == reverse("item", args=[item.name])
    assert (item.area, item.name, item.status) == ("livestream", "W5-LIV-0001", ItemStatus.DRAFT)

    client.post(reverse("submit_item", args=[item.name]))
    assert client.post(reverse("approve_item", args=[item.name])).status_code == 422
    assert colleague.post(reverse("approve_item", args=[item.name])).status_code == 302
    item.refresh_from_db()
    assert item.status == ItemStatus.APPROVED


def test_returning_needs_a_reason(client: Client, colleague: Client, world: World) -> None:
    item = drafts(world, 1)[0]
    submit_item(by=world[Role.ITEM_WRITER], item=item)
    url = reverse("return_item", args=[item.name])

    assert colleague.post(url, {"reason": ""}).status_code == 422
    assert colleague.post(url, {"reason": "选项太短"}).status_code == 302
    item.refresh_from_db()
    assert item.status == ItemStatus.DRAFT


def test_retiring_ends_an_item(client: Client, world: World) -> None:
    item = drafts(world, 1)[0]
    client.post(reverse("retire_item", args=[item.name]))
    item.refresh_from_db()

    assert item.status == ItemStatus.RETIRED
    assert client.get(reverse("item", args=[item.name])).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"codes": "nonsense"}, "codes"),
        ({"answer": "E"}, "answer"),
        ({"difficulty": "hard"}, "difficulty"),
        ({"codes": "skill:99.9.9"}, "__all__"),
        ({"answer": "AB"}, "__all__"),
        ({"stem": ""}, "stem"),
        ({"place": "0/0"}, "place"),
        ({"enemies": "NOBODY"}, "__all__"),
    ],
)
def test_a_faulty_question_comes_back_with_the_fault(
    client: Client, changes: dict[str, str], field: str
) -> None:
    response = client.post(reverse("new_item"), {**FORM, **changes})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Item.objects.exists()


def test_editing_shows_the_question_and_keeps_a_new_version(client: Client, world: World) -> None:
    short = {
        **{name: value for name, value in BODY.items() if name not in ("options", "key")},
        "type": "short",
        "answer": "先核对库存。",
        "points": [{"text": "核对库存", "marks": "6"}, {"text": "试播", "marks": "4"}],
    }
    item = write_item(by=world[Role.ITEM_WRITER], body=short).item
    url = reverse("edit_item", args=[item.name])
    initial = client.get(url).context["form"].initial

    assert initial["points"] == "核对库存（6分）\n试播（4分）"
    assert client.post(url, initial).status_code == 422  # nothing was changed
    assert client.post(url, {**initial, "stem": "改过的题干？"}).status_code == 302
    assert [version.number for version in ItemVersion.objects.order_by("number")] == [1, 2]


def test_what_waits_is_for_the_other_writer(world: World) -> None:
    writer, other = world[Role.ITEM_WRITER], second(Role.ITEM_WRITER)
    items = drafts(world, 2)
    submit_item(by=writer, item=items[0])

    assert [(line.title, line.count) for line in waiting(writer, Role.ITEM_WRITER)] == [
        ("您有 1 道草稿还没有送审", 1)
    ]
    assert [(line.title, line.count) for line in waiting(other, Role.ITEM_WRITER)] == [("1 道题等您审定", 1)]
    assert waiting(writer, Role.CANDIDATE) == []


def test_a_plain_refusal_is_a_page(client: Client, world: World) -> None:
    item = drafts(world, 1)[0]
    with pytest.raises(Refused):
        approve_item(by=world[Role.ADMINISTRATOR], item=item)
    response = client.post(reverse("approve_item", args=[item.name]))
    assert response.status_code == 422
