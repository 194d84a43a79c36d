"""Answers made up from known items: the truth that calibration should find again."""

from dataclasses import dataclass

import numpy as np

from zhiheng.psychometrics.core.irt.answers import Lists
from zhiheng.psychometrics.core.irt.arrays import Points, Reals

BLOCK = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """slopes, difficulties: (items,)."""

    slopes: Reals
    difficulties: Reals

    def error_of(self, slopes: Reals, intercepts: Reals) -> tuple[float, float]:
        """Root mean squared errors of slopes and of difficulties."""
        off = slopes - self.slopes, -intercepts / slopes - self.difficulties
        return float(np.sqrt((off[0] ** 2).mean())), float(np.sqrt((off[1] ** 2).mean()))


def truth(items: int, rng: np.random.Generator) -> Truth:
    """Slopes log-normal (0, 0.3), difficulties standard normal."""
    return Truth(slopes=rng.lognormal(0.0, 0.3, items), difficulties=rng.normal(size=items))


def one_paper(*, persons: int, items: int, seed: int) -> tuple[Points, Truth]:
    """(persons, items) right or wrong: everybody has the same paper."""
    rng = np.random.default_rng(seed)
    known = truth(items, rng)
    scores = np.empty((persons, items), dtype=np.int8)
    for first in range(0, persons, BLOCK):
        theta = rng.normal(size=(min(BLOCK, persons - first), 1))
        chance = 1 / (1 + np.exp(-known.slopes * (theta - known.difficulties)))
        scores[first : first + BLOCK] = rng.random(chance.shape) < chance
    return scores, known


def paper_each(*, persons: int, items: int, length: int, seed: int) -> tuple[Lists, Truth]:
    """Everybody has `length` of `items` items, one at random out of each `length`-th part of the bank."""
    rng = np.random.default_rng(seed)
    known = truth(items, rng)
    part = items // length
    rows = np.empty((persons, length), dtype=np.int32)
    for first in range(0, persons, BLOCK):
        theta = rng.normal(size=(min(BLOCK, persons - first), 1))
        item = rng.integers(0, part, size=(len(theta), length)) + np.arange(length) * part
        chance = 1 / (1 + np.exp(-known.slopes[item] * (theta - known.difficulties[item])))
        rows[first : first + BLOCK] = 2 * item + (rng.random(chance.shape) < chance)
    starts = np.arange(0, persons * length + 1, length)
    return Lists(categories=np.full(items, 2), starts=starts, rows=rows.reshape(-1)), known
