"""Answers made up from known items. Abilities are the same whatever the seed, so that papers can be put together."""

import numpy as np

from zhiheng.psychometrics.core.irt.arrays import Points, Reals
from zhiheng.psychometrics.core.irt.curves import Kind, log_chances


def answers(kind: Kind, parameters: Reals, *, persons: int, seed: int, missing: float = 0.0) -> Points:
    """(persons, items) scores of items with `parameters` (items, width); -1 for the share that was not presented."""
    rng = np.random.default_rng(seed)
    theta = np.random.default_rng(0).normal(size=(persons, 1))
    chances = np.exp(np.stack(log_chances(kind, list(parameters.T[:, None, :]), theta)))
    drawn = rng.random((persons, len(parameters)))
    scores = (drawn >= np.cumsum(chances, axis=0)[:-1]).sum(axis=0)
    scores[rng.random(scores.shape) < missing] = -1
    return scores.astype(np.int8)
