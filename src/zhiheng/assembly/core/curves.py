"""What an item is expected to give and to tell at each ability, before and after calibration.

Before calibration all that is known is the share of candidates exactly at the cut who are expected to solve it
(an Angoff rating). It is read as a Rasch item whose difficulty b is such that P(cut) is that share; ability 0 is
the cut and one unit a logit. Source: Rasch (1960); information as Lord (1980), equation 5-4.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from zhiheng.assembly.core.search.problem import Reals
from zhiheng.bank.core.terms import ItemType

GRID = (-1.5, -0.75, 0.0, 0.75, 1.5)
"""Abilities, in logits from the cut, at which papers are made equal."""
SURE = 0.02  # no rating is taken nearer to 0 or 1 than this


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """expected: marks; information: squared reciprocal logits; both (len(thetas),)."""

    expected: Reals
    information: Reals


def curve(*, difficulty: Decimal, marks: Decimal, kind: ItemType, thetas: tuple[float, ...] = GRID) -> Curve:
    """An item rated at `difficulty`. A short answer of m marks counts as m steps of its difficulty, others as one."""
    share = min(max(float(difficulty), SURE), 1 - SURE)
    location = -math.log(share / (1 - share))
    solved = 1 / (1 + np.exp(location - np.array(thetas)))
    steps = float(marks) if kind == "short" else 1.0
    return Curve(expected=float(marks) * solved, information=steps * solved * (1 - solved))
