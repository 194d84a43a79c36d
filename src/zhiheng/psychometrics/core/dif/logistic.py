"""Whether the chance of a right answer depends on the group beside the total, also where the sign changes on the way."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, expit

from zhiheng.psychometrics.core.dif.groups import SIGNIFICANT, Compared, Size
from zhiheng.psychometrics.core.responses import Reals

_ROUNDS = 50
_STILL = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """uniform: chi-square (1 degree) that the group matters; crossing: (1) that it matters otherwise at other totals; both: (2).

    chance: of `both` as large without any difference. effect: what group and crossing add to Nagelkerke's R^2.
    size: A negligible, B moderate, C large. None: more or fewer than two scores, or one total only.
    """

    item: str
    uniform: float | None
    crossing: float | None
    both: float | None
    chance: float | None
    effect: float | None
    size: Size | None


def logistic_differences(given: Compared) -> tuple[Dependence, ...]:
    """One line per item, matched on the total of all.

    Three nested models, total; total and group; and their product: Swaminathan & Rogers (1990), Journal of Educational
    Measurement 27, 361-370; effect: Zumbo (1999), A Handbook on the Theory and Methods of Differential Item Functioning, with
    R^2 of Nagelkerke (1991), Biometrika 78, 691-692; sizes: Jodoin & Gierl (2001), Applied Measurement in Education 14, 329-349.
    """
    responses = given.responses
    totals = given.totals(np.ones(len(responses.items), dtype=np.bool_))
    spread = totals.std()
    steady = (totals - totals.mean()) / spread if spread > 0 else np.zeros(len(totals))
    return tuple(
        _dependence(name, responses.scores[:, place], float(responses.maxima[place]), steady, given)
        for place, name in enumerate(responses.items)
    )


def _dependence(name: str, own: Reals, maximum: float, steady: Reals, given: Compared) -> Dependence:
    group = given.focal.astype(float)
    design = np.stack([np.ones(len(own)), steady, group, steady * group], axis=1)
    heights = None
    if set(np.unique(own)) == {0.0, maximum} and steady.any():
        heights = [log_likelihood(design[:, :columns], own / maximum) for columns in (1, 2, 3, 4)]
    if heights is None or None in heights:
        return Dependence(
            item=name, uniform=None, crossing=None, both=None, chance=None, effect=None, size=None
        )
    empty, total, with_group, whole = (float(height) for height in heights if height is not None)
    both = max(2 * (whole - total), 0.0)
    chance = float(chdtrc(2, both))
    effect = _explained(empty, whole, len(own)) - _explained(empty, total, len(own))
    return Dependence(
        item=name,
        uniform=max(2 * (with_group - total), 0.0),
        crossing=max(2 * (whole - with_group), 0.0),
        both=both,
        chance=chance,
        effect=effect,
        size=_size(effect, chance),
    )


def log_likelihood(design: Reals, right: Reals) -> float | None:
    """The highest there is of a logistic regression, by Newton's steps; None where they do not settle.

    Where answers are foreseen entirely the highest is a limit, reached to the accuracy of the steps.

    design: (persons, columns). right: (persons,) 0 or 1.
    """
    weights = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        logits = design @ weights
        chance = expit(logits)
        pull = design.T @ (right - chance)
        if np.abs(pull).max() < _STILL * len(right):
            return float(right @ logits - np.logaddexp(0.0, logits).sum())
        bend = design.T @ ((chance * (1 - chance))[:, None] * design)
        weights = weights + np.linalg.lstsq(bend, pull, rcond=None)[0]
    return None


def _size(effect: float, chance: float) -> Size:
    if chance >= SIGNIFICANT or effect < 0.035:
        return "A"
    return "C" if effect >= 0.07 else "B"


def _explained(empty: float, model: float, persons: int) -> float:
    """Nagelkerke's R^2."""
    return float(-np.expm1(2 * (empty - model) / persons) / -np.expm1(2 * empty / persons))
