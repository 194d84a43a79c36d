"""Decision consistency: closed forms, every pattern of answers counted out, and plain numerical integrals."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import bdtrc, betainc, betaln

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.consistency.calibrated import ability_at, chances_of, expected_total
from zhiheng.psychometrics.core.consistency.lee import lee, total_distribution
from zhiheng.psychometrics.core.consistency.livingston import Beta, _nodes, beta_of, livingston_lewis
from zhiheng.psychometrics.core.consistency.outcomes import classified
from zhiheng.psychometrics.core.consistency.rudner import rudner
from zhiheng.psychometrics.core.consistency.score_errors import score_errors
from zhiheng.psychometrics.core.irt.calibrating import Calibration, Settings
from zhiheng.psychometrics.core.irt.curves import Kind
from zhiheng.psychometrics.core.irt.maximisation import Group


def test_two_kinds_of_persons_by_hand() -> None:
    """Half pass with .9 and deserve it, half with .2 and do not: alike .82 and .68, chance .55^2 + .45^2."""
    found = classified(np.array([0.9, 0.2]), np.array([0.5, 0.5]), np.array([True, False]))
    assert (found.passing, found.consistency, found.chance) == (
        0.55,
        pytest.approx(0.75),
        pytest.approx(0.505),
    )
    assert found.kappa == pytest.approx(0.245 / 0.495)
    assert (found.accuracy, found.false_pass, found.false_fail) == pytest.approx((0.85, 0.1, 0.05))
    assert classified(np.ones(2), np.array([0.5, 0.5]), np.array([True, True])).kappa is None


def test_evenly_spread_abilities_and_ten_items() -> None:
    """Totals 0 to 10 equally often are binomial over a uniform ability, reliability KR-21: all integrals are fractions.

    E[P^2] = sum of C(10, i) C(10, j) (i + j)! (20 - i - j)! / 21! over i, j from 6; E[P; t < .6] from the incomplete beta.
    """
    totals = np.arange(11.0)
    kr21 = 10 / 9 * (1 - 5 * 5 / (10 * totals.var()))
    found = livingston_lewis(totals, reliability=kr21, cut=6, maximum=10)
    assert (found.length, found.needed) == (pytest.approx(10), 6)
    assert (found.truth.alpha, found.truth.beta) == (pytest.approx(1), pytest.approx(1))
    square = sum(
        Fraction(
            math.comb(10, i) * math.comb(10, j) * math.factorial(i + j) * math.factorial(20 - i - j),
            math.factorial(21),
        )
        for i, j in product(range(6, 11), repeat=2)
    )
    rate = Fraction(5, 11)
    result = found.classification
    assert result.passing == pytest.approx(float(rate))
    assert result.consistency == pytest.approx(float(1 - 2 * rate + 2 * square))
    undeserved = sum(betainc(i + 1, 11 - i, 0.6) for i in range(6, 11)) / 11
    assert result.false_pass == pytest.approx(undeserved)
    assert result.false_fail == pytest.approx(0.4 - (float(rate) - undeserved))


@pytest.mark.parametrize(
    ("alpha", "beta", "low", "high", "cut"),
    [
        (5, 3, 0.25, 0.75, 0.6), (0.4, 0.6, 0.1, 0.9, 0.5), (1, 1, 0, 1, 0.2), (60, 40, 0, 1, 0.6), (900, 2000, 0, 1, 0.31),
        (2, 90, 0, 1, 0.05), (3, 3, 0.2, 0.5, 0.6), (3, 3, 0.7, 0.9, 0.6),
    ],
)  # fmt: skip
def test_integrals_over_the_beta(alpha: float, beta: float, low: float, high: float, cut: float) -> None:
    """Against twenty thousand slices of equal share, each at its middle."""
    shares, places = _nodes(Beta(alpha=alpha, beta=beta, low=low, high=high), cut)
    edge = (cut - low) / (high - low)
    below = float(betainc(alpha, beta, min(max(edge, 0), 1)))
    assert shares[places < cut].sum() == pytest.approx(below, abs=1e-8)
    fine = (np.arange(20_000) + 0.5) / 20_000
    x = fine if min(alpha, beta) >= 1 else (1 - np.cos(math.pi * fine)) / 2
    logs = (alpha - 1) * np.log(x) + (beta - 1) * np.log1p(-x) - betaln(alpha, beta)
    weights = np.exp(logs) * (1 if min(alpha, beta) >= 1 else math.pi * np.sin(math.pi * fine) / 2)
    passing = bdtrc(35, 60, low + (high - low) * x)
    rough = float((weights * passing).sum() / weights.sum())
    assert float(shares @ bdtrc(35, 60, places)) == pytest.approx(rough, abs=2e-3)


def test_a_beta_of_four_parameters_is_found_again() -> None:
    """Moments of alpha 5, beta 3 between .25 and .75."""
    rising = [1.0]
    for order in range(4):
        rising.append(rising[-1] * (5 + order) / (8 + order))
    moments = [
        sum(math.comb(n, k) * 0.25 ** (n - k) * 0.5**k * rising[k] for k in range(n + 1)) for n in range(1, 5)
    ]
    found = beta_of((moments[0], moments[1], moments[2], moments[3]))
    assert (found.alpha, found.beta, found.low, found.high) == pytest.approx((5, 3, 0.25, 0.75))


def test_two_moments_where_four_lead_astray() -> None:
    """Mean .5 and variance .05 are those of alpha = beta = 2 whatever the others are: too flat, too peaked, beyond the ends."""
    for fourth in (0.2, 0.0625 + 0.075 + 0.0025 * 3.5, 0.0625 + 0.075 + 0.0025 * 2.5, math.nan):
        found = beta_of((0.5, 0.3, 0.2, fourth))
        assert (found.alpha, found.beta, found.low, found.high) == pytest.approx((2, 2, 0, 1))


@pytest.mark.parametrize(
    ("totals", "reliability", "cut", "words"),
    [
        ([1.0, 2, 3], 1.0, 2, "信度 1 不在 0 与 1 之间"),
        ([1.0, 2, 3], -0.2, 2, "信度 -0.2 不在 0 与 1 之间"),
        ([1.0, 2, 3], 0.8, 11, "合格分 11 不在 0 与满分 10 之间"),
        ([1.0, 2, 3], 0.8, 0, "合格分 0 不在 0 与满分 10 之间"),
        ([2.0, 2, 2], 0.8, 2, "各人总分相同"),
        ([0.0, 0, 10, 10], 0.5, 5, "比两端各半还要分散"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged(totals: list[float], reliability: float, cut: float, words: str) -> None:
    with pytest.raises(Refused, match=words):
        livingston_lewis(np.array(totals), reliability=reliability, cut=cut, maximum=10)


def test_the_cut_is_rounded_on_the_effective_scale() -> None:
    """Mean 4, variance 3.5: (16 - 2.1) / 1.4 is 9.93, ten items; of these 3, 4 and 6 of eight points are 3.75, 5 and 7.5."""
    totals = np.array([1.0, 2, 3, 4, 4, 5, 6, 7])
    for cut, nearest, down in ((3, 4, 3), (4, 5, 5), (6, 8, 7)):
        found = [
            livingston_lewis(totals, reliability=0.6, cut=cut, maximum=8, rounding=way).needed
            for way in ("nearest", "down")
        ]
        assert found == [nearest, down]
    even = np.arange(11.0)
    exact = livingston_lewis(even, reliability=5 / 6, cut=6, maximum=10, rounding="down")
    assert exact.needed == 6


def test_a_true_variance_below_nought_is_refused() -> None:
    with pytest.raises(Refused, match="真分数的方差不是正数"):
        beta_of((0.5, 0.25, 0.125, 0.0625))


def test_totals_of_two_items_by_hand() -> None:
    """A right-or-wrong item with .7 and one of 0, 2, 3 points with .2 .3 .5."""
    totals, found = total_distribution(
        [np.array([[0.3], [0.7]]), np.array([[0.2], [0.3], [0.5]])],
        [np.array([0.0, 1]), np.array([0.0, 2, 3])],
    )
    assert totals.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(found[:, 0], [0.06, 0.14, 0.09, 0.36, 0.35])


def test_lee_by_hand() -> None:
    """Two items of a point, chances .2 and .9 both times, a cut of 1: passing .36 and .99, expected .4 and 1.8."""
    item = np.array([[0.8, 0.1], [0.2, 0.9]])
    points = [np.array([0.0, 1])] * 2
    found = lee([item, item], points, np.array([0.5, 0.5]), cut=1)
    assert (found.passing, found.false_pass, found.false_fail) == pytest.approx((0.675, 0.18, 0.005))
    assert found.consistency == pytest.approx((0.36**2 + 0.64**2 + 0.99**2 + 0.01**2) / 2)
    for cut in (0, 3):
        with pytest.raises(Refused, match=f"合格分 {cut} 不在 0 与满分 2 之间"):
            lee([item, item], points, np.array([0.5, 0.5]), cut=cut)


@settings(max_examples=20)
@given(
    chances=st.lists(st.lists(st.floats(0.05, 0.95), min_size=3, max_size=3), min_size=1, max_size=5),
    cut=st.integers(1, 3),
)
def test_lee_counts_every_pattern(chances: list[list[float]], cut: int) -> None:
    """Right-or-wrong items of half a point and a point in turn, three abilities."""
    weights, points = (
        np.array([0.2, 0.5, 0.3]),
        [np.array([0, 1 if item % 2 else 0.5]) for item in range(len(chances))],
    )
    whole = sum(values[1] for values in points)
    passing, expected = np.zeros(3), np.zeros(3)
    for pattern in product((0, 1), repeat=len(chances)):
        likely = np.prod(
            [np.array(p) if right else 1 - np.array(p) for p, right in zip(chances, pattern, strict=True)],
            axis=0,
        )
        total = sum(values[right] for values, right in zip(points, pattern, strict=True))
        passing += likely * (total >= cut / 2)
        expected += likely * total
    items = [np.stack([1 - np.array(p), np.array(p)]) for p in chances]
    if cut / 2 > whole:
        with pytest.raises(Refused, match="不在 0 与满分"):
            lee(items, points, weights, cut=cut / 2)
        return
    found = lee(items, points, weights, cut=cut / 2)
    assert found.passing == pytest.approx(weights @ passing)
    assert found.consistency == pytest.approx(weights @ (passing**2 + (1 - passing) ** 2))
    clear = np.abs(expected - cut / 2) > 1e-6
    if clear.all():
        right = np.where(expected >= cut / 2, passing, 1 - passing)
        assert found.accuracy == pytest.approx(weights @ right)


def test_rudner_by_hand() -> None:
    """One and two errors above the cut, one below: normal areas .8413, .9772 and .1587; whoever has no ability is left out."""
    found = rudner(np.array([1.0, 1.0, -1.0, math.nan]), np.array([1.0, 0.5, 1.0, 1.0]), cut=0)
    assert found.accuracy == pytest.approx((0.8413447 + 0.9772499 + 0.8413447) / 3, abs=1e-7)
    assert found.passing == pytest.approx((0.8413447 + 0.9772499 + 0.1586553) / 3, abs=1e-7)
    for theta, error in (([math.nan], [1.0]), ([0.0], [0.0])):
        with pytest.raises(Refused, match="没有可用的能力值"):
            rudner(np.array(theta), np.array(error), cut=0)


def test_errors_of_scores() -> None:
    """Ten right-or-wrong items: sqrt(5 x 5 / 9) in the middle. Worth ten points each: ten times as much."""
    found = score_errors(np.array([0.0, 5, 10]), maximum=10, length=10)
    np.testing.assert_allclose(found, [0, 5 / 3, 0], atol=1e-12)
    assert score_errors(np.array([50.0]), maximum=100, length=10)[0] == pytest.approx(50 / 3)


def test_the_mean_error_is_that_of_the_reliability() -> None:
    """With the effective length, squared errors of scores average to (1 - r) times the variance of the totals."""
    totals = np.array([3.0, 5, 6, 6, 7, 8, 9])
    found = livingston_lewis(totals, reliability=0.6, cut=6, maximum=12)
    errors = score_errors(totals, maximum=12, length=found.length)
    assert (errors**2).mean() == pytest.approx(0.4 * totals.var())


def rasch(*difficulties: float) -> Calibration:
    rows = np.arange(2 * len(difficulties)).reshape(-1, 2)
    group = Group(
        kind=Kind.STEPS,
        items=np.arange(len(difficulties)),
        rows=rows,
        parameters=np.array([[1.0, -difficulty] for difficulty in difficulties]),
    )
    return Calibration(
        model="1pl", groups=(group,), settings=Settings(), log_likelihood=0.0, parameters=3, persons=1,
        converged=True, change=0.0, pull=0.0, steps=1,
    )  # fmt: skip


def test_the_ability_that_is_expected_to_reach_a_cut() -> None:
    """Two items of one difficulty: 1 of 2 at the difficulty, 1.5 where the odds are three to one."""
    found, points = rasch(0.5, 0.5), [np.array([0.0, 1])] * 2
    assert ability_at(found, points, 1) == pytest.approx(0.5)
    assert ability_at(found, points, 1.5) == pytest.approx(0.5 + math.log(3))
    assert ability_at(found, points, 2) is None
    assert ability_at(found, points, 0) is None
    np.testing.assert_allclose(expected_total(found, points, np.array([0.5])), [1])
    np.testing.assert_allclose(chances_of(rasch(0, math.log(3)), np.zeros(1))[1][:, 0], [0.75, 0.25])
