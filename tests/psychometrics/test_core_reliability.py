"""Reliability: closed forms, then identities."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.psychometrics.tables import matrix
from zhiheng.psychometrics.core.reliability import (
    alpha,
    alphas_without,
    lambda2,
    omega,
    pairwise_covariances,
    reliability,
    split_half,
)
from zhiheng.psychometrics.core.responses import Reals

NAN = float("nan")


def parallel(items: int, covariance: float) -> Reals:
    """Unit variances, equal covariances: alpha is the Spearman-Brown formula itself."""
    return np.full((items, items), covariance) + (1 - covariance) * np.eye(items)


@pytest.mark.parametrize("items", [2, 4, 10])
def test_parallel_items_follow_spearman_and_brown(items: int) -> None:
    expected = items * 0.3 / (1 + (items - 1) * 0.3)
    for value in (
        alpha(parallel(items, 0.3)),
        lambda2(parallel(items, 0.3)),
        split_half(parallel(items, 0.3)),
    ):
        assert value == pytest.approx(expected, abs=1e-12)
    without = (items - 1) * 0.3 / (1 + (items - 2) * 0.3) if items > 2 else None
    assert alphas_without(parallel(items, 0.3)) == (pytest.approx(without, abs=1e-12),) * items


def test_the_interval_is_that_of_an_f_distribution() -> None:
    """Of F with 2 and d degrees the p-quantile is d / 2 ((1 - p)^(-2 / d) - 1): three persons, four items, d = 6."""
    whole = reliability(matrix([[1, 1, 1, 0], [1, 0, 1, 0], [0, 1, 0, 0]]))
    assert whole is not None
    assert whole.alpha is not None
    quantiles = [3 * ((1 - p) ** (-1 / 3) - 1) for p in (0.975, 0.025)]
    assert whole.alpha_interval == pytest.approx([1 - (1 - whole.alpha) * f for f in quantiles])


def test_a_guttman_scale_by_hand() -> None:
    """p = .75 .5 .25, population variances 3/16 4/16 3/16 of a total of 5/4: KR-20 = 3/2 (1 - 1/2) = .75."""
    whole = reliability(matrix([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]]))
    assert whole is not None
    assert whole.alpha == whole.kr20 == pytest.approx(0.75, abs=1e-12)
    assert (whole.mean, whole.sd) == (1.5, pytest.approx(math.sqrt(5 / 3)))
    assert whole.sem == pytest.approx(math.sqrt(5 / 3) / 2)
    assert whole.without == pytest.approx((8 / 11, 0.5, 8 / 11))


def test_points_have_no_kr20() -> None:
    whole = reliability(matrix([[0, 1], [2, 2], [1, 3]], maximum=3))
    assert whole is not None
    assert (whole.kr20, whole.alpha) == (None, pytest.approx(2 / 3))


def test_omega_of_a_matrix_with_one_factor() -> None:
    loadings, unique = np.array([0.9, 1.4, 0.5, 2.0]), np.array([0.3, 1.0, 0.8, 0.5])
    exact = np.outer(loadings, loadings) + np.diag(unique)
    assert omega(exact) == pytest.approx(4.8**2 / (4.8**2 + 2.6), abs=1e-9)


@pytest.mark.parametrize(
    "covariances",
    [
        parallel(2, 0.3),  # loadings are not determined
        np.diag([1.0, 0.0, 1.0]),  # an item stands still
        np.array([[1, 0.9, 0.9], [0.9, 1, 0.3], [0.9, 0.3, 1]]),  # a unique variance below zero
        np.eye(4),  # nothing in common
    ],
)
def test_omega_where_there_is_none(covariances: Reals) -> None:
    assert omega(covariances) is None


@pytest.mark.parametrize(("one", "two", "three"), [(0.5, 0.5, -0.1), (0.3, 0.0, 0.3), (0.5, 0.0, 0.0)])
def test_omega_where_no_factor_fits(one: float, two: float, three: float) -> None:
    """Signs or noughts that no three loadings give, and a pair alone, whose loadings are anybody's guess."""
    assert omega(np.array([[1, one, two], [one, 1, three], [two, three, 1]])) is None


def test_what_cannot_be_reckoned() -> None:
    assert reliability(matrix([[1], [0]])) is None
    assert reliability(matrix([[1, NAN], [0, 1], [NAN, 0]])) is None
    still = reliability(matrix([[1, 0], [0, 1], [1, 0]]))
    assert still is not None
    assert (still.alpha, still.alpha_interval, still.lambda2, still.split_half, still.sem) == (None,) * 5
    assert split_half(np.array([[0.0, 0.0], [0.0, 1.0]])) is None
    assert split_half(np.array([[1.0, -1.0], [-1.0, 1.0]])) is None


def test_pairs_count_those_who_answered_both() -> None:
    """Of columns 1 2 3 – and 2 4 – 5: variances 1 and 7/3, of the first two persons 1/2 x 1 x 2."""
    covariances = pairwise_covariances(np.array([[1, 2], [2, 4], [3, NAN], [NAN, 5.0]]))
    assert covariances is not None
    np.testing.assert_allclose(covariances, [[1, 1], [1, 7 / 3]])


full = st.integers(2, 6).flatmap(
    lambda items: st.lists(st.lists(st.integers(0, 4), min_size=items, max_size=items), min_size=2, max_size=12)
).map(lambda rows: np.array(rows, dtype=float))  # fmt: skip


@settings(max_examples=40)
@given(scores=full)
def test_one_matrix_of_covariances_gives_what_the_totals_give(scores: Reals) -> None:
    covariances = pairwise_covariances(scores)
    assert covariances is not None
    np.testing.assert_allclose(covariances, np.cov(scores.T), atol=1e-9)
    total, items = scores.sum(axis=1).var(ddof=1), scores.shape[1]
    value = alpha(covariances)
    if total < 1e-9:
        assert value is None
        return
    assert value == pytest.approx(
        items / (items - 1) * (1 - scores.var(axis=0, ddof=1).sum() / total), abs=1e-9
    )
    second = lambda2(covariances)
    assert second is not None
    assert value is not None
    assert second >= value - 1e-9
    without = alphas_without(covariances)
    for place in range(items):
        rest = np.delete(np.delete(covariances, place, 0), place, 1)
        assert without[place] == (None if alpha(rest) is None else pytest.approx(alpha(rest), abs=1e-6))
