"""Keys, blind double marking, arbitration."""

from decimal import Decimal as Dec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.errors import Refused
from zhiheng.marking.core.keys import mark_by_key
from zhiheng.marking.core.written import Pending, Policy, Settled, check_points, decide_marker, settle

POLICY = Policy(blind=2, tolerance=Dec(2), third="arbiter_decides")
NEARER = Policy(blind=2, tolerance=Dec(2), third="mean_with_nearer")


@pytest.mark.parametrize(
    ("chosen", "key", "multiple", "marks", "reason"),
    [
        ("A", "A", "all_or_nothing", "1", "答案正确"),
        ("B", "A", "all_or_nothing", "0", "答案错误"),
        ("", "A", "all_or_nothing", "0", "未作答"),
        ("AC", "CA", "all_or_nothing", "1", "答案正确"),
        ("A", "AC", "all_or_nothing", "0", "少选"),
        ("ABC", "AC", "all_or_nothing", "0", "答案错误"),
        ("A", "AC", "partial", "0.5", "答对 1 项，共 2 项，无错选"),
        ("AB", "AC", "partial", "0", "答案错误"),
    ],
)
def test_marks_by_key(chosen: str, key: str, multiple: str, marks: str, reason: str) -> None:
    seen = mark_by_key(chosen, key, possible=Dec(1), multiple=multiple)  # type: ignore[arg-type]

    assert (seen.marks, seen.reason) == (Dec(marks), reason)


@given(st.sets(st.sampled_from("ABCDE")), st.sets(st.sampled_from("ABCDE"), min_size=1))
def test_partial_marks_lie_between_nothing_and_everything(chosen: set[str], key: set[str]) -> None:
    strict = mark_by_key(chosen, key, possible=Dec(2), multiple="all_or_nothing")
    partial = mark_by_key(chosen, key, possible=Dec(2), multiple="partial")

    assert Dec(0) <= strict.marks <= partial.marks <= Dec(2)
    assert (strict.marks == Dec(2)) == (chosen == key)


@pytest.mark.parametrize(
    ("marks", "policy", "expected"),
    [
        ([], POLICY, Pending(round=1, why="等待第一、二位阅卷员")),
        ([Dec(6)], POLICY, Pending(round=2, why="等待第一、二位阅卷员")),
        ([None, Dec(6)], POLICY, Pending(round=1, why="等待第一、二位阅卷员")),
        ([Dec(6), Dec(8)], POLICY, Settled(marks=Dec(7), reckoning="6、8，相差 2 ≤ 2，取平均 7")),
        ([Dec(6), Dec("8.5")], POLICY, Pending(round=3, why="6、8.5，相差 2.5 > 2，等待仲裁")),
        (
            [Dec(6), Dec("8.5"), Dec(8)],
            POLICY,
            Settled(marks=Dec(8), reckoning="6、8.5，相差 2.5 > 2，仲裁 8"),
        ),
        (
            [Dec(6), Dec("8.5"), Dec(8)],
            NEARER,
            Settled(marks=Dec("8.25"), reckoning="6、8.5，相差 2.5 > 2，仲裁 8 与较近的 8.5 平均 8.25"),
        ),
    ],
)
def test_a_written_answer_is_settled(marks: list[Dec | None], policy: Policy, expected: object) -> None:
    assert settle(marks, policy, possible=Dec(10)) == expected


def test_the_tolerance_scales_with_the_maximum() -> None:
    assert isinstance(settle([Dec(3), Dec(5)], POLICY, possible=Dec(5)), Pending)
    assert isinstance(settle([Dec(3), Dec(4)], POLICY, possible=Dec(5)), Settled)


def test_points_are_read_as_half_marks() -> None:
    assert check_points(["1.5", "0"], [Dec(2), Dec(3)]) == (Dec("1.5"), Dec(0))


@pytest.mark.parametrize(
    ("given_points", "code"),
    [
        (["1"], "points-count"),
        (["x", "0"], "points-value"),
        (["2.5", "0"], "points-value"),
        (["-1", "0"], "points-value"),
        (["0.3", "0"], "points-value"),
        (["NaN", "0"], "points-value"),
    ],
)
def test_bad_points_are_refused(given_points: list[str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_points(given_points, [Dec(2), Dec(3)])

    assert refused.value.code == code


def test_a_marker_never_meets_an_answer_twice_nor_an_own_student() -> None:
    assert decide_marker("a", before=["b"], taught=False).granted
    assert [reason.code for reason in decide_marker("a", before=["a"], taught=True).unmet] == [
        "marked-before",
        "own-student",
    ]
