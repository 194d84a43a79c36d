"""Consistency and accuracy of passing from the scores of one paper and its reliability, whatever its items are."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betainc, betaln, roots_jacobi

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.consistency.outcomes import Classification, classified
from zhiheng.psychometrics.core.responses import Reals

Rounding = Literal["nearest", "down"]
_NEAR = 1e-9
_NODES = 120  # on each side of the cut
_STEEP = 20.0  # a beta of a larger exponent has nobody at that end
_TINY = 1e-300
_REACH = 25.0  # standard deviations beyond which nobody is


@dataclass(frozen=True, slots=True, kw_only=True)
class Beta:
    """True shares of the maximum: a beta of exponents alpha, beta stretched from low to high."""

    alpha: float
    beta: float
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Livingston:
    """length: of the test of equal right-or-wrong items that is as reliable. needed: items of it that pass."""

    length: float
    needed: int
    truth: Beta
    classification: Classification


def livingston_lewis(
    totals: Reals, *, reliability: float, cut: float, maximum: float, rounding: Rounding = "nearest"
) -> Livingston:
    """totals: (persons,) points from 0 to maximum. cut: points that pass. reliability: of the totals, between 0 and 1.

    The totals are put on the scale of n = (m (M - m) - r s^2) / (s^2 (1 - r)) items; there the true share is a beta of
    four parameters with the moments left when binomial error is taken away, and errors are binomial. A person passes with as many of the
    n items, rounded, as the cut is of the maximum, rounded to the nearest or down. The margins are not forced to those observed.
    Sources: Livingston & Lewis (1995), Journal of Educational Measurement 32, 179-197; moments: Lord (1965),
    Psychometrika 30, 239-270; fit: Hanson (1991), ACT Research Report 91-5.
    Raises: Refused for a cut or reliability out of range, totals all the same or spread too wide for it.
    """
    _check(totals, reliability=reliability, cut=cut, maximum=maximum)
    mean, variance = float(totals.mean()), float(totals.var())
    length = (mean * (maximum - mean) - reliability * variance) / (variance * (1 - reliability))
    if length <= 1:
        raise Refused(
            what="总分的分布比两端各半还要分散，无法估计真分数",
            remedy="请核对总分与满分",
            code="effective-length",
        )
    truth = beta_of(_true_moments(totals / maximum, length))
    items = max(round(length), 1)
    up = 0.5 if rounding == "nearest" else _NEAR
    needed = max(math.floor(items * cut / maximum + up), 1)
    shares, true = _nodes(truth, cut / maximum)
    passing = betainc(needed, items - needed + 1, true)  # as many right or more, of items of that chance
    return Livingston(
        length=length,
        needed=needed,
        truth=truth,
        classification=classified(passing, shares, true >= cut / maximum),
    )


def _check(totals: Reals, *, reliability: float, cut: float, maximum: float) -> None:
    if not 0 < reliability < 1:
        raise Refused(
            what=f"信度 {reliability:.4g} 不在 0 与 1 之间",
            remedy="分类一致性需要 0 与 1 之间的信度",
            code="reliability",
        )
    if not 0 < cut <= maximum:
        raise Refused(
            what=f"合格分 {cut:g} 不在 0 与满分 {maximum:g} 之间", remedy="请改正合格分", code="cut"
        )
    if np.ptp(totals) == 0:
        raise Refused(what="各人总分相同", remedy="没有差异就无从估计一致性", code="spread")


def _true_moments(observed: Reals, length: float) -> tuple[float, float, float, float]:
    """The first four moments about nought of the true share: E[t^i] = E[x (x-1) ..] / (n (n-1) ..), x = n observed."""
    scores = observed * length
    above, below, moments = np.ones_like(scores), 1.0, []
    for order in range(4):
        above = above * (scores - order)
        below *= length - order
        moments.append(float(above.mean()) / below if abs(below) > 1e-9 else math.nan)
    return moments[0], moments[1], moments[2], moments[3]


def beta_of(moments: tuple[float, float, float, float]) -> Beta:
    """The beta with these four moments about nought; with the first two from 0 to 1, where the four lead out of that range.

    Raises: Refused where also two moments are no distribution's between 0 and 1.
    """
    mean, second, third, fourth = moments
    variance = second - mean**2
    if not 0 < variance < mean * (1 - mean):
        raise Refused(
            what="扣除测量误差之后，真分数的方差不是正数或过大",
            remedy="请核对信度、总分与满分",
            code="true-variance",
        )
    skew = (third - 3 * mean * second + 2 * mean**3) / variance**1.5
    kurtosis = (fourth - 4 * mean * third + 6 * mean**2 * second - 3 * mean**4) / variance**2
    fitted = _four_parameters(mean, variance, skew, kurtosis)
    if fitted is not None:
        return fitted
    both = mean * (1 - mean) / variance - 1
    return Beta(alpha=mean * both, beta=(1 - mean) * both)


def _four_parameters(mean: float, variance: float, skew: float, kurtosis: float) -> Beta | None:
    """By Pearson's equations for his curves of type I; None where they give no beta within 0 and 1."""
    below = 6 + 3 * skew**2 - 2 * kurtosis
    both = 6 * (kurtosis - skew**2 - 1) / below if below > 0 else math.nan
    if not both > 0:
        return None
    tilt = (both + 2) * skew / math.sqrt((both + 2) ** 2 * skew**2 + 16 * (both + 1))
    alpha, beta = both / 2 * (1 - tilt), both / 2 * (1 + tilt)
    width = both * math.sqrt(variance * (both + 1) / (alpha * beta))
    low = mean - width * alpha / both
    if low < 0 or low + width > 1:
        return None
    return Beta(alpha=alpha, beta=beta, low=low, high=low + width)


