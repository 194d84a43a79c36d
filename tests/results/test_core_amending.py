"""What differs between a released result and the marks of now, and who may put it right."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.results.core.amending import (
    Case,
    Difference,
    consequences,
    decide_agreement,
    decide_proposal,
    differences,
)


def line(key: str, marks: str | None) -> dict[str, str | None]:
    return {"key": key, "name": key.upper(), "marks": marks}


def test_only_what_is_worth_something_else_differs() -> None:
    before = [line("theory", "59.50"), line("skill", None), line("review", "70")]
    after = [line("theory", "59.5"), line("skill", "61"), line("review", None)]

    assert differences(before, after) == (
        Difference(key="skill", name="SKILL", before=None, after=Decimal(61)),
        Difference(key="review", name="REVIEW", before=Decimal(70), after=None),
    )
    assert differences([], [line("theory", None)]) == (
        Difference(key="theory", name="THEORY", before=None, after=None),
    )


MARKS = st.none() | st.decimals(min_value=0, max_value=100, places=2)


@given(st.lists(st.tuples(MARKS, MARKS), max_size=4))
def test_differences_lead_from_the_one_to_the_other(
    pairs: list[tuple[Decimal | None, Decimal | None]],
) -> None:
    def lines(marks: list[Decimal | None]) -> list[dict[str, str | None]]:
        return [line(f"c{place}", None if one is None else str(one)) for place, one in enumerate(marks)]

    before = dict(enumerate(pair[0] for pair in pairs))
    moved = differences(lines([pair[0] for pair in pairs]), lines([pair[1] for pair in pairs]))
    for one in moved:
        assert before[int(one.key[1:])] == one.before
        before[int(one.key[1:])] = one.after

    assert list(before.values()) == [pair[1] for pair in pairs]


def codes(case: Case) -> list[str]:
    return [reason.code for reason in decide_proposal(case).unmet]


def test_a_proposal_needs_a_release_settled_marks_and_a_difference() -> None:
    assert codes(Case(name="甲", released=True)) == []
    assert codes(Case(name="甲", released=False)) == ["amendment-unreleased"]
    assert codes(Case(name="甲", released=True, waiting=True)) == ["amendment-waiting"]
    assert codes(Case(name="甲", released=True, changed=False)) == ["amendment-same"]
    assert codes(Case(name="甲", released=True, missing=("机考阅卷未完成",), changed=False)) == [
        "amendment-unsettled"
    ]
    assert codes(Case(name="甲", released=True, undecided=("迟到的作答没有决定",))) == ["amendment-undecided"]
    (reason,) = decide_proposal(Case(name="甲", released=True, missing=("机考阅卷未完成",))).unmet
    assert reason.text == "甲的分数还没有结出：机考阅卷未完成"


def test_a_second_officer_agrees_to_what_still_stands() -> None:
    assert decide_agreement(own=False, same=True).granted
    assert [reason.code for reason in decide_agreement(own=True, same=False).unmet] == [
        "same-officer",
        "amendment-stale",
    ]


@pytest.mark.parametrize(
    ("before", "after", "makeup", "count", "word"),
    [
        ("failed", "failed", True, 1, "结论不变"),
        ("failed", "passed", False, 1, "颁发证书"),
        ("absent", "passed", True, 2, "补考费由报名机构申请退回"),
        ("passed", "failed", False, 2, "证书随即暂停"),
        ("absent", "failed", False, 1, "仍可以报名补考"),
    ],
)
def test_what_follows_is_said(before: str, after: str, makeup: bool, count: int, word: str) -> None:
    told = consequences(before=before, after=after, makeup=makeup)
    assert (len(told), word in "".join(told)) == (count, True)
