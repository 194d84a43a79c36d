"""Finding questions: words in Chinese, every filter, the address that keeps them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.bank.core_items import short, single
from tests.bank.test_actions import BODY, approved
from tests.factories.world import World
from tests.people_of import second
from tests.rooms import opened_by, signed_in
from zhiheng.bank import usage
from zhiheng.bank.actions import load_shipped_bank, write_item
from zhiheng.bank.core.listing import columns_of, plain, words_of
from zhiheng.bank.lists.queries import found_by
from zhiheng.bank.models import Item
from zhiheng.people.models import Account, Role


@pytest.fixture
def writer(world: World) -> Account:
    return world[Role.ITEM_WRITER]


def names(account: Account, **filters: Any) -> list[str]:
    return [item.name for item in found_by(filters, account=account)]


def test_columns_hold_what_is_read_of_a_question() -> None:
    found = columns_of(single(trades=frozenset("BA"), law=("《广告法》 第九条",)))
    assert found == {
        "text": "t-s01 开播前应先核对哪一项? 库存数量 背景音乐 观众昵称 快递单号 先核对库存才不会超卖。 《广告法》第九条",
        "codes": " skill:4.1.1 ",
        "trades": "AB",
        "difficulty": Decimal("0.700"),
        "media": "",
        "language": "zh",
    }
    assert "先核对库存,再试播。 核对库存 试播" in columns_of(short())["text"]


@given(st.text("直播 带货Ab１，"), st.text("直播 带货Ab１，"))
def test_a_word_is_found_whatever_its_width_case_and_gaps(before: str, after: str) -> None:
    assert words_of("ＡＢc 直播") == ("abc", "直播")
    assert plain("Ｑ直 播") in plain(f"{before}q直　播{after}")


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("库存数量", 2),
        ("超卖", 2),
        ("库存 试问", 1),
        ("库存 没有", 0),
        ("Ｗ5-liv", 2),
        ("100%", 0),
        ("_", 0),
        ("《广告法》", 1),
        ("", 2),
    ],
)
def test_words_are_looked_for_everywhere(writer: Account, words: str, count: int) -> None:
    write_item(by=writer, body=BODY)
    write_item(by=writer, body={**BODY, "stem": "试问开播前核对什么？", "law": ["《广告法》第九条"]})
    assert len(names(writer, words=words)) == count


def test_every_filter(writer: Account) -> None:
    other = second(Role.ITEM_WRITER)
    write_item(by=writer, body={**BODY, "id": "ONE", "trades": ["B"], "difficulty": "0.40"})
    approved(writer, other, id="TWO", stem="第二题问什么？", codes=["skill:4.1.2"])

    for filters, expected in (
        ({}, ["ONE", "TWO"]),
        ({"code": "skill:4.1.1"}, ["ONE"]),
        ({"code": "skill:4.1"}, []),
        ({"trade": "A"}, ["TWO"]),
        ({"trade": "B"}, ["ONE", "TWO"]),
        ({"low": Decimal("0.5")}, ["TWO"]),
        ({"high": Decimal("0.4")}, ["ONE"]),
        ({"writer": str(writer.id)}, ["ONE", "TWO"]),
        ({"writer": "shipped"}, []),
        ({"status": "approved"}, ["TWO"]),
        ({"desk": "drafts"}, ["ONE"]),
        ({"desk": "review"}, []),
        ({"standard": BODY["standard"], "level": "5", "area": "livestream"}, ["ONE", "TWO"]),
        ({"standard": "digital-hr"}, []),
    ):
        assert names(writer, **filters) == expected, filters
    assert names(other, desk="drafts") == []


def test_used_and_never_used(writer: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    write_item(by=writer, body={**BODY, "id": "ONE"})
    write_item(by=writer, body={**BODY, "id": "TWO", "stem": "第二题问什么？"})
    known = {"ONE": usage.Usage(drafts=1, sealed=2, sittings=1, seen=30, last=date(2026, 11, 28))}
    monkeypatch.setattr(usage, "_sources", [lambda _names: known])

    assert names(writer, used="yes") == ["ONE"]
    assert names(writer, used="no") == ["TWO"]
    page = signed_in(writer).get(reverse("items"))
    assert [row["usage"].papers for row in page.context["rows"]] == [3, 0]


def test_the_address_keeps_the_filters_over_pages(writer: Account) -> None:
    for number in range(31):
        write_item(by=writer, body={**BODY, "stem": f"第 {number} 题问什么？"})
    page = signed_in(writer).get(reverse("items"), {"words": "问什么", "trade": "A"})

    assert len(page.context["rows"]) == 30
    assert page.context["kept"] == [("words", "问什么"), ("trade", "A")]
    assert "?words=%E9%97%AE%E4%BB%80%E4%B9%88&amp;trade=A&amp;page=2" in page.content.decode()


def test_a_condition_that_cannot_be_read_finds_nothing_and_says_so(writer: Account) -> None:
    write_item(by=writer, body=BODY)
    client: Client = signed_in(writer)
    page = client.get(reverse("items"), {"low": "hard"})

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["low"]
    assert page.context["rows"] == []


@pytest.mark.django_db
def test_the_shipped_bank_is_described_too() -> None:
    load_shipped_bank(by="test")
    assert not Item.objects.filter(text="").exists()
    assert not Item.objects.filter(difficulty=None).exists()
    assert Item.objects.filter(text__contains=plain("直播")).count() > 100


def test_the_writing_checks_look_at_what_was_found(writer: Account, world: World) -> None:
    write_item(by=writer, body={**BODY, "id": "ONE", "law": ["《合同法》第十条"]})
    write_item(by=writer, body={**BODY, "id": "TWO", "stem": "第二题问什么？"})
    client = signed_in(writer)
    url = reverse("writing_checks")
    assert opened_by(world, url) == {Role.ITEM_WRITER}

    page = client.get(url)
    assert (page.context["found"].looked, [row.name for row in page.context["rows"]]) == (2, ["ONE"])
    assert "《民法典》合同编" in page.content.decode()
    assert client.get(url, {"words": "第二题"}).context["found"].looked == 1
    assert client.get(url, {"low": "x"}).status_code == 302
    for name in ("item", "edit_item"):
        assert "已于 2021年1月1日 废止" in client.get(reverse(name, args=["ONE"])).content.decode()
