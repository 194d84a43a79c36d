"""One change to many questions, each judged by itself."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from zhiheng.bank.core.differing import compare_items
from zhiheng.bank.core.terms import Item

Kind = Literal["trades", "difficulty", "apart", "reconcile", "submit", "approve", "retire"]
KIND_NAMES: dict[Kind, str] = {
    "trades": "改适用工种",
    "difficulty": "改难度",
    "apart": "设为两两不能同卷",
    "reconcile": "解除彼此之间的不能同卷",
    "submit": "送审",
    "approve": "通过（题面没有改动的）",
    "retire": "停用",
}
CONTENT: frozenset[Kind] = frozenset({"trades", "difficulty", "apart", "reconcile"})
# What may change without anybody reading the question again.
AROUND = frozenset({"考点代码", "难度", "适用工种", "互斥题号"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """kind and what goes with it: trades of "trades" (empty = all), difficulty of "difficulty"."""

    kind: Kind
    trades: frozenset[str] = frozenset()
    difficulty: Decimal = Decimal(0)


def changed(item: Item, change: Change, *, names: Collection[str]) -> Item:
    """The question after the change; the same where it changes nothing. names: all those chosen with it."""
    others = set(names) - {item.id}
    if change.kind == "trades":
        return replace(item, trades=change.trades)
    if change.kind == "difficulty":
        return replace(item, difficulty=change.difficulty)
    if change.kind == "apart":
        return replace(item, enemies=tuple(dict.fromkeys((*item.enemies, *sorted(others)))))
    if change.kind == "reconcile":
        return replace(item, enemies=tuple(name for name in item.enemies if name not in others))
    return item


def same_wording(before: Item, after: Item) -> bool:
    """Whether a candidate and a marker would read the same."""
    return {line.label for line in compare_items(before, after) if line.changed} <= AROUND
