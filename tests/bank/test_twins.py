"""Questions that look alike, and the word of a person that they are two."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.bank.test_actions import BODY, refused_code
from tests.factories.world import World
from tests.rooms import opened_by, signed_in
from zhiheng.bank.actions import retire_item, write_item
from zhiheng.bank.models import Item, KeptApart
from zhiheng.bank.twins.actions import keep_apart
from zhiheng.bank.twins.queries import pairs_in_bank, side_by_side
from zhiheng.people.models import Account, Role
from zhiheng.plumbing.models import AuditLine

ALIKE = {**BODY, "stem": "开播之前最先核对哪一项内容？"}


@pytest.fixture
def writer(world: World) -> Account:
    return world[Role.ITEM_WRITER]


@pytest.fixture
def two(writer: Account) -> tuple[Item, Item]:
    write_item(
        by=writer,
        body={
            **BODY, "id": "X", "stem": "退货期限从哪天算起？",
            "options": {"A": "签收次日", "B": "下单当天", "C": "发货当天", "D": "付款次日"},
        },
    )  # fmt: skip
    first = write_item(by=writer, body={**BODY, "id": "B"}).item
    return write_item(by=writer, body={**ALIKE, "id": "A"}).item, first


def test_a_pair_stands_side_by_side_until_somebody_says_it_is_two(
    writer: Account, two: tuple[Item, Item]
) -> None:
    (pair,) = pairs_in_bank()
    assert (pair.first, pair.second) == ("A", "B")
    (row,) = side_by_side([pair])
    assert [run.text for run in row.stem.before if run.own] == ["最"] or row.stem.changed
    assert not row.options.changed

    keep_apart(by=writer, first=two[1], second=two[0])
    keep_apart(by=writer, first=two[0], second=two[1])
    assert pairs_in_bank() == []
    assert KeptApart.objects.count() == AuditLine.objects.filter(act="items-kept-apart").count() == 1


def test_a_reworded_question_is_asked_about_again(writer: Account, two: tuple[Item, Item]) -> None:
    keep_apart(by=writer, first=two[0], second=two[1])
    write_item(by=writer, body={**ALIKE, "stem": "开播之前最应核对哪一项内容？"}, item=two[0])
    assert len(pairs_in_bank()) == 1


def test_retired_questions_are_not_compared(writer: Account, two: tuple[Item, Item]) -> None:
    retire_item(by=writer, item=two[0])
    assert pairs_in_bank() == []
    assert pairs_in_bank(threshold=Decimal("0.10")) == []
    assert refused_code(keep_apart, by=writer, first=two[0], second=two[1]) == "pair-unknown"
    assert refused_code(keep_apart, by=writer, first=two[1], second=two[1]) == "pair-unknown"


def test_the_page(writer: Account, two: tuple[Item, Item], world: World) -> None:
    client = signed_in(writer)
    url = reverse("twins")
    assert opened_by(world, url) == {Role.ITEM_WRITER}
    assert "1 对题看上去相似" in client.get(url).content.decode()
    assert client.get(url, {"threshold": "0.90"}).context["total"] == 0
    assert client.get(url, {"threshold": "nonsense"}).context["total"] == 1

    judge = reverse("keep_both", args=["A", "B"])
    assert signed_in(world[Role.ADMINISTRATOR]).post(judge).status_code == 403
    assert Client().post(judge).status_code == 302
    assert client.get(judge).status_code == 405
    assert client.post(reverse("keep_both", args=["A", "NOBODY"])).status_code == 404
    assert not KeptApart.objects.exists()
    assert client.post(judge).status_code == 302
    assert "没有相似的题" in client.get(url).content.decode()


@pytest.mark.parametrize("count", [2, 4])
def test_the_page_takes_the_same_few_queries(
    writer: Account, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        write_item(by=writer, body={**BODY, "stem": f"开播之前应先核对哪一项内容？第{number}"})
    with django_assert_num_queries(4):
        assert len(side_by_side(pairs_in_bank())) == count * (count - 1) // 2