def _nodes(truth: Beta, cut: float) -> tuple[Reals, Reals]:
    """Shares (sum 1) and true scores for integrals over the beta, with a border at the cut."""
    width = truth.high - truth.low
    at = min(max((cut - truth.low) / width, 0.0), 1.0)
    low, high = _range(truth)
    pieces = [_piece(truth, low, min(at, high)), _piece(truth, max(at, low), high)]
    shares = np.concatenate([part for part, _ in pieces])
    return shares / shares.sum(), truth.low + width * np.concatenate([places for _, places in pieces])


def _range(truth: Beta) -> tuple[float, float]:
    """Where the beta is, before stretching: to the very end on a side where its exponent is small."""
    both = truth.alpha + truth.beta
    mean = truth.alpha / both
    reach = _REACH * math.sqrt(mean * (1 - mean) / (both + 1))
    low = 0.0 if truth.alpha <= _STEEP else max(mean - reach, 0.0)
    high = 1.0 if truth.beta <= _STEEP else min(mean + reach, 1.0)
    return low, high


def _piece(truth: Beta, low: float, high: float) -> tuple[Reals, Reals]:
    """Shares and places of Gauss-Jacobi nodes from low to high; nothing where there is nothing in between.

    An end where the density may be infinite is part of the rule, so that it is met exactly.
    """
    if low >= high:
        return np.empty(0), np.empty(0)
    left = truth.alpha - 1 if low == 0 and truth.alpha <= _STEEP else 0.0
    right = truth.beta - 1 if high == 1 and truth.beta <= _STEEP else 0.0
    nodes, weights = roots_jacobi(_NODES, right, left)
    half = (high - low) / 2
    places: Reals = low + half * (nodes + 1)
    logs = (left + right + 1) * math.log(half) - betaln(truth.alpha, truth.beta)
    logs = (
        logs
        + (truth.alpha - 1 - left) * np.log(np.maximum(places, _TINY))
        + (truth.beta - 1 - right) * np.log1p(-places)
    )
    shares: Reals = weights * np.exp(logs)
    return shares, places
