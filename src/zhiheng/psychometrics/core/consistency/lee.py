"""Consistency and accuracy of passing from calibrated items: the distribution of the total at each ability."""

from collections.abc import Sequence

import numpy as np

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.consistency.outcomes import Classification, classified
from zhiheng.psychometrics.core.equating.scores import grid
from zhiheng.psychometrics.core.responses import Reals

_NEAR = 1e-9


def total_distribution(chances: Sequence[Reals], points: Sequence[Reals]) -> tuple[Reals, Reals]:
    """Totals (t,) and their chances (t, nodes) on a paper.

    chances: of each item (scores, nodes), summing to 1 over scores. points: of each item (scores,), from 0 up, on one grid.
    The recursion of Lord & Wingersky (1984), Applied Psychological Measurement 8, 453-461, for more than two scores: Thissen, Pommerich,
    Billeaud & Williams (1995), Applied Psychological Measurement 19, 39-49.
    """
    step = grid(np.concatenate(list(points)))[1]
    places = [np.round(values / step).astype(np.int64) for values in points]
    found = np.zeros((sum(int(at.max()) for at in places) + 1, chances[0].shape[1]))
    found[0] = 1.0
    top = 0
    for chance, at in zip(chances, places, strict=True):
        before, found = found, np.zeros_like(found)
        for part, place in zip(chance, at, strict=True):
            found[place : place + top + 1] += part * before[: top + 1]
        top += int(at.max())
    totals: Reals = np.arange(len(found)) * step
    return totals, found


def lee(chances: Sequence[Reals], points: Sequence[Reals], shares: Reals, *, cut: float) -> Classification:
    """chances, points: as total_distribution. shares: (nodes,) of persons at each ability, sum 1. cut: points that pass.

    Whoever is expected to reach the cut deserves to pass. Source: Lee (2010), Journal of Educational Measurement 47, 1-17,
    with the abilities as distributed (the D-method).
    Raises: Refused for a cut that no total can miss or reach.
    """
    totals, found = total_distribution(chances, points)
    if not 0 < cut <= totals[-1] + _NEAR:
        raise Refused(
            what=f"合格分 {cut:g} 不在 0 与满分 {totals[-1]:g} 之间", remedy="请改正合格分", code="cut"
        )
    passing = np.clip(found[totals >= cut - _NEAR].sum(axis=0), 0.0, 1.0)
    return classified(passing, shares, totals @ found >= cut - _NEAR)
