"""Curves of the models, held against their formulas and against differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.psychometrics.core.irt.arrays import Reals
from zhiheng.psychometrics.core.irt.curves import (
    Kind,
    bends,
    expected_score,
    in_order,
    information,
    log_chances,
    pulls,
    scores_of,
    width,
)

ZERO = np.array([0.0])
STEP = 1e-5
slopes = st.floats(0.2, 3.0)
thetas = st.floats(-4.0, 4.0)


def columns(*values: float) -> list[Reals]:
    return [np.array([value]) for value in values]


def chances(kind: Kind, *values: float, theta: float) -> list[float]:
    return [float(np.exp(log[0])) for log in log_chances(kind, columns(*values), np.array([theta]))]


def test_two_scores() -> None:
    """2PL and a graded item of two scores are the same curve."""
    right = 1 / (1 + np.exp(-(1.5 * 0.4 - 0.2)))
    for kind in (Kind.STEPS, Kind.GRADED):
        assert chances(kind, 1.5, -0.2, theta=0.4) == pytest.approx([1 - right, right], abs=1e-15)


def test_partial_credit() -> None:
    """Weights exp(0), exp(aθ + d1), exp(2aθ + d2)."""
    weights = np.exp([0.0, 1.2 * 0.5 + 0.3, 2 * 1.2 * 0.5 - 0.4])
    assert chances(Kind.STEPS, 1.2, 0.3, -0.4, theta=0.5) == pytest.approx(list(weights / weights.sum()))


def test_graded() -> None:
    edges = 1 / (1 + np.exp(-(0.8 * -0.3 + np.array([1.0, -0.5]))))
    expected = [1 - edges[0], edges[0] - edges[1], edges[1]]
    assert chances(Kind.GRADED, 0.8, 1.0, -0.5, theta=-0.3) == pytest.approx(expected)


def test_guessing() -> None:
    right = 0.2 + 0.8 / (1 + np.exp(-(1.1 * 0.7 + 0.4)))
    logit = float(np.log(0.2 / 0.8))
    assert chances(Kind.GUESSING, 1.1, 0.4, logit, theta=0.7) == pytest.approx([1 - right, right])


def test_far_out_nothing_is_lost() -> None:
    """Differences of nearly equal chances keep their digits; σ(u) - σ(v) ≈ exp(-v) - exp(-u) far up."""
    middle = log_chances(Kind.GRADED, columns(1.0, 41.0, 40.0), ZERO)[1]
    assert float(middle[0]) == pytest.approx(float(np.log(np.exp(-40.0) - np.exp(-41.0))))
    wrong = log_chances(Kind.GUESSING, columns(1.0, 60.0, 0.0), ZERO)[0]
    assert float(wrong[0]) == pytest.approx(-60 - np.log(2))


def test_width() -> None:
    assert (width(Kind.STEPS, 2), width(Kind.GRADED, 5), width(Kind.GUESSING, 2)) == (2, 5, 3)


def test_graded_intercepts_must_fall() -> None:
    parameters = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, -1.0, 0.0]])
    assert in_order(Kind.GRADED, parameters).tolist() == [True, False, False]
    assert in_order(Kind.STEPS, parameters).tolist() == [True, True, True]


def test_information_of_two_scores() -> None:
    """a² P (1 - P); for 3PL a² (1 - P) / P · ((P - g) / (1 - g))² (Lord 1980, eq. 5-9)."""
    right = chances(Kind.STEPS, 1.5, -0.2, theta=0.4)[1]
    assert information(Kind.STEPS, columns(1.5, -0.2), np.array([0.4]))[0] == pytest.approx(
        1.5**2 * right * (1 - right)
    )
    logit = float(np.log(0.2 / 0.8))
    right = chances(Kind.GUESSING, 1.5, -0.2, logit, theta=0.4)[1]
    known = 1.5**2 * (1 - right) / right * ((right - 0.2) / 0.8) ** 2
    assert information(Kind.GUESSING, columns(1.5, -0.2, logit), np.array([0.4]))[0] == pytest.approx(known)


def test_bends() -> None:
    """Second derivatives over P: σ'' = σ(1 - σ)(1 - 2σ), for 3PL times 1 - g; a graded item of two scores likewise."""
    right = 1 / (1 + np.exp(-(1.1 * 0.7 + 0.4)))
    second = right * (1 - right) * (1 - 2 * right)
    at = np.array([0.7])
    for kind in (Kind.STEPS, Kind.GRADED):
        found = [one[0] for one in bends(kind, columns(1.1, 0.4), at)]
        assert found == pytest.approx([-second / (1 - right), second / right])
    found = [one[0] for one in bends(Kind.GUESSING, columns(1.1, 0.4, float(np.log(0.25))), at)]
    assert found == pytest.approx([-0.8 * second / (0.8 * (1 - right)), 0.8 * second / (0.2 + 0.8 * right)])


def test_expected_score() -> None:
    weights = np.exp([0.0, 0.9, 0.8])
    share = weights / weights.sum()
    assert expected_score(Kind.STEPS, columns(1.2, 0.3, -0.4), np.array([0.5]))[0] == pytest.approx(
        share[1] + 2 * share[2]
    )


@st.composite
def items(draw: st.DrawFn) -> tuple[Kind, list[float]]:
    kind = draw(st.sampled_from(Kind))
    slope = draw(slopes)
    if kind is Kind.GUESSING:
        return kind, [slope, draw(st.floats(-3, 3)), draw(st.floats(-4, 0))]
    count = draw(st.integers(1, 4))
    inner = [draw(st.floats(-3, 3)) for _ in range(count)]
    if kind is Kind.GRADED:
        gaps = [abs(one) + 0.1 for one in inner]
        inner = list(2.0 - np.cumsum(gaps))
    return kind, [slope, *inner]


@given(items(), thetas)
def test_chances_sum_to_one(item: tuple[Kind, list[float]], theta: float) -> None:
    kind, values = item
    assert sum(chances(kind, *values, theta=theta)) == pytest.approx(1.0, abs=1e-12)


@given(items(), thetas)
def test_derivatives_by_parameters(item: tuple[Kind, list[float]], theta: float) -> None:
    kind, values = item
    at = np.array([theta])
    for place, rows in enumerate(scores_of(kind, columns(*values), at)):
        up, down = list(values), list(values)
        up[place] += STEP
        down[place] -= STEP
        above, below = (log_chances(kind, columns(*near), at) for near in (up, down))
        for score, row in enumerate(rows):
            slope = (above[score][0] - below[score][0]) / (2 * STEP)
            assert float(np.broadcast_to(row, (1,))[0]) == pytest.approx(slope, rel=1e-4, abs=1e-6)


@given(items(), thetas)
def test_derivatives_by_ability(item: tuple[Kind, list[float]], theta: float) -> None:
    """First and second; information is the mean square of the first."""
    kind, values = item
    slope, at, near = values[0], np.array([theta]), 1e-4
    here, above, below = (chances(kind, *values, theta=theta + by) for by in (0.0, near, -near))
    pull, bend = pulls(kind, columns(*values), at), bends(kind, columns(*values), at)
    for score, chance in enumerate(here):
        first = (above[score] - below[score]) / (2 * near)
        second = (above[score] - 2 * chance + below[score]) / near**2
        assert slope * pull[score][0] * chance == pytest.approx(first, rel=1e-4, abs=1e-7)
        assert slope**2 * bend[score][0] * chance == pytest.approx(second, rel=1e-3, abs=1e-5)
    told = sum(chance * (slope * one[0]) ** 2 for chance, one in zip(here, pull, strict=True))
    assert information(kind, columns(*values), at)[0] == pytest.approx(told)
