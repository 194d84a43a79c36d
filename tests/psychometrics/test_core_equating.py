"""Equating: worked examples of the text-book, closed forms, then what must hold for every pair of forms."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.equating import smoothing
from zhiheng.psychometrics.core.equating.equipercentile import (
    chained,
    equipercentile,
    percentile_ranks,
    scores_at,
)
from zhiheng.psychometrics.core.equating.errors import bootstrap_errors, delta_errors
from zhiheng.psychometrics.core.equating.linear import (
    Moments,
    chained_linear,
    levine_observed,
    levine_true,
    linear_line,
    mean_line,
    moments,
    tucker,
)
from zhiheng.psychometrics.core.equating.scores import Distribution, Sample, distribution, grid, read_samples
from zhiheng.psychometrics.core.equating.smoothing import best_degree, smooth, smooth_up_to
from zhiheng.psychometrics.core.responses import Reals
from zhiheng.psychometrics.core.tables import read_table


def shares(*values: float) -> Distribution:
    return Distribution(points=np.arange(len(values), dtype=float), shares=np.array(values), persons=10)


NEW = shares(0.2, 0.3, 0.2, 0.2, 0.1)
OLD = shares(0.1, 0.2, 0.2, 0.3, 0.2)


def test_the_text_books_equipercentile_example() -> None:
    """Kolen & Brennan (2014), chapter 2, table 2.2: five scores, ten persons a form."""
    np.testing.assert_allclose(percentile_ranks(NEW, NEW.points), [0.1, 0.35, 0.6, 0.8, 0.95])
    np.testing.assert_allclose(equipercentile(NEW, OLD, NEW.points), [0.5, 1.75, 2 + 5 / 6, 3.5, 4.25])


def test_between_scores_that_nobody_has_the_middle_is_taken() -> None:
    """Half of all had 0, half 3: the rank .5 is that of everything from .5 to 2.5."""
    np.testing.assert_allclose(
        scores_at(shares(0.5, 0, 0, 0.5), np.array([0, 0.25, 0.5, 0.75, 1])), [-0.5, 0, 1.5, 3, 3.5]
    )


def test_scores_beyond_the_highest_are_held() -> None:
    np.testing.assert_allclose(percentile_ranks(NEW, np.array([-3, 9])), [0, 1])
    np.testing.assert_allclose(
        equipercentile(shares(0, 0.5, 0.5, 0), shares(0, 0, 1.0), np.arange(4.0)), [0.5, 1.75, 2.25, 2.5]
    )


def test_a_chain_through_the_same_anchor_is_a_direct_line() -> None:
    np.testing.assert_allclose(chained(NEW, NEW, OLD, OLD, NEW.points), NEW.points, atol=1e-12)


NEW_MOMENTS = Moments(mean=20, variance=36, anchor_mean=8, anchor_variance=4, covariance=9)
OLD_MOMENTS = Moments(mean=22, variance=25, anchor_mean=9, anchor_variance=5, covariance=10)


def test_lines_of_equivalent_groups() -> None:
    assert mean_line(NEW_MOMENTS, OLD_MOMENTS).intercept == 2
    line = linear_line(NEW_MOMENTS, OLD_MOMENTS)
    assert (line.slope, line.intercept) == (pytest.approx(5 / 6), pytest.approx(22 - 100 / 6))
    np.testing.assert_allclose(line.at(np.array([20.0, 26])), [22, 27])


def test_tucker_by_hand() -> None:
    """Weight 1: gamma of Y is 2, so the group of X would have had 22 - 2 = 20 and 25 - 4 = 21 on Y."""
    line = tucker(NEW_MOMENTS, OLD_MOMENTS, weight=1)
    assert (line.slope, line.intercept) == (
        pytest.approx(math.sqrt(21 / 36)),
        pytest.approx(20 - 20 * math.sqrt(21 / 36)),
    )
    # Half and half: gamma of X 2.25, anchor means 1 apart, variances 1 apart; 20 + 1.125, 36 + 2.25^2 (.25 + .5) and 21, 25 + 4 (.25 - .5).
    line = tucker(NEW_MOMENTS, OLD_MOMENTS, weight=0.5)
    slope = math.sqrt(24 / (36 + 2.25**2 * 0.75))
    assert (line.slope, line.intercept) == (pytest.approx(slope), pytest.approx(21 - 21.125 * slope))


def test_the_text_books_anchor_example() -> None:
    """Directly observed moments as in Kolen & Brennan (2014), chapter 4; the lines of weight 1 are reckoned from them by hand."""
    new = Moments(
        mean=15.8205, variance=6.5278**2, anchor_mean=5.1063, anchor_variance=2.3760**2, covariance=13.4088
    )
    old = Moments(
        mean=18.6728, variance=6.8784**2, anchor_mean=5.8626, anchor_variance=2.4515**2, covariance=14.7603
    )
    line = tucker(new, old, weight=1)
    assert (line.slope, line.intercept) == (pytest.approx(1.0289, abs=1e-4), pytest.approx(0.5370, abs=1e-3))
    line = levine_observed(new, old, weight=1)
    assert (line.slope, line.intercept) == (pytest.approx(1.0111, abs=1e-4), pytest.approx(0.2517, abs=1e-3))


def test_levine_by_hand() -> None:
    """Internal: 36 / 9 = 4 and 25 / 10 = 2.5 anchors long. External: (36 + 9) / (4 + 9) and (25 + 10) / (5 + 10)."""
    line = levine_true(NEW_MOMENTS, OLD_MOMENTS)
    assert (line.slope, line.intercept) == (pytest.approx(0.625), pytest.approx(22 - 2.5 - 12.5))
    line = levine_observed(NEW_MOMENTS, OLD_MOMENTS, weight=1)
    slope = math.sqrt((25 - 2.5**2) / 36)
    assert (line.slope, line.intercept) == (pytest.approx(slope), pytest.approx(19.5 - 20 * slope))
    line = levine_true(NEW_MOMENTS, OLD_MOMENTS, external=True)
    slope = (35 / 15) / (45 / 13)
    assert (line.slope, line.intercept) == (pytest.approx(slope), pytest.approx(22 - 35 / 15 - 20 * slope))


def test_a_chain_of_lines_by_hand() -> None:
    """20 is 8 on the anchor, which is 22 - 5 / sqrt 5 for the others; slope 2 / 6 x 5 / sqrt 5."""
    line = chained_linear(NEW_MOMENTS, OLD_MOMENTS)
    assert line.slope == pytest.approx(5**0.5 / 3)
    assert line.intercept + 20 * line.slope == pytest.approx(22 - 5**0.5)


def test_groups_too_far_apart_are_refused() -> None:
    """Levine's form is 5 anchors long; the other group's anchor variance is 5 less: 25 - 25 x 5."""
    apart = Moments(mean=22, variance=25, anchor_mean=8, anchor_variance=9, covariance=5)
    with pytest.raises(Refused, match="推算出的方差不是正数"):
        levine_observed(NEW_MOMENTS, apart, weight=1)


anchored = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 8)), min_size=5, max_size=30)


@settings(max_examples=40)
@given(pairs=anchored, weight=st.floats(0, 1))
def test_a_form_is_itself(pairs: list[tuple[int, int]], weight: float) -> None:
    anchor = np.array([v for _, v in pairs], dtype=float)
    sample = Sample(name="卷", total=np.array([x for x, _ in pairs], dtype=float) + 3 * anchor, anchor=anchor)
    try:
        own = moments(sample)
    except Refused:
        return
    lines = [
        mean_line(own, own),
        linear_line(own, own),
        tucker(own, own, weight=weight),
        levine_observed(own, own, weight=weight),
        levine_true(own, own, external=True),
        chained_linear(own, own),
    ]
    for line in lines:
        assert (line.slope, line.intercept) == (pytest.approx(1), pytest.approx(0, abs=1e-9))
    points = grid(sample.total)
    raw = distribution(sample.total, points)
    occurring = points[raw.shares > 0]
    np.testing.assert_allclose(equipercentile(raw, raw, occurring), occurring, atol=1e-8)


frequencies = st.lists(st.integers(0, 30), min_size=6, max_size=14).filter(
    lambda counts: sum(c > 0 for c in counts) > 4
)


@settings(max_examples=40)
@given(new=frequencies, old=frequencies)
def test_there_and_back_again(new: list[int], old: list[int]) -> None:
    """Equating is increasing, and where both smoothed forms have persons everywhere it can be undone."""
    one, other = (
        smooth(
            Distribution(points=np.arange(len(c), dtype=float), shares=np.array(c) / sum(c), persons=sum(c)),
            3,
        )
        for c in (new, old)
    )
    there = equipercentile(one.distribution, other.distribution, one.distribution.points)
    assert np.all(np.diff(there) > -1e-9)
    if min(one.distribution.shares.min(), other.distribution.shares.min()) > 1e-6:
        back = equipercentile(other.distribution, one.distribution, there)
        np.testing.assert_allclose(back, one.distribution.points, atol=1e-5)


@settings(max_examples=40)
@given(counts=frequencies, degree=st.integers(1, 3))
def test_smoothing_keeps_as_many_moments(counts: list[int], degree: int) -> None:
    points = np.arange(len(counts), dtype=float)
    raw = Distribution(points=points, shares=np.array(counts) / sum(counts), persons=sum(counts))
    fit = smooth(raw, degree)
    for power in range(degree + 1):
        kept = (fit.distribution.shares * points**power).sum()
        assert kept == pytest.approx((raw.shares * points**power).sum(), rel=1e-7)
    assert np.all(fit.distribution.shares > 0)
    assert fit.deviance >= smooth(raw, min(degree + 1, 3)).deviance - 1e-6
    assert fit.aic == pytest.approx(fit.deviance + 2 * (degree + 1))


def test_one_moment_is_a_geometric_series() -> None:
    """Neighbouring shares have one ratio r; of 0 1 2 with mean 2/3, r^2 4/3 + r / 3 = 2/3 gives r = (sqrt 33 - 1) / 8."""
    fit = smooth(Distribution(points=np.arange(3.0), shares=np.array([3, 2, 1]) / 6, persons=6), 1)
    ratio = (math.sqrt(33) - 1) / 8
    np.testing.assert_allclose(
        fit.distribution.shares, np.array([1, ratio, ratio**2]) / (1 + ratio + ratio**2), rtol=1e-8
    )


def test_the_degree_of_least_aic_is_chosen() -> None:
    points = np.arange(21.0)
    bell = np.exp(-((points - 9) ** 2) / 30)
    raw = Distribution(points=points, shares=bell / bell.sum(), persons=5000)
    assert best_degree(raw) == 2
    assert smooth(raw, 2).deviance == pytest.approx(0, abs=1e-6)
    assert best_degree(shares(0.5, 0.5, 0)) == 0
    assert smooth_up_to(shares(0.5, 0.5, 0), 4).shares.tolist() == [0.5, 0.5, 0]
    np.testing.assert_allclose(smooth_up_to(NEW, 8).shares, smooth(NEW, 3).distribution.shares)


def test_unusable_degrees() -> None:
    with pytest.raises(Refused, match="平滑阶数 9 不在 1 至 8 之间"):
        smooth(NEW, 9)
    with pytest.raises(Refused, match="不能保留 4 阶矩"):
        smooth(NEW, 4)


@pytest.mark.parametrize(("name", "value"), [("_ROUNDS", 1), ("_SINGULAR", 0.0)])
def test_a_fit_that_does_not_settle_is_left_out(
    monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    monkeypatch.setattr(smoothing, name, value)
    with pytest.raises(Refused, match="没有收敛"):
        smooth(NEW, 2)
    assert (best_degree(NEW), smooth_up_to(NEW, 3)) == (0, NEW)


def test_a_step_that_goes_too_far_is_halved() -> None:
    """Three ones; log likelihood 3 w - 3 e^w: from -1 on, 8, 4 and 2 farther lose and 1 farther is the top."""
    flat, ones = np.ones((3, 1)), np.ones(3)
    assert smoothing._share_of(np.array([8.0]), np.array([-1.0]), flat, ones) == 1 / 8
    assert smoothing._share_of(np.array([1e6]), np.array([0.0]), flat, ones) < 2e-6


def sample(seed: int, persons: int, shift: float) -> Sample:
    """Thirty items, ten of them the anchor."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(shift, 1, (persons, 1))
    right = rng.random((persons, 30)) < 1 / (1 + np.exp(np.linspace(-2, 2, 30) - ability))
    return Sample(
        name=f"卷{seed}",
        total=right.sum(axis=1).astype(float),
        anchor=right[:, ::3].sum(axis=1).astype(float),
    )


