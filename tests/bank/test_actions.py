"""Loading, writing, approving and retiring items."""

from typing import Any

import pytest

from tests.factories.world import World
from tests.people_of import second
from zhiheng.bank.actions import (
    approve_item,
    load_shipped_bank,
    retire_item,
    return_item,
    submit_item,
    write_item,
)
from zhiheng.bank.core.files import load_shipped
from zhiheng.bank.models import Item, ItemStatus, ItemVersion, Pool
from zhiheng.bank.queries import live_pool, newest_version, practice_items
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role
from zhiheng.plumbing.models import AuditLine

STANDARD = "4-01-02-07-2021"
BODY: dict[str, Any] = {
    "standard": STANDARD,
    "level": "5",
    "area": "livestream",
    "pool": "live",
    "type": "single",
    "codes": ["skill:4.1.1"],
    "difficulty": "0.70",
    "stem": "开播之前应先核对哪一项内容？",
    "options": {"A": "库存数量", "B": "背景音乐", "C": "观众昵称", "D": "快递单号"},
    "key": ["A"],
    "explanation": "先核对库存才不会超卖。",
}


def refused_code(call: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**words)  # type: ignore[operator]
    return refused.value.code


@pytest.fixture
def writer(world: World) -> Account:
    return world[Role.ITEM_WRITER]


@pytest.fixture
def other(world: World) -> Account:
    return second(Role.ITEM_WRITER)


def approved(writer: Account, other: Account, **changes: Any) -> Item:
    version = write_item(by=writer, body={**BODY, **changes})
    submit_item(by=writer, item=version.item)
    return approve_item(by=other, item=version.item)


@pytest.mark.django_db
def test_the_shipped_bank_is_loaded_once_and_in_few_queries(django_assert_max_num_queries: Any) -> None:
    shipped = load_shipped()
    with django_assert_max_num_queries(len(shipped) // 10):
        loaded = load_shipped_bank(by="test")

    assert loaded == len(shipped) == Item.objects.count() == ItemVersion.objects.count()
    assert load_shipped_bank(by="test") == 0
    assert AuditLine.objects.filter(act="shipped-bank-loaded").count() == 1
    assert {entry.item for entry in live_pool(STANDARD)} | {
        entry.item for entry in practice_items(STANDARD, "5")
    } == {
        item for item in shipped if item.standard == STANDARD and (item.pool == "live" or item.level == "5")
    }


@pytest.mark.django_db
def test_a_changed_shipped_text_becomes_a_new_version() -> None:
    load_shipped_bank(by="test")
    version = ItemVersion.objects.order_by("item__name")[0]
    ItemVersion.objects.filter(pk=version.pk).update(content_hash="0" * 64)

    assert load_shipped_bank(by="test") == 1
    assert newest_version(version.item).number == 2
    assert load_shipped_bank(by="test") == 0


def test_a_written_item_is_used_once_another_person_has_approved_it(writer: Account, other: Account) -> None:
    version = write_item(by=writer, body=BODY)

    assert version.item.name == "W5-LIV-0001"
    assert version.item.status == ItemStatus.DRAFT
    assert live_pool(STANDARD, "5") == []

    submit_item(by=writer, item=version.item)
    assert refused_code(approve_item, by=writer, item=version.item) == "own-item"
    approve_item(by=other, item=version.item)

    assert [entry.version for entry in live_pool(STANDARD, "5")] == [version.id]
    assert live_pool(STANDARD, "4") == []


def test_a_revised_item_keeps_its_approved_version_in_use_until_the_new_one_is_approved(
    writer: Account, other: Account
) -> None:
    item = approved(writer, other)
    first = newest_version(item)
    second_version = write_item(by=writer, body={**BODY, "stem": "开播之前最应先核对的是哪一项？"}, item=item)

    assert second_version.number == 2
    assert [entry.version for entry in live_pool(STANDARD, "5")] == [first.id]

    submit_item(by=writer, item=item)
    approve_item(by=other, item=item)

    assert [entry.version for entry in live_pool(STANDARD, "5")] == [second_version.id]
    assert ItemVersion.objects.get(pk=first.pk).body["stem"] == BODY["stem"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"codes": ["skill:99.9.9"]}, "code-unknown"),
        ({"codes": ["nonsense"]}, "code-form"),
        ({"codes": ["knowledge:7.1.1"]}, "code-area"),
        ({"key": ["E"]}, "key-letters"),
        ({"key": ["A", "B"]}, "key-count"),
        ({"stem": " "}, "stem-empty"),
        ({"difficulty": "1.5"}, "difficulty-range"),
        ({"difficulty": "hard"}, "bank-field"),
        ({"enemies": ["NOBODY"]}, "enemy-unknown"),
        ({"standard": "0-00"}, "standard-unknown"),
        ({"colour": "red"}, "bank-field"),
    ],
)
def test_an_unsound_item_is_refused_and_nothing_is_kept(
    writer: Account, changes: dict[str, Any], code: str
) -> None:
    assert refused_code(write_item, by=writer, body={**BODY, **changes}) == code
    assert not Item.objects.exists()
    assert not ItemVersion.objects.exists()


def test_one_question_never_stands_in_both_pools(writer: Account, other: Account) -> None:
    approved(writer, other)

    assert refused_code(write_item, by=writer, body={**BODY, "pool": "practice"}) == "pools-shared"
    assert not Item.objects.filter(pool=Pool.PRACTICE).exists()


def test_a_name_is_taken_only_once_and_an_unchanged_item_is_not_a_version(writer: Account) -> None:
    version = write_item(by=writer, body={**BODY, "id": "T-1"})

    assert (
        refused_code(write_item, by=writer, body={**BODY, "id": "T-1", "stem": "另一道题？"}) == "item-taken"
    )
    assert refused_code(write_item, by=writer, body=BODY, item=version.item) == "item-unchanged"
    assert (
        refused_code(
            write_item, by=writer, body={**BODY, "pool": "practice", "stem": "改题"}, item=version.item
        )
        == "item-moved"
    )
    assert ItemVersion.objects.count() == 1


def test_an_item_moves_only_along_its_states(writer: Account, other: Account) -> None:
    item = write_item(by=writer, body=BODY).item

    assert refused_code(approve_item, by=other, item=item) == "item-state"
    submit_item(by=writer, item=item)
    assert refused_code(submit_item, by=writer, item=item) == "item-state"
    assert refused_code(write_item, by=writer, body={**BODY, "stem": "改"}, item=item) == "item-closed"
    assert refused_code(return_item, by=other, item=item, reason=" ") == "reason-missing"
    return_item(by=other, item=item, reason="选项长短不一")
    assert refused_code(submit_item, by=writer, item=item) == "remarks-open"
    item.refresh_from_db()
    assert item.status == ItemStatus.DRAFT


def test_a_retired_item_is_no_longer_drawn(writer: Account, other: Account) -> None:
    item = approved(writer, other)
    retire_item(by=writer, item=item, reason="已过时")

    assert live_pool(STANDARD, "5") == []
    assert refused_code(retire_item, by=writer, item=item) == "item-state"
    assert refused_code(write_item, by=writer, body={**BODY, "stem": "改"}, item=item) == "item-closed"
