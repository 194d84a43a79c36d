"""Differences between groups: tables worked by hand, and the likelihood by another way up the hill."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from tests.psychometrics.tables import matrix
from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.dif import logistic
from zhiheng.psychometrics.core.dif.groups import Compared, compare
from zhiheng.psychometrics.core.dif.logistic import log_likelihood, logistic_differences
from zhiheng.psychometrics.core.dif.mantel import mantel_differences
from zhiheng.psychometrics.core.responses import Reals

NAN = float("nan")


def compared(rows: list[list[float]], focal: list[bool], *, maximum: float = 1.0) -> Compared:
    return Compared(responses=matrix(rows, maximum=maximum), focal=np.array(focal))


def times(pattern: list[float], count: int) -> list[list[float]]:
    return [pattern] * count


# One total, 1 of 2: of 60 in the reference 40 have the first item, of 40 in the focal group 10; the second is its opposite.
ONE_TOTAL = compared(
    [*times([1, 0], 40), *times([0, 1], 20), *times([1, 0], 10), *times([0, 1], 30)],
    [False] * 60 + [True] * 40,
)


def test_one_total_is_a_fourfold_table() -> None:
    """Odds 40 x 30 / (20 x 10) = 6; error by 1/40 + 1/20 + 1/10 + 1/30; 10 right where 20 were expected, variance 50 50 60 40 / (100^2 99)."""
    first, second = mantel_differences(ONE_TOTAL, purify=False)
    assert first.delta == pytest.approx(-2.35 * math.log(6))
    assert first.error == pytest.approx(2.35 * math.sqrt(1 / 40 + 1 / 20 + 1 / 10 + 1 / 30))
    variance = 50 * 50 * 60 * 40 / (100**2 * 99)
    assert first.chi_square == pytest.approx(9.5**2 / variance)
    assert first.chance == pytest.approx(math.erfc(math.sqrt(9.5**2 / variance / 2)))
    assert first.smd == pytest.approx(10 / 40 - 40 / 60)
    assert (first.size, second.size) == ("C", "C")
    assert (second.delta, second.smd) == (
        pytest.approx(-(first.delta or 0)),
        pytest.approx(-(first.smd or 0)),
    )


def test_points_leave_the_scale_alone() -> None:
    heavy = compared((5 * ONE_TOTAL.responses.scores).tolist(), ONE_TOTAL.focal.tolist(), maximum=5)
    plain, weighty = mantel_differences(ONE_TOTAL)[0], mantel_differences(heavy)[0]
    assert (weighty.delta, weighty.error, weighty.chi_square) == (
        pytest.approx(plain.delta), pytest.approx(plain.error), pytest.approx(plain.chi_square),
    )  # fmt: skip
    assert weighty.smd == pytest.approx(5 * (plain.smd or 0))


def test_several_scores_by_hand() -> None:
    """Totals are all 3: focal points 0 0 1 1 2, reference 2 2 3 3 1; mean 1.5 of ten, focal five points where 7.5 were expected."""
    first = [0, 0, 1, 1, 2, 2, 2, 3, 3, 1]
    given_groups = compared([[x, 3 - x] for x in first], [True] * 5 + [False] * 5, maximum=3)
    line = mantel_differences(given_groups, purify=False)[0]
    assert (line.delta, line.error) == (None, None)
    variance = 5 * 5 * np.var(first) / 9
    assert line.chi_square == pytest.approx((4 - 7.5) ** 2 / variance)
    assert line.smd == pytest.approx(0.8 - 2.2)
    assert line.size == "C"


def test_sizes() -> None:
    """Of 1,000 each at one total: half right in the reference; 480, 400, 370 and 300 in the focal group."""
    sizes = []
    for right in (480, 400, 370, 300):
        rows = [*times([1, 0], 500), *times([0, 1], 500), *times([1, 0], right), *times([0, 1], 1000 - right)]
        line = mantel_differences(compared(rows, [False] * 1000 + [True] * 1000), purify=False)[0]
        sizes.append((line.size, round(line.delta or 0, 2)))
    assert sizes == [("A", -0.19), ("A", -0.95), ("B", -1.25), ("C", -1.99)]
    # A hundred and fifty each, odds of 1 and 1/2: 1.63, but with an error of .56 it is not surely above 1.
    rows = [*times([1, 0], 75), *times([0, 1], 75), *times([1, 0], 50), *times([0, 1], 100)]
    line = mantel_differences(compared(rows, [False] * 150 + [True] * 150), purify=False)[0]
    assert (line.size, round(line.delta or 0, 2), round(line.error or 0, 2)) == ("B", -1.63, 0.56)
    # The same for points, in units of the spread: .02, .2 and .4 of a point where the spread is near .5.
    sizes_of_points = []
    for right in (490, 400, 300):
        rows = [*times([1, 1], 500), *times([0, 2], 500), *times([1, 1], right), *times([0, 2], 1000 - right)]
        rows += [[2, 0], [2, 0]]
        groups = [False] * 1000 + [True] * 1000 + [False, True]
        sizes_of_points.append(mantel_differences(compared(rows, groups, maximum=2), purify=False)[0].size)
    assert sizes_of_points == ["A", "B", "C"]


def test_nobody_to_compare() -> None:
    """Each group alone at its total, and an item all have right."""
    apart = mantel_differences(compared([[1, 1], [1, 1], [1, 0], [1, 0]], [False, False, True, True]))
    assert [(line.delta, line.smd, line.size) for line in apart] == [(None, None, None)] * 2


def test_one_group_always_right() -> None:
    """The odds are infinite: the difference is there, its size on the scale is not."""
    rows = [*times([1, 0], 30), *times([0, 1], 10), *times([1, 0], 30)]
    line = mantel_differences(compared(rows, [False] * 40 + [True] * 30), purify=False)[0]
    assert (line.delta, line.error, line.size) == (None, None, None)
    assert line.smd == pytest.approx(0.25)


def simulated(seed: int, shifts: dict[int, float], tilts: dict[int, float] | None = None) -> Compared:
    rng = np.random.default_rng(seed)
    focal = np.repeat([False, True], 600)
    ability = rng.normal(size=(1200, 1)) - 0.3 * focal[:, None]
    shift, tilt = np.zeros((1200, 12)), np.ones((1200, 12))
    for item, by in shifts.items():
        shift[focal, item] = by
    for item, by in (tilts or {}).items():
        tilt[focal, item] = by
    right = rng.random((1200, 12)) < 1 / (1 + np.exp(-tilt * (ability - np.linspace(-1.2, 1.2, 12) - shift)))
    return Compared(responses=matrix(right.astype(float)), focal=focal)


def test_the_items_made_harder_are_found_and_no_longer_blur_the_others() -> None:
    given_groups = simulated(11, {0: 1.6, 1: 1.6, 2: 1.6, 3: 1.6})
    plain, pure = mantel_differences(given_groups, purify=False), mantel_differences(given_groups)
    assert [line.size for line in pure[:4]] == ["C"] * 4
    assert [line.size for line in pure[4:]] == ["A"] * 8
    blur = [abs(sum(line.delta or 0 for line in lines[4:])) / 8 for lines in (plain, pure)]
    assert blur[1] < 0.5 * blur[0]
    # An item that no longer counts for others still counts for itself.
    scores = given_groups.responses.scores
    alone = Compared(responses=matrix(scores[:, [0, *range(4, 12)]]), focal=given_groups.focal)
    assert pure[0] == mantel_differences(alone, purify=False)[0]


def test_a_difference_that_turns_is_seen_by_regression() -> None:
    lines = logistic_differences(simulated(12, {}, {5: -0.25}))
    turned = lines[5]
    assert turned.crossing is not None
    assert turned.uniform is not None
    assert turned.both == pytest.approx(turned.crossing + turned.uniform)
    assert turned.crossing > 20 > turned.uniform
    assert turned.size == "B"
    assert [line.size for place, line in enumerate(lines) if place != 5] == ["A"] * 11


def test_a_large_difference_in_regression() -> None:
    assert logistic_differences(simulated(13, {4: 2.5}))[4].size == "C"


def test_regression_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several scores; one score; one total only; steps that do not settle."""
    several = compared([[0, 1], [1, 2], [2, 0], [1, 1]], [True, False, True, False], maximum=2)
    assert [line.both for line in logistic_differences(several)] == [None, None]
    assert logistic_differences(compared([[1, 0], [1, 1]], [True, False]))[0].both is None
    assert [line.both for line in logistic_differences(ONE_TOTAL)] == [None, None]
    monkeypatch.setattr(logistic, "_ROUNDS", 1)
    assert {line.both for line in logistic_differences(simulated(14, {}))} == {None}


