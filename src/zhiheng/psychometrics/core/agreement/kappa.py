"""Agreement beyond chance on categories: Cohen's kappa, plain and weighted, and Fleiss' for many markers."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from zhiheng.psychometrics.core.responses import Places, Reals

Weighting = Literal["plain", "linear", "quadratic"]
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """value: 1 = full agreement, 0 = as by chance; None where chance alone explains all, as when all gave one category.

    error: large-sample standard error. exact: share of equal judgements. things: marked by both.
    """

    value: float | None
    error: float | None
    exact: float | None
    things: int


def cohen(first: Places, second: Places, *, values: Reals, weighting: Weighting = "plain") -> Kappa:
    """Cohen's kappa of two markers over what both marked.

    first, second: (things,) places in values, -1 = not marked. values: (categories,) numbers that stand for them;
    linear and quadratic disagreement is their distance and its square.
    kappa = 1 - sum v o / sum v e, v disagreement, o observed and e expected shares: Cohen (1960), Educational and Psychological
    Measurement 20, 37-46, and (1968), Psychological Bulletin 70, 213-220. Error: Fleiss, Cohen & Everitt
    (1969), Psychological Bulletin 72, 323-327.
    """
    both = (first >= 0) & (second >= 0)
    things = int(both.sum())
    if not things:
        return Kappa(value=None, error=None, exact=None, things=0)
    observed = np.zeros((len(values), len(values)))
    np.add.at(observed, (first[both], second[both]), 1 / things)
    exact = float(np.trace(observed))
    rows, columns = observed.sum(axis=1), observed.sum(axis=0)
    apart = _disagreement(values, weighting)
    chance = float(rows @ apart @ columns)
    if chance <= _NOTHING:
        return Kappa(value=None, error=None, exact=exact, things=things)
    value = 1 - float((apart * observed).sum()) / chance
    error = _error(observed, 1 - apart, 1 - chance, value) / math.sqrt(things)
    return Kappa(value=value, error=error, exact=exact, things=things)


def _disagreement(values: Reals, weighting: Weighting) -> Reals:
    """(categories, categories) from 0 on the diagonal to 1 for the ends of the scale."""
    distance: Reals = np.abs(values[:, None] - values)
    if weighting == "plain":
        return (distance > 0).astype(float)
    distance /= max(float(distance.max()), _NOTHING)
    return distance if weighting == "linear" else distance**2


def _error(observed: Reals, agreement: Reals, chance: float, value: float) -> float:
    """Times the root of the number of things. chance: weighted agreement expected by chance."""
    own = agreement @ observed.sum(axis=0)
    other = observed.sum(axis=1) @ agreement
    inner = (agreement - (own[:, None] + other) * (1 - value)) ** 2
    spread = float((observed * inner).sum()) - (value - chance * (1 - value)) ** 2
    return math.sqrt(max(spread, 0.0)) / (1 - chance)


def fleiss(codes: Places, categories: int) -> Kappa:
    """Fleiss' kappa of many markers, who need not be the same for each thing, over things all of them marked.

    codes: (things, markers) places below `categories`, none missing. error: under no agreement but chance.
    Sources: Fleiss (1971), Psychological Bulletin 76, 378-382; error: Fleiss, Nee & Landis (1979),
    Psychological Bulletin 86, 974-977.
    """
    things, markers = codes.shape
    if not things:
        return Kappa(value=None, error=None, exact=None, things=0)
    counts = np.zeros((things, categories))
    for column in range(markers):
        np.add.at(counts, (np.arange(things), codes[:, column]), 1)
    agreeing = ((counts**2).sum(axis=1) - markers) / (markers * (markers - 1))
    shares = counts.sum(axis=0) / (things * markers)
    against = shares * (1 - shares)
    chance, exact = float((shares**2).sum()), float(agreeing.mean())
    if 1 - chance <= _NOTHING:
        return Kappa(value=None, error=None, exact=exact, things=things)
    spread = float(against.sum()) ** 2 - float((against * (1 - 2 * shares)).sum())
    error = math.sqrt(2 * spread / (things * markers * (markers - 1))) / float(against.sum())
    return Kappa(value=(exact - chance) / (1 - chance), error=error, exact=exact, things=things)
