"""Pass or fail by the pinned rules."""

from datetime import date, timedelta
from decimal import Decimal as Dec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.results.core.histogram import draw
from zhiheng.results.core.passing import ComponentMark, decide_pass
from zhiheng.results.core.settling import Kept, Sat, Settlement, kept_until, settle, still_kept


def component(key: str, marks: str | None) -> ComponentMark:
    return ComponentMark(
        key=key, name=key, marks=None if marks is None else Dec(marks), pass_marks=Dec(60), rule="1.9.2"
    )


@pytest.mark.parametrize(
    ("marks", "outcome"),
    [
        (["60"], "passed"),
        (["59.5"], "failed"),
        (["59.99"], "failed"),
        ([None], "absent"),
        (["60", "60", "60"], "passed"),
        (["100", "59", "100"], "failed"),
        (["80", None], "failed"),
        ([None, None], "absent"),
    ],
)
def test_every_component_must_reach_sixty(marks: list[str | None], outcome: str) -> None:
    standing = decide_pass([component(str(place), mark) for place, mark in enumerate(marks)], makeup="可补考")

    assert standing.outcome == outcome
    assert standing.decision.granted == (outcome == "passed")


def test_the_reckoning_is_told_line_by_line() -> None:
    standing = decide_pass(
        [component("理论", "72.50"), component("技能", "58.00"), component("评审", None)], makeup="可补考"
    )

    assert [(line["text"], line["met"], line["remedy"]) for line in standing.reckoning] == [
        ("理论 72.5 ≥ 60", True, ""),
        ("技能 58 < 60", False, "可补考"),
        ("评审 缺考", False, "可补考"),
    ]


@pytest.mark.parametrize(
    ("component", "sat", "marks", "missing"),
    [
        ("theory", Sat(present=False, collected=True, theory=Dec(0)), None, ""),
        ("theory", Sat(collected=True, gathered=True, theory=Dec(61)), Dec(61), ""),
        ("theory", Sat(collected=True, gathered=True), None, "理论阅卷未完成"),
        ("theory", Sat(gathered=True), None, ""),
        ("theory", Sat(present=True), None, "理论答卷尚未收取"),
        ("skill", Sat(present=False, on_panel=True, skill=Dec(70)), Dec(70), ""),
        ("skill", Sat(on_panel=True, panel_absent=True), None, ""),
        ("skill", Sat(present=False), None, ""),
        ("skill", Sat(present=False, on_panel=True), None, "理论未经考评组长签字确认"),
        ("skill", Sat(present=True), None, "理论未编入考评组"),
        ("review", Sat(present=False), None, ""),
        ("review", Sat(present=True), None, "理论没有成绩"),
    ],
)
def test_a_mark_an_absence_or_nothing_yet(component: str, sat: Sat, marks: Dec | None, missing: str) -> None:
    assert settle(component, "理论", sat) == Settlement(marks=marks, missing=missing)


@pytest.mark.parametrize(
    ("day", "months", "until"),
    [
        (date(2026, 11, 28), 12, date(2027, 11, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2026, 12, 31), 24, date(2028, 12, 31)),
    ],
)
def test_a_passed_component_is_kept_to_the_day(day: date, months: int, until: date) -> None:
    kept = Kept(marks=Dec(70), sat_on=day)

    assert kept_until(day, months) == until
    assert still_kept(kept, months=months, day=until)
    assert not still_kept(kept, months=months, day=until + timedelta(days=1))
    assert not still_kept(None, months=months, day=day)


def test_marks_fall_into_ten_bars_with_the_cut_between_two() -> None:
    chart = draw(
        "机考",
        [Dec("59.9"), Dec(60), Dec(100), Dec(99), None, Dec(0)],
        pass_marks=Dec(60),
        max_marks=Dec(100),
    )

    assert [bar.count for bar in chart.bars] == [1, 0, 0, 0, 0, 1, 1, 0, 0, 2]
    assert [bar.label for bar in chart.bars if bar.passed] == ["60", "70", "80", "90"]
    assert (chart.total, chart.passed, chart.absent, chart.cut) == (5, 3, 1, 264)
    assert (chart.bars[9].height, chart.bars[9].y, chart.bars[9].above) == (90, 18, 14)
    assert chart.bars[5].x < chart.cut <= chart.bars[6].x
    assert chart.bars[0].middle == 22


@given(st.lists(st.one_of(st.none(), st.decimals(0, 100, places=2)), max_size=50))
def test_every_mark_is_drawn_once(marks: list[Dec | None]) -> None:
    chart = draw("机考", marks, pass_marks=Dec(60), max_marks=Dec(100))

    assert sum(bar.count for bar in chart.bars) + chart.absent == len(marks)
    assert chart.passed == sum(mark is not None and mark >= 60 for mark in marks)
    assert all(0 <= bar.height <= 90 for bar in chart.bars)


def test_what_is_missing_nothing_is_settled() -> None:
    assert Settlement().settled
    assert not Settlement(missing="理论阅卷未完成").settled
