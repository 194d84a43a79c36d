"""How far a total score can be trusted: alpha and its kin, from one matrix of covariances."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

from zhiheng.psychometrics.core.responses import Reals, Responses

COMMON = 2
"""The least number of persons who must have answered both items of every pair."""
_ROUNDS = 2_000
_STILL = 1e-12
_LOADS = 1e-6  # a smaller loading is none; with fewer than three the others are not determined


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """alpha: Cronbach's; kr20 the same number where every item is right or wrong, else None.

    alpha_interval: 95 % after Feldt. sem: standard error of measurement, in points. mean, sd: of the total.
    split_half: odd against even items, stepped up by Spearman-Brown. omega: McDonald's, one common factor.
    without: alpha of the paper without each item, in order. None: cannot be reckoned.
    """

    mean: float
    sd: float
    alpha: float | None
    alpha_interval: tuple[float, float] | None
    kr20: float | None
    lambda2: float | None
    split_half: float | None
    omega: float | None
    sem: float | None
    without: tuple[float | None, ...]


def reliability(responses: Responses) -> Reliability | None:
    """Reliability of the total of all items; None where some two items have fewer than COMMON persons in common,
    or there is but one item.

    Sources: alpha, Cronbach (1951), Psychometrika 16, 297-334; KR-20, Kuder & Richardson (1937), formula 20; lambda-2,
    Guttman (1945), Psychometrika 10, 255-282; split halves, Spearman (1910) and Brown (1910); omega, McDonald (1999), Test Theory, chapter 6;
    SEM = sd sqrt(1 - alpha), Lord & Novick (1968), Statistical Theories of Mental Test Scores, chapter 3.
    """
    covariances = pairwise_covariances(responses.scores)
    if covariances is None or len(covariances) < 2:
        return None
    value = alpha(covariances)
    total = math.sqrt(max(float(covariances.sum()), 0.0))
    return Reliability(
        mean=float(np.nanmean(responses.scores, axis=0).sum()),
        sd=total,
        alpha=value,
        alpha_interval=None if value is None else _interval(value, *responses.scores.shape),
        kr20=value if responses.dichotomous else None,
        lambda2=lambda2(covariances),
        split_half=split_half(covariances),
        omega=omega(covariances),
        sem=total * math.sqrt(1 - value) if value is not None and value <= 1 else None,
        without=alphas_without(covariances),
    )


def pairwise_covariances(scores: Reals) -> Reals | None:
    """(items, items) covariances, n - 1 below, each over the persons who answered both items.

    scores: (persons, items), NaN = missing. None where a pair has fewer than COMMON persons.
    """
    answered = (~np.isnan(scores)).astype(float)
    common = answered.T @ answered
    if common.min() < COMMON:
        return None
    centred = np.where(answered > 0, scores - np.nanmean(scores, axis=0), 0.0)
    products = centred.T @ centred
    sums = centred.T @ answered  # of an item, over those who answered the other
    covariances: Reals = (products - sums * sums.T / common) / (common - 1)
    return covariances


def alpha(covariances: Reals) -> float | None:
    """k / (k - 1) (1 - trace / sum) of a (k, k) matrix of covariances; None for one item or a total that stands still."""
    return _alpha(len(covariances), float(np.trace(covariances)), float(covariances.sum()))


def alphas_without(covariances: Reals) -> tuple[float | None, ...]:
    """(items,) alpha of the paper without each item."""
    own = np.diag(covariances)
    traces = own.sum() - own
    totals = covariances.sum() - 2 * covariances.sum(axis=0) + own
    return tuple(
        _alpha(len(own) - 1, float(trace), float(total)) for trace, total in zip(traces, totals, strict=True)
    )


def _alpha(items: int, trace: float, total: float) -> float | None:
    if items < 2 or total <= _STILL * trace:
        return None
    return items / (items - 1) * (1 - trace / total)


def lambda2(covariances: Reals) -> float | None:
    """Guttman's second lower bound: (sum of covariances + sqrt(k / (k - 1) sum of their squares)) / variance of the total."""
    items, total = len(covariances), float(covariances.sum())
    if alpha(covariances) is None:
        return None
    apart = covariances - np.diag(np.diag(covariances))
    return float(apart.sum() + math.sqrt(items / (items - 1) * float((apart**2).sum()))) / total


def split_half(covariances: Reals) -> float | None:
    """2 r / (1 + r), r the correlation of the odd with the even items; None where a half stands still."""
    first, second = covariances[0::2], covariances[1::2]
    left, right = float(first[:, 0::2].sum()), float(second[:, 1::2].sum())
    if min(left, right) <= _STILL * float(np.trace(covariances)):
        return None
    r = float(first[:, 1::2].sum()) / math.sqrt(left * right)
    return 2 * r / (1 + r) if r > -1 + _STILL else None


def omega(covariances: Reals) -> float | None:
    """(sum of loadings)^2 / ((sum of loadings)^2 + sum of unique variances) under one common factor.

    Loadings are fitted to the covariances off the diagonal by least squares (minres), one item after the other. None for
    fewer than three items that load, where they are not determined, for a unique variance below zero, or where they do not settle.
    """
    variances = np.diag(covariances)
    if len(covariances) < 3 or variances.min() <= 0 or alpha(covariances) is None:
        return None
    scale = np.sqrt(variances)
    correlations = covariances / np.outer(scale, scale)
    loadings = _one_factor(correlations)
    if loadings is None or np.any(loadings**2 > 1) or (np.abs(loadings) > _LOADS).sum() < 3:
        return None
    common = float((loadings * scale).sum()) ** 2
    return common / (common + float((variances * (1 - loadings**2)).sum()))


def _one_factor(correlations: Reals) -> Reals | None:
    """Loadings on one factor: Harman & Jones (1966), Psychometrika 31, 351-368."""
    apart = correlations - np.diag(np.diag(correlations))
    loadings = np.full(len(apart), 0.5)
    for _ in range(_ROUNDS):
        before = loadings.copy()
        for place in range(len(apart)):
            others = float(loadings @ loadings - loadings[place] ** 2)
            if others <= _STILL:
                return None
            loadings[place] = float(apart[place] @ loadings) / others
        if np.abs(loadings - before).max() < _STILL:
            return loadings
    return None


def _interval(value: float, persons: int, items: int) -> tuple[float, float]:
    """95 % interval of alpha: Feldt, Woodruff & Salih (1987), Applied Psychological Measurement 11, 93-103."""
    above, below = persons - 1, (persons - 1) * (items - 1)
    return 1 - (1 - value) * float(fdtri(above, below, 0.975)), 1 - (1 - value) * float(
        fdtri(above, below, 0.025)
    )
