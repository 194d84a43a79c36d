"""Krippendorff's alpha: agreement of any number of markers with whatever is missing, for every kind of scale."""

from typing import Literal

import numpy as np

from zhiheng.psychometrics.core.responses import Places, Reals

Scale = Literal["nominal", "ordinal", "interval"]
_NOTHING = 1e-12


def krippendorff(codes: Places, *, values: Reals, scale: Scale) -> float | None:
    """alpha = 1 - observed / expected disagreement; None where nothing is comparable or only one category was given.

    codes: (things, markers) places in values, -1 = not marked; things marked once are left out.
    values: (categories,) in order; their distance counts on the interval scale, on the ordinal one how many
    judgements lie between.
    Source: Krippendorff (2004), Content Analysis, 2nd ed., chapter 11, as worked in "Computing Krippendorff's Alpha-Reliability"
    (2011), steps A to D.
    """
    counts = np.stack([(codes == place).sum(axis=1) for place in range(len(values))], axis=1).astype(float)
    marked = counts.sum(axis=1)
    counts, marked = counts[marked > 1], marked[marked > 1]
    if not len(counts):
        return None
    pairs = counts / (marked - 1)[:, None]
    coincidences = pairs.T @ counts - np.diag(pairs.sum(axis=0))
    totals = coincidences.sum(axis=1)
    apart = _distances(totals, values, scale)
    expected = float(totals @ apart @ totals) / (float(totals.sum()) - 1)
    if expected <= _NOTHING:
        return None
    return 1 - float((coincidences * apart).sum()) / expected


def _distances(totals: Reals, values: Reals, scale: Scale) -> Reals:
    """(categories, categories) squared differences of the scale."""
    if scale == "nominal":
        return 1 - np.eye(len(values))
    # Between two categories lie half of each of them and all of those in between.
    places = np.cumsum(totals) - totals / 2 if scale == "ordinal" else values
    apart: Reals = (places[:, None] - places) ** 2
    return apart