def test_errors_of_mean_and_linear_are_those_of_the_formulas() -> None:
    """Mean: variances over persons. Linear: var(Y) sum of (1 + skewness z + (kurtosis - 1) z^2 / 4) / persons."""
    new, old = (Sample(name=one.name, total=one.total) for one in (sample(1, 300, 0), sample(2, 200, 0.3)))
    points = np.array([0.0, 10, 20, 30])
    z = (points - new.total.mean()) / new.total.std()
    mean, linear = 0.0, np.zeros(4)
    for one in (new, old):
        away = (one.total - one.total.mean()) / one.total.std()
        mean += one.total.var() / len(away)
        linear += (1 + (away**3).mean() * z + ((away**4).mean() - 1) * z**2 / 4) / len(away)
    np.testing.assert_allclose(delta_errors(mean_line, new, old, points), math.sqrt(mean), rtol=1e-6)
    np.testing.assert_allclose(
        delta_errors(linear_line, new, old, points), old.total.std() * np.sqrt(linear), rtol=1e-5
    )


def test_delta_and_bootstrap_agree() -> None:
    new, old = sample(3, 400, 0), sample(4, 500, 0.2)
    points = np.array([5.0, 15, 25])
    for way in (
        partial(tucker, weight=0.4),
        partial(levine_observed, weight=0.4),
        levine_true,
        chained_linear,
    ):

        def through(one: Sample, other: Sample, way: object = way) -> Reals:
            return way(moments(one), moments(other)).at(points)  # type: ignore[operator, no-any-return]  # one of those above

        drawn = bootstrap_errors(through, new, old, rng=np.random.default_rng(5), times=300)
        np.testing.assert_allclose(delta_errors(way, new, old, points), drawn, rtol=0.2)


