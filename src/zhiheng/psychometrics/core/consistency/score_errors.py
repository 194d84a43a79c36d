"""How far a total may lie from the true score, at each total: not the same in the middle and at the ends."""

import numpy as np

from zhiheng.psychometrics.core.responses import Reals


def score_errors(totals: Reals, *, maximum: float, length: float) -> Reals:
    """(totals,) standard errors of measurement in points: M / n sqrt(x (n - x) / (n - 1)), x = n total / M.

    maximum: M. length: n, above 1: the number of items where each is right or wrong and worth one point, which is Lord's (1955) formula, Educational
    and Psychological Measurement 15, 325-336; otherwise the effective length of `livingston`, which is n where reliability is KR-21.
    """
    scores = totals * length / maximum
    errors: Reals = np.sqrt(np.maximum(scores * (length - scores), 0.0) / (length - 1)) * maximum / length
    return errors
