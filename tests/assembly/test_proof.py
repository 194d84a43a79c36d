"""The checker finds every way a paper can be wrong, and only those."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.assembly.banks import SMALL_KINDS, blueprint, items
from zhiheng.assembly.core.proof import deviation, prove, publishable
from zhiheng.assembly.core.terms import Form, PlacedItem, PoolItem
from zhiheng.foundation.errors import Refused

PLAN = blueprint({"ethics": 2, "livestream": 10}, SMALL_KINDS, trade="B")
POOL = [
    *items("ethics", "single", 4),
    *items("livestream", "single", 4),
    *items("livestream", "multiple", 6),
    *items("livestream", "short", 3),
    *items("video", "single", 1),
    *items("livestream", "single", 1, start=9, trades="A"),
]
BANK = {item.id: item for item in POOL}
MARKS = {"single": Decimal(1), "multiple": Decimal(2), "short": Decimal(4)}


def placed(*names: str) -> tuple[PlacedItem, ...]:
    return tuple(
        PlacedItem(id=name, area=BANK[name].area, type=BANK[name].type, marks=MARKS[BANK[name].type])
        for name in names
    )


RIGHT = placed(
    "ethics-single-000",
    "ethics-single-001",
    "livestream-single-002",
    "livestream-single-003",
    "livestream-multiple-000",
    "livestream-multiple-001",
    "livestream-short-000",
)


def swapped(old: str, new: PlacedItem) -> tuple[PlacedItem, ...]:
    return tuple(new if item.id == old else item for item in RIGHT)


def faults(*papers: tuple[PlacedItem, ...], bank: dict[str, PoolItem] = BANK) -> list[tuple[str, str, str]]:
    forms = [Form(id=f"P{number}", items=paper) for number, paper in enumerate(papers, 1)]
    lines = prove(
        forms,
        bank,
        PLAN,
        enemies=frozenset({frozenset({"livestream-multiple-000", "livestream-multiple-002"})}),
        forbidden=frozenset({"livestream-short-002"}),
    )
    return [(line.constraint, line.required, line.achieved) for line in lines if not line.ok]


def test_a_right_paper_has_no_fault_and_a_line_for_every_rule() -> None:
    assert faults(RIGHT) == []
    lines = prove([Form(id="P1", items=RIGHT)], BANK, PLAN)
    assert [(line.constraint, line.required, line.achieved) for line in lines] == [
        ("总分", "12", "12"),
        ("职业道德 分值", "2", "2"),
        ("直播营销 分值", "10", "10"),
        ("蓝图之外的范围", "0", "0"),
        ("单项选择题 题量", "4", "4"),
        ("单项选择题 每题分值", "1", "1"),
        ("多项选择题 题量", "2", "2"),
        ("多项选择题 每题分值", "2", "2"),
        ("简答题 题量", "1", "1"),
        ("简答题 每题分值", "4", "4"),
        ("题型", "单项选择题、多项选择题、简答题", "单项选择题、多项选择题、简答题"),
        ("题库之外的题", "0", "0"),
        ("范围或题型与题库不符的题", "0", "0"),
        ("卷内重复的题", "0", "0"),
        ("不适用于工种 B 的题", "0", "0"),
        ("单选答案为 A 的题", "0..2", "1"),
        ("单选答案为 B 的题", "0..2", "1"),
        ("单选答案为 C 的题", "0..2", "1"),
        ("单选答案为 D 的题", "0..2", "1"),
        ("互斥题同卷", "0", "0"),
        ("禁用题", "0", "0"),
        ("各卷之间重复的题", "0", "0"),
    ]
    assert {line.form for line in lines} == {"P1", ""}


def test_without_a_trade_there_is_no_line_about_trades() -> None:
    lines = prove([Form(id="P1", items=RIGHT)], BANK, replace(PLAN, trade=None))
    assert not [line for line in lines if "工种" in line.constraint]


@pytest.mark.parametrize(
    ("paper", "expected"),
    [
        (RIGHT[1:], ["总分", "职业道德 分值", "单项选择题 题量"]),
        (
            swapped("livestream-short-000", replace(RIGHT[-1], marks=Decimal(5))),
            ["总分", "直播营销 分值", "简答题 每题分值"],
        ),
        (swapped("livestream-single-003", *placed("video-single-000")), ["直播营销 分值", "蓝图之外的范围"]),
        (RIGHT[:-1], ["总分", "直播营销 分值", "简答题 题量", "题型"]),
        (swapped("livestream-single-003", replace(RIGHT[3], id="nowhere")), ["题库之外的题"]),
        (
            swapped("livestream-multiple-000", replace(RIGHT[5], id="livestream-short-001")),
            ["范围或题型与题库不符的题"],
        ),
        (swapped("livestream-single-003", RIGHT[2]), ["卷内重复的题"]),
        (swapped("livestream-single-002", *placed("livestream-single-009")), ["不适用于工种 B 的题"]),
        (swapped("livestream-multiple-001", *placed("livestream-multiple-002")), ["互斥题同卷"]),
        (swapped("livestream-short-000", *placed("livestream-short-002")), ["禁用题"]),
    ],
)
def test_each_fault_is_found(paper: tuple[PlacedItem, ...], expected: list[str]) -> None:
    assert [constraint for constraint, *_ in faults(paper)] == expected


def test_keys_outside_the_band_are_found() -> None:
    same = {name: replace(item, key=("E",)) if item.type == "single" else item for name, item in BANK.items()}
    assert faults(RIGHT, bank=same) == [("单选答案为 E 的题", "0..2", "4")]


def test_an_item_in_two_papers_is_found() -> None:
    other = (
        *placed("ethics-single-002", "ethics-single-003", "livestream-single-000", "livestream-single-001"),
        *placed("livestream-multiple-003", "livestream-multiple-004", "livestream-short-000"),
    )
    assert faults(RIGHT, other) == [("各卷之间重复的题", "0", "1")]


def test_papers_with_a_fault_may_not_be_used() -> None:
    lines = prove([Form(id="P1", items=RIGHT[1:])], BANK, PLAN)
    with pytest.raises(Refused, match="试卷 P1 总分：应为 12，实为 11"):
        publishable(lines).require()
    publishable(prove([Form(id="P1", items=RIGHT)], BANK, PLAN)).require()


def test_the_figures_of_papers_are_compared() -> None:
    harder = {
        name: replace(item, difficulty=Decimal("0.50")) if item.type == "short" else item
        for name, item in BANK.items()
    }
    other = (
        *placed("ethics-single-002", "ethics-single-003", "livestream-single-000", "livestream-single-001"),
        *placed("livestream-multiple-003", "livestream-multiple-004", "livestream-multiple-005"),
    )
    figures = deviation([Form(id="P1", items=RIGHT), Form(id="P2", items=other)], harder, PLAN)
    one, two = figures.forms
    assert (one.expected, two.expected, figures.expected_spread) == (
        Decimal("6.80"),
        Decimal("6.00"),
        Decimal("0.80"),
    )
    assert one.difficulty_by_type == {
        "single": Decimal("0.600"),
        "multiple": Decimal("0.600"),
        "short": Decimal("0.500"),
    }
    assert one.keys == {"A": 1, "B": 1, "C": 1, "D": 1}
    assert (one.codes_used, one.codes_available) == (4, 5)


def test_no_papers_have_no_spread() -> None:
    assert deviation([], BANK, PLAN).expected_spread == Decimal(0)