def test_the_same_seed_draws_the_same() -> None:
    new, old = sample(6, 50, 0), sample(7, 50, 0)
    points = grid(new.total)

    def through(one: Sample, other: Sample) -> Reals:
        return equipercentile(
            distribution(one.total, points), distribution(other.total, grid(other.total)), points
        )

    first, second = (
        bootstrap_errors(through, new, old, rng=np.random.default_rng(8), times=5) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def samples(new: str, old: str) -> tuple[Sample, Sample]:
    return read_samples(read_table(new, source="新卷"), read_table(old, source="旧卷"))


def test_totals_and_items_are_read() -> None:
    new, old = samples("id,总分,anchor\nA,3,1\nB,5,2\n", "total,anchor\n1,0\n2,1\n")
    assert new.anchor is not None
    assert (new.total.tolist(), new.anchor.tolist(), old.total.tolist()) == ([3, 5], [1, 2], [1, 2])
    new, old = samples("q1,q2,n1\n1,0,2\n0,1,0\n", "o1,q1,q2\n1,1,1\n0,0,1\n")
    assert new.anchor is not None
    assert old.anchor is not None
    assert (new.total.tolist(), new.anchor.tolist()) == ([3, 1], [1, 1])
    assert (old.total.tolist(), old.anchor.tolist()) == ([3, 1], [2, 1])
    new, _ = samples("n1\n1\n0\n", "o1\n1\n0\n")
    assert new.anchor is None
    assert new.drawn(np.array([1, 1])).total.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("new", "old", "sentence"),
    [
        ("total\n1\n2\n", "q1\n1\n0\n", "一个文件有总分一列，另一个没有。请两个文件都给总分，或都给每题的得分。"),
        ("total,anchor\n1,1\n2,1\n", "total\n1\n0\n", "只有一个文件有锚题分一列。请两个文件都给 anchor 一列，或都不给。"),
        ("total\n1\n", "total\n1\n0\n", "新卷 只有一名考生。等值至少需要两名考生。"),
        ("id,total\nA,1\nB,\n", "total\n1\n0\n", "新卷 第 3 行“total”列的“”是空的。等值需要每名考生的完整得分，没有得分请写 0。"),
        ("total\n1\n-2\n", "total\n1\n0\n", "新卷 第 3 行“total”列的“-2”不在 0 以上。请核对这个分数。"),
    ],
)  # fmt: skip
def test_unusable_scores(new: str, old: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        samples(new, old)
    assert refused.value.sentence == sentence


def test_groups_without_spread_or_with_a_contrary_anchor_are_refused() -> None:
    still, moving = np.array([2.0, 2.0]), np.array([1.0, 2.0])
    with pytest.raises(Refused, match="卷 各人总分相同"):
        moments(Sample(name="卷", total=still))
    with pytest.raises(Refused, match="卷 各人锚题分相同"):
        moments(Sample(name="卷", total=moving, anchor=still))
    with pytest.raises(Refused, match="锚题分与总分不成正比"):
        moments(Sample(name="卷", total=moving, anchor=-moving))


def test_scores_lie_on_a_grid() -> None:
    assert grid(np.array([0.0, 2.0])).tolist() == [0, 1, 2]
    assert grid(np.array([0.5, 1.0]), maximum=2).tolist() == [0, 0.5, 1, 1.5, 2]
    assert grid(np.array([0.25])).tolist() == [0, 0.25]
    assert grid(np.array([0.3])).tolist() == pytest.approx([0, 0.1, 0.2, 0.3])
    assert grid(np.array([0.0])).tolist() == [0, 1]
    assert distribution(np.array([0.5, 0.5, 1.0]), np.arange(4) * 0.5).shares.tolist() == [0, 2 / 3, 1 / 3, 0]
    for scores, maximum, words in (
        ([0.33], None, "总分不在等距的格上"),
        ([3.0], 2, "有总分 3，高于满分 2"),
        ([1e12], None, "总分 1e\\+12 超过 10000"),
    ):
        with pytest.raises(Refused, match=words):
            grid(np.array(scores), maximum=maximum)
