"""Questions for the tests of the bank's core, right in every respect until a test changes one thing."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from zhiheng.bank.core.terms import CompetencyCode, Item, Option, Point

STANDARD = "4-01-02-07-2021"


def code(label: str, level: str = "5") -> CompetencyCode:
    return CompetencyCode.parse(label, standard=STANDARD, level=level)


def options(*texts: str) -> tuple[Option, ...]:
    return tuple(Option(letter=letter, text=text) for letter, text in zip("ABCDEFGH", texts, strict=False))


def single(**changes: Any) -> Item:
    item = Item(
        id="T-S01",
        standard=STANDARD,
        level="5",
        area="livestream",
        pool="live",
        type="single",
        codes=(code("skill:4.1.1"),),
        difficulty=Decimal("0.70"),
        stem="开播前应先核对哪一项？",
        options=options("库存数量", "背景音乐", "观众昵称", "快递单号"),
        key=("A",),
        explanation="先核对库存才不会超卖。",
    )
    return replace(item, **changes)


def multiple(**changes: Any) -> Item:
    return single(**{"id": "T-M01", "type": "multiple", "key": ("A", "C"), **changes})


def short(**changes: Any) -> Item:
    plain: dict[str, Any] = {
        "id": "T-W01",
        "type": "short",
        "options": (),
        "key": (),
        "answer": "先核对库存，再试播。",
        "points": (Point(text="核对库存", marks=Decimal(6)), Point(text="试播", marks=Decimal(4))),
    }
    return single(**{**plain, **changes})
