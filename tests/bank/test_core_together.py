"""What one change makes of a question."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.bank.core_items import single
from zhiheng.bank.core.together import Change, changed, same_wording

NAMES = ["T-S01", "U", "V"]
ITEM = single(enemies=("W", "V"), trades=frozenset("A"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change(kind="trades", trades=frozenset("BC")), replace(ITEM, trades=frozenset("BC"))),
        (Change(kind="difficulty", difficulty=Decimal("0.5")), replace(ITEM, difficulty=Decimal("0.5"))),
        (Change(kind="apart"), replace(ITEM, enemies=("W", "V", "U"))),
        (Change(kind="reconcile"), replace(ITEM, enemies=("W",))),
        (Change(kind="retire"), ITEM),
    ],
)
def test_each_change(change: Change, expected: object) -> None:
    found = changed(ITEM, change, names=NAMES)
    assert found == expected
    assert same_wording(ITEM, found)


def test_a_changed_word_is_read_again() -> None:
    assert not same_wording(ITEM, replace(ITEM, stem="别的题干"))
    assert not same_wording(ITEM, replace(ITEM, key=("B",)))
