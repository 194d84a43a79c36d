"""Distributions of scores made smooth before equating, keeping as many moments as asked."""

import math
from dataclasses import dataclass

import numpy as np

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.equating.scores import Distribution
from zhiheng.psychometrics.core.responses import Reals

HIGHEST = 8
_ROUNDS = 200
_STILL = 1e-10
_THIN = 1e-4  # persons spread over all scores, so that the polynomials differ also where nobody is
_SINGULAR = 1e15
_TOO_FAR = 500.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Smoothed:
    """degree: moments kept. deviance: likelihood ratio against the counts. aic: deviance + 2 (degree + 1)."""

    distribution: Distribution
    degree: int
    deviance: float
    aic: float


def smooth(raw: Distribution, degree: int) -> Smoothed:
    """The polynomial log-linear distribution with the first `degree` moments of the counts.

    log m_j = b_0 + b_1 x_j + ... + b_C x_j^C by maximum likelihood: Holland & Thayer (1987), ETS RR 87-31; Kolen & Brennan (2014),
    chapter 3. Raises: Refused where fewer than degree + 2 different scores occur or the fit does not settle.
    """
    if not 1 <= degree <= HIGHEST:
        raise Refused(what=f"平滑阶数 {degree} 不在 1 至 {HIGHEST} 之间", remedy="常用 3 至 6", code="degree")
    if degree > _possible(raw):
        raise Refused(
            what=f"出现过的不同总分太少，不能保留 {degree} 阶矩", remedy="请减小 --smooth", code="degree"
        )
    fit = _smoothed(raw, degree)
    if fit is None:
        raise Refused(what="对数线性平滑没有收敛", remedy="请减小 --smooth，或增加考生", code="smoothing")
    return fit


def best_degree(raw: Distribution, *, highest: int = 6) -> int:
    """The degree from 1 to `highest` with the least AIC, of equals the lowest; 0 where none can be fitted."""
    fits = [_smoothed(raw, degree) for degree in range(1, min(highest, _possible(raw)) + 1)]
    settled = [fit for fit in fits if fit is not None]
    return min(settled, key=lambda fit: fit.aic).degree if settled else 0


def smooth_up_to(raw: Distribution, degree: int) -> Distribution:
    """Smoothed to `degree` moments, or as many as can be fitted; 0 leaves it as it is.

    Draws with replacement hold fewer scores than what they are drawn from.
    """
    for kept in range(min(degree, _possible(raw)), 0, -1):
        fit = _smoothed(raw, kept)
        if fit is not None:
            return fit.distribution
    return raw


def _smoothed(raw: Distribution, degree: int) -> Smoothed | None:
    counts = raw.shares * raw.persons
    fitted = _fit(_basis(raw, degree), counts)
    if fitted is None:
        return None
    deviance = _deviance(counts, fitted)
    return Smoothed(
        distribution=Distribution(points=raw.points, shares=fitted / fitted.sum(), persons=raw.persons),
        degree=degree,
        deviance=deviance,
        aic=deviance + 2 * (degree + 1),
    )


def _possible(raw: Distribution) -> int:
    """The highest degree whose fit is sure to exist."""
    return int((raw.shares > 0).sum()) - 2


def _basis(raw: Distribution, degree: int) -> Reals:
    """(scores, degree + 1) polynomials orthonormal where the persons are: the powers themselves are all but the same."""
    mean = raw.shares @ raw.points
    away = raw.points - mean
    powers = np.vander(away / math.sqrt(raw.shares @ away**2), degree + 1, increasing=True)
    weights = np.sqrt(raw.shares + _THIN / len(raw.points))
    triangle = np.linalg.qr(weights[:, None] * powers)[1]
    basis: Reals = np.linalg.solve(triangle.T, powers.T).T.astype(np.float64)
    return basis


def _fit(basis: Reals, counts: Reals) -> Reals | None:
    """Newton's steps on the Poisson likelihood, halved as long as they lose, until moments agree.

    None where they do not, or a step cannot be made: a few neighbouring scores of a long scale in wild numbers.
    """
    total = float(counts.sum())
    start = counts + 0.1 * total / len(counts)
    weights: Reals = np.linalg.lstsq(
        np.sqrt(start)[:, None] * basis, np.sqrt(start) * np.log(start), rcond=None
    )[0].astype(np.float64)
    for _ in range(_ROUNDS):
        fitted = _expected(basis, weights)
        gradient = basis.T @ (counts - fitted)
        if np.abs(gradient).max() <= _STILL * total:
            return fitted
        curvature = basis.T @ (fitted[:, None] * basis)
        if np.linalg.cond(curvature) > _SINGULAR:
            return None
        step = np.linalg.solve(curvature, gradient).astype(np.float64)
        weights = weights + np.float64(_share_of(step, weights, basis, counts)) * step
    return None


def _expected(basis: Reals, weights: Reals) -> Reals:
    """(scores,) counts, held below what a float can hold: such a step goes too far anyway."""
    expected: Reals = np.exp(np.minimum(basis @ weights, _TOO_FAR))
    return expected


def _share_of(step: Reals, weights: Reals, basis: Reals, counts: Reals) -> float:
    """1, 1/2, 1/4 … of the step: the first that does not lose likelihood."""

    def likelihood(at: Reals) -> float:
        return float(counts @ (basis @ at) - _expected(basis, at).sum())

    now, share = likelihood(weights), 1.0
    while share > 1e-6 and likelihood(weights + share * step) < now - 1e-9 * abs(now):
        share /= 2
    return share


def _deviance(counts: Reals, fitted: Reals) -> float:
    some = counts > 0
    return 2 * math.fsum(counts[some] * np.log(counts[some] / fitted[some]))
