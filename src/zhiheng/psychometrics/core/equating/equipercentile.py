"""Scores that as many persons reach: equipercentile equating, in one step or by way of an anchor."""

import numpy as np

from zhiheng.psychometrics.core.equating.scores import Distribution
from zhiheng.psychometrics.core.responses import Places, Reals

_NEAR = 1e-10  # shares nearer to each other are the same share


def percentile_ranks(distribution: Distribution, scores: Reals) -> Reals:
    """(scores,) shares below each score, persons of one score spread evenly over half a step to both sides.

    Kolen & Brennan (2014), Test Equating, 3rd ed., chapter 2. Scores may lie anywhere; outside the range it is 0 or 1.
    """
    edges, reached = _cumulative(distribution)
    return np.interp(scores, edges, reached)


def scores_at(distribution: Distribution, ranks: Reals) -> Reals:
    """(ranks,) scores with these percentile ranks: Kolen & Brennan (2014), chapter 2.

    Where nobody has the scores in between, the middle of the highest and the lowest score of that rank.
    """
    edges, reached = _cumulative(distribution)
    highest = _inverse(edges, reached, ranks, np.searchsorted(reached, ranks + _NEAR, side="right"))
    lowest = _inverse(edges, reached, ranks, np.searchsorted(reached, ranks - _NEAR, side="left"))
    return (highest + lowest) / 2


def equipercentile(new: Distribution, old: Distribution, scores: Reals) -> Reals:
    """(scores,) of the new form on the scale of the old, groups equivalent: Q^-1(P(x)), Kolen & Brennan (2014), chapter 2."""
    return scores_at(old, percentile_ranks(new, scores))


def chained(
    new: Distribution,
    new_anchor: Distribution,
    old_anchor: Distribution,
    old: Distribution,
    scores: Reals,
) -> Reals:
    """Other groups: to the anchor in the group of the new form, on to the old total in the other group.

    Kolen & Brennan (2014), chapter 5.
    """
    return equipercentile(old_anchor, old, equipercentile(new, new_anchor, scores))


def _cumulative(distribution: Distribution) -> tuple[Reals, Reals]:
    """Edges of the scores, half a step to both sides, and the share reached at each."""
    half = distribution.step / 2
    edges = np.concatenate([[distribution.points[0] - half], distribution.points + half])
    reached = np.concatenate([[0.0], np.cumsum(distribution.shares)])
    return edges, reached / reached[-1]


def _inverse(edges: Reals, reached: Reals, ranks: Reals, above: Places) -> Reals:
    """Scores on the piece that ends at the edge `above`, by a straight line."""
    end = np.clip(above, 1, len(edges) - 1)
    low, high = reached[end - 1], reached[end]
    wide = high - low
    part = np.divide(ranks - low, wide, out=np.zeros_like(ranks), where=wide > _NEAR)
    scores: Reals = edges[end - 1] + np.clip(part, 0, 1) * (edges[end] - edges[end - 1])
    return scores
