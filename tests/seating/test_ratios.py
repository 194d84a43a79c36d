from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.errors import Refused
from zhiheng.seating.core.ratios import (
    Staffing,
    check_examiners,
    check_invigilators,
    check_reviewers,
    least_examiners,
    least_invigilators,
    least_staff,
)
from zhiheng.standards.core.loader import load_rule_set

RATIOS = load_rule_set("nos-4-01-02-07-2021").ratios
CANDIDATES = st.integers(min_value=1, max_value=5000)


@pytest.mark.parametrize(
    ("candidates", "invigilators", "examiners"),
    [
        (1, 2, 3),
        (15, 2, 3),
        (16, 2, 5),
        (25, 2, 5),
        (26, 2, 7),
        (30, 2, 7),
        (31, 3, 7),
        (35, 3, 7),
        (36, 3, 9),
        (45, 3, 9),
        (46, 4, 11),
    ],
)
def test_least_staff(candidates: int, invigilators: int, examiners: int) -> None:
    wanted = Staffing(invigilators=invigilators, examiners=examiners, reviewers=3)
    assert least_staff(candidates, RATIOS) == wanted


@pytest.mark.parametrize("candidates", [0, -1])
def test_no_candidates_is_refused(candidates: int) -> None:
    with pytest.raises(Refused, match="不是正整数"):
        least_staff(candidates, RATIOS)


@pytest.mark.parametrize(("invigilators", "granted"), [(2, False), (3, True), (4, True)])
def test_a_room_of_31_needs_three(invigilators: int, granted: bool) -> None:
    assert check_invigilators(invigilators, candidates=31, ratios=RATIOS).granted is granted


def test_the_refusal_of_a_room_says_how_many_are_missing() -> None:
    (line,) = check_invigilators(1, candidates=46, ratios=RATIOS).unmet
    assert line.text == "考场 46 名考生，监考 1 名，至少 4 名"
    assert line.remedy == "请再安排 3 名监考人员，或减少本考场人数"


@pytest.mark.parametrize(
    ("panels", "candidates", "unmet"),
    [
        ((3,), 15, []),
        ((3,), 16, ["examiner-ratio"]),
        ((4,), 16, ["panel-size"]),
        ((3, 3), 30, []),
        ((3, 1), 20, ["panel-size"]),
        ((2,), 11, ["examiner-ratio", "panel-size"]),
        ((), 1, ["examiner-ratio"]),
    ],
)
def test_skill_panels(panels: tuple[int, ...], candidates: int, unmet: list[str]) -> None:
    decision = check_examiners(panels, candidates=candidates, ratios=RATIOS)
    assert [line.code for line in decision.unmet] == unmet
    assert decision.granted is (not unmet)


@pytest.mark.parametrize(("reviewers", "granted"), [(1, False), (2, False), (3, True), (4, False), (5, True)])
def test_review_panels_are_odd_and_three_or_more(reviewers: int, granted: bool) -> None:
    assert check_reviewers(reviewers, ratios=RATIOS).granted is granted


def test_an_even_panel_is_told_the_next_odd_number() -> None:
    (line,) = check_reviewers(4, ratios=RATIOS).unmet
    assert line.remedy == "请调整为 5 名"


@given(candidates=CANDIDATES)
def test_the_least_suffices_and_one_fewer_does_not(candidates: int) -> None:
    invigilators, examiners = least_invigilators(candidates, RATIOS), least_examiners(candidates, RATIOS)
    assert check_invigilators(invigilators, candidates=candidates, ratios=RATIOS).granted
    assert not check_invigilators(invigilators - 1, candidates=candidates, ratios=RATIOS).granted
    assert check_examiners((examiners,), candidates=candidates, ratios=RATIOS).granted
    assert not check_examiners((examiners - 2,), candidates=candidates, ratios=RATIOS).granted
    assert Fraction(examiners, candidates) >= Fraction(1, 5)
