"""One change to many questions: shown, confirmed once, one line of audit each."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.bank.test_actions import BODY, approved, refused_code
from tests.factories.world import World
from tests.people_of import second
from tests.rooms import opened_by, signed_in
from zhiheng.bank.actions import submit_item, write_item
from zhiheng.bank.core.together import Change
from zhiheng.bank.models import Item, ItemStatus
from zhiheng.bank.queries import live_pool, newest_version, question_of
from zhiheng.bank.reviewing.actions import remark
from zhiheng.bank.together.actions import change_together
from zhiheng.bank.together.queries import prospects, stamp_of
from zhiheng.people.models import Account, Role
from zhiheng.plumbing.models import AuditLine

TRADES = Change(kind="trades", trades=frozenset("B"))


@pytest.fixture
def writer(world: World) -> Account:
    return world[Role.ITEM_WRITER]


@pytest.fixture
def other(world: World) -> Account:
    return second(Role.ITEM_WRITER)


@pytest.fixture
def items(writer: Account, other: Account) -> list[Item]:
    return [approved(writer, other, id=name, stem=f"{name} 题问的是哪一项？") for name in ("A", "B", "C")]


def run(by: Account, items: list[Item], change: Change, **more: Any) -> list[str]:
    rows = list(Item.objects.filter(id__in=[item.id for item in items]).order_by("name"))
    stamp = stamp_of(prospects(rows, change, account=by))
    done = change_together(by=by, names=[row.name for row in rows], change=change, stamp=stamp, **more)
    return [item.name for item in done]


def states(items: list[Item]) -> list[str]:
    return list(Item.objects.filter(id__in=[item.id for item in items]).values_list("status", flat=True))


def test_metadata_goes_through_new_versions_and_another_persons_approval(
    writer: Account, other: Account, items: list[Item]
) -> None:
    assert run(writer, items, TRADES) == ["A", "B", "C"]
    assert [entry.item.trades for entry in live_pool(BODY["standard"])] == [frozenset()] * 3
    assert states(items) == [ItemStatus.DRAFT] * 3
    assert Item.objects.filter(trades="B").count() == 3

    assert run(writer, items, Change(kind="submit")) == ["A", "B", "C"]
    assert refused_code(run, by=writer, items=items, change=Change(kind="approve")) == "nothing-to-change"
    assert run(other, items, Change(kind="approve")) == ["A", "B", "C"]
    assert [entry.item.trades for entry in live_pool(BODY["standard"])] == [frozenset("B")] * 3
    lines = (
        AuditLine.objects.filter(subject=f"item:{items[0].id}").order_by("id").values_list("act", flat=True)
    )
    assert list(lines)[-3:] == ["item-written", "item-submitted", "item-approved"]


def test_a_set_of_enemies_is_made_and_dissolved(writer: Account, items: list[Item]) -> None:
    run(writer, items, Change(kind="apart"))
    assert [question_of(newest_version(item)).enemies for item in items] == [
        ("B", "C"),
        ("A", "C"),
        ("A", "B"),
    ]
    run(writer, items[:2], Change(kind="reconcile"))
    assert [question_of(newest_version(item)).enemies for item in items] == [("C",), ("C",), ("A", "B")]


def test_what_cannot_change_is_left_and_says_why(writer: Account, other: Account, items: list[Item]) -> None:
    fresh = write_item(by=writer, body={**BODY, "id": "D", "stem": "新写的题问什么？"}).item
    run(writer, [items[0]], Change(kind="difficulty", difficulty=Decimal("0.5")))
    assert run(writer, items, Change(kind="difficulty", difficulty=Decimal("0.5"))) == ["B", "C"]
    assert run(writer, [items[2]], Change(kind="retire"), reason="过时") == ["C"]
    submit_item(by=writer, item=fresh)
    rows = list(Item.objects.order_by("name"))

    def why(change: Change, by: Account) -> list[str]:
        return [prospect.why for prospect in prospects(rows, change, account=by)]

    assert why(TRADES, writer) == ["", "", "停用的题不能修改", "待审的题不能修改"]
    assert why(Change(kind="submit"), writer) == ["", "", "只有草稿可以送审", "只有草稿可以送审"]
    assert why(Change(kind="retire"), writer) == ["", "", "已经停用", ""]
    assert why(Change(kind="approve"), other)[3] == "题面有改动，请逐题审定"
    remark(by=other, version=newest_version(items[0]), words="再看一眼")
    assert why(Change(kind="submit"), writer)[0] == "还有意见没有处理"
    submit_item(by=writer, item=items[1])
    remark(by=other, version=newest_version(items[1]), words="再看一眼")
    rows = list(Item.objects.order_by("name"))
    assert why(Change(kind="approve"), other)[1] == "还有意见没有处理"
    assert why(Change(kind="approve"), writer)[1] == "您自己写的，须由另一位命题员审定"


def test_nothing_is_done_when_something_moved_on(writer: Account, items: list[Item]) -> None:
    stamp = stamp_of(prospects(items, TRADES, account=writer))
    write_item(by=writer, body={**BODY, "stem": "改了题干的题问什么？"}, item=items[0])
    before = Item.objects.filter(trades="B").count()
    code = refused_code(change_together, by=writer, names=["A", "B", "C"], change=TRADES, stamp=stamp)
    assert (code, Item.objects.filter(trades="B").count()) == ("items-moved-on", before)


def test_one_that_breaks_a_rule_stops_all(writer: Account, items: list[Item]) -> None:
    change = Change(kind="difficulty", difficulty=Decimal("1.5"))
    assert refused_code(run, by=writer, items=items, change=change) == "difficulty-range"
    assert states(items) == [ItemStatus.APPROVED] * 3


def test_too_many_are_refused(writer: Account, items: list[Item]) -> None:
    assert (
        refused_code(prospects, items=items * 14, change=Change(kind="apart"), account=writer)
        == "too-many-items"
    )


def test_choosing_looking_and_confirming_on_the_page(
    writer: Account, items: list[Item], world: World
) -> None:
    client = signed_in(writer)
    url = reverse("item_bulk")
    assert opened_by(world, url) == {Role.ITEM_WRITER}
    assert client.get(url, {"words": "题问"}).context["count"] == 3
    assert client.get(url, {"words": "没有"}).context["count"] == 0
    assert client.get(url, {"low": "x"}).context["count"] == 0
    assert client.get(url, {"pick": ["A"], "kind": "difficulty"}).status_code == 422
    assert client.get(url, {"words": "题问", "kind": "apart"}).context["stamp"]

    page = client.get(url, {"pick": ["A", "B"], "kind": "trades", "trades": ["B"]})
    assert [prospect.item.name for prospect in page.context["doing"]] == ["A", "B"]
    assert "<ins>B</ins>" in page.content.decode()
    post = {"names": page.context["names"], "stamp": page.context["stamp"], "kind": "trades", "trades": ["B"]}
    assert signed_in(world[Role.ADMINISTRATOR]).post(url, post).status_code == 403
    assert Client().post(url, post).status_code == 302
    assert client.post(url, {**post, "kind": "nonsense"}).status_code == 422
    assert client.post(url, {**post, "stamp": ""}).status_code == 422
    assert not Item.objects.filter(trades="B").exists()
    assert client.post(url, post).status_code == 302
    assert list(Item.objects.filter(trades="B").values_list("name", flat=True)) == ["A", "B"]


def test_more_than_the_most_is_said_on_the_page(
    writer: Account, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhiheng.bank.together.queries.MOST", 2)
    page = signed_in(writer).get(reverse("item_bulk"), {"words": "题问", "kind": "submit"})
    assert page.status_code == 422
    assert "一次至多 2 道" in page.content.decode()