def test_answers_that_the_total_foresees_owe_nothing_to_the_group() -> None:
    foreseen = compared([[0, 0], [0, 0], [1, 1], [1, 1]], [True, False, True, False])
    for line in logistic_differences(foreseen):
        assert (line.both, line.effect, line.size) == (
            pytest.approx(0, abs=1e-6),
            pytest.approx(0, abs=1e-6),
            "A",
        )


def test_the_likelihood_of_a_share() -> None:
    """With nothing but a constant: n (p log p + q log q)."""
    right = np.array([1.0] * 3 + [0.0] * 7)
    expected = 3 * math.log(0.3) + 7 * math.log(0.7)
    assert log_likelihood(np.ones((10, 1)), right) == pytest.approx(expected)


@settings(max_examples=25)
@given(
    answers=st.lists(st.tuples(st.integers(-3, 3), st.booleans(), st.booleans()), min_size=12, max_size=40)
)
def test_the_likelihood_is_the_top(answers: list[tuple[int, bool, bool]]) -> None:
    design = np.array([[1, x, g] for x, g, _ in answers], dtype=float)
    right = np.array([y for _, _, y in answers], dtype=float)
    found = log_likelihood(design, right)
    if found is None:
        return

    def below(weights: Reals) -> float:
        return float(np.logaddexp(0, design @ weights).sum() - right @ (design @ weights))

    assert -minimize(below, np.zeros(3), method="BFGS").fun == pytest.approx(found, abs=1e-4)


@pytest.mark.parametrize(
    ("groups", "focal", "least", "words"),
    [
        (("甲", "乙", "丙"), "甲", 1, "分组是 丙、乙、甲，目标组是“甲”"),
        (("甲", "甲", "乙"), "丁", 1, "目标组是“丁”"),
        (("甲", "甲", "乙"), "乙", 2, "“乙”组只有 1 人"),
        (("甲", "甲", "乙"), "乙", 1, "考生 1 的“q1”没有得分"),
    ],
)  # fmt: skip
def test_groups_that_cannot_be_compared(groups: tuple[str, ...], focal: str, least: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        compare(matrix([[1, 0], [1, NAN], [0, 1]]), groups, focal=focal, least=least)


def test_the_focal_group_is_marked() -> None:
    found = compare(matrix([[1, 0], [1, 1], [0, 1]]), ("甲", "乙", "甲"), focal="乙", least=1)
    assert found.focal.tolist() == [False, True, False]
    assert found.totals(np.array([False, True])).tolist() == [0, 1, 1]
