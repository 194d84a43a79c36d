"""Consistency and accuracy of passing from each person's ability and its standard error."""

import numpy as np
from scipy.special import ndtr

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.consistency.outcomes import Classification, classified
from zhiheng.psychometrics.core.responses import Reals


def rudner(theta: Reals, error: Reals, *, cut: float) -> Classification:
    """theta, error: (persons,) ability and standard error, NaN left out. cut: the ability that passes.

    A second measurement is normal about the first: Rudner (2005), Practical Assessment, Research & Evaluation 10 (13), for accuracy;
    consistency as Wyse & Hao (2012), Applied Psychological Measurement 36, 602-624.
    Raises: Refused where nobody has an ability with an error above nought.
    """
    known = ~np.isnan(theta) & ~np.isnan(error)
    if not known.any() or (error[known] <= 0).any():
        raise Refused(what="没有可用的能力值与标准误", remedy="请核对标定结果", code="abilities")
    passing = ndtr((theta[known] - cut) / error[known])
    shares = np.full(len(passing), 1 / len(passing))
    return classified(passing, shares, theta[known] >= cut)
