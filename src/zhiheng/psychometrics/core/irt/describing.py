"""Calibrated items as people speak of them, and models side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import chi2

from zhiheng.psychometrics.core.irt.arrays import Reals
from zhiheng.psychometrics.core.irt.calibrating import Calibration, Model
from zhiheng.psychometrics.core.irt.curves import Kind
from zhiheng.psychometrics.core.irt.maximisation import LEAST_LOGIT, MOST_LOGIT
from zhiheng.psychometrics.core.irt.precision import Precision

NESTED: dict[Model, tuple[Model, ...]] = {"2pl": ("1pl",), "gpcm": ("1pl",), "3pl": ("2pl", "1pl")}
"""Which model is a special case of which, nearest first."""
LOW_SLOPE = 0.2
NO_SLOPE = 1e-3  # a curve as good as level lies nowhere
STEEP = 20.0  # a curve as good as a stair: the likelihood hardly says how steep


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """error: standard error. None where there is none."""

    value: float | None
    error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """slope a. intercepts d_1, …. difficulties: b of each step (P(k) = P(k-1)) or threshold (P(≥k) = 1/2).

    guessing: None but for 3PL. remarks: what to beware of, in words.
    """

    item: str
    kind: Kind
    slope: Estimate
    intercepts: tuple[Estimate, ...]
    difficulties: tuple[Estimate, ...]
    guessing: Estimate | None
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A model beside the nearest one it contains: chi_square twice the gain in log likelihood.

    Below 0 it stands on a lower top than the one it contains, and its chance is 1.
    """

    model: Model
    against: Model
    chi_square: float
    freedom: int
    chance: float


def described(found: Calibration, names: Sequence[str], sure: Precision) -> tuple[Described, ...]:
    """Every item, in the order of `names`; errors of b and g by the delta method."""
    lines: dict[int, Described] = {}
    for group in found.groups:
        for item, parameters in zip(group.items, group.parameters, strict=True):
            place = int(item)
            lines[place] = _described(names[place], group.kind, parameters, sure.covariances[place])
    return tuple(lines[place] for place in range(len(names)))


def _described(name: str, kind: Kind, parameters: Reals, covariance: Reals) -> Described:
    slope, guessing = float(parameters[0]), None
    inner = parameters[1:2] if kind is Kind.GUESSING else parameters[1:]
    errors = np.sqrt(np.diag(covariance))
    if kind is Kind.GUESSING:
        chance = float(expit(parameters[2]))
        guessing = _estimate(chance, float(errors[2]) * chance * (1 - chance))
    located = _located(kind, parameters, covariance)
    return Described(
        item=name,
        kind=kind,
        slope=_estimate(slope, float(errors[0])),
        intercepts=tuple(_estimate(float(d), float(errors[1 + at])) for at, d in enumerate(inner)),
        difficulties=located,
        guessing=guessing,
        remarks=_remarks(kind, parameters, [one.value for one in located if one.value is not None]),
    )


def _located(kind: Kind, parameters: Reals, covariance: Reals) -> tuple[Estimate, ...]:
    tilts = _tilts(kind, parameters)
    slope = float(parameters[0])
    if abs(slope) < NO_SLOPE:
        return (Estimate(value=None, error=None),) * len(tilts)
    return tuple(
        _estimate(float(-(tilt[1:] @ parameters[1:]) / slope), _delta(tilt, parameters, covariance))
        for tilt in tilts
    )


def _tilts(kind: Kind, parameters: Reals) -> list[Reals]:
    """For every difficulty b = -(tilt · parameters) / a the weights of the intercepts."""
    if kind is Kind.GUESSING:
        return [np.array([0.0, 1.0, 0.0])]
    width = len(parameters)
    tilts = list(np.eye(width)[1:])
    if kind is Kind.STEPS:
        tilts = [tilt - np.eye(width)[m - 1] * (m > 1) for m, tilt in enumerate(tilts, 1)]
    return tilts


def _delta(tilt: Reals, parameters: Reals, covariance: Reals) -> float:
    """Standard error of -(tilt · d) / a. What the weights do not touch may be unknown."""
    slope = parameters[0]
    gradient = -tilt / slope
    gradient[0] = (tilt[1:] @ parameters[1:]) / slope**2
    used = np.flatnonzero(gradient)
    return float(np.sqrt(gradient[used] @ covariance[np.ix_(used, used)] @ gradient[used]))


def _estimate(value: float, error: float) -> Estimate:
    return Estimate(value=value, error=error if np.isfinite(error) else None)


def _remarks(kind: Kind, parameters: Reals, difficulties: Sequence[float]) -> tuple[str, ...]:
    found = []
    slope = parameters[0]
    if abs(slope) >= STEEP:
        found.append("区分度没有可靠的有限估计：答案近乎阶梯；可给区分度先验（--slope-prior）")
    elif abs(slope) < NO_SLOPE:
        found.append("区分度为零，与能力无关，没有难度可言")
    elif slope < 0:
        found.append("区分度为负：能力高的人反而得分低，请核对答案与计分")
    elif slope < LOW_SLOPE:
        found.append("区分度很低，难度的估计没有意义")
    if kind is Kind.STEPS and any(np.diff(difficulties) < 0):
        found.append("步骤难度不递增：中间的得分从来不是最可能的")
    if kind is Kind.GUESSING and parameters[2] <= LEAST_LOGIT:
        found.append("猜测参数停在 0")
    if kind is Kind.GUESSING and parameters[2] >= MOST_LOGIT:
        found.append("猜测参数停在上限；可给猜测先验（--guessing-prior）")
    return tuple(found)


def compared(found: Sequence[Calibration]) -> tuple[Comparison, ...]:
    """Likelihood ratio tests of each model against the nearest one among them that it contains.

    For 3PL against 2PL the guessing parameters lie on the edge of what they may be: the chance is too large.
    """
    by_model = {one.model: one for one in found}
    lines = []
    for model, one in by_model.items():
        against = next((other for other in NESTED.get(model, ()) if other in by_model), None)
        if against is None or one.parameters == by_model[against].parameters:
            continue
        other = by_model[against]
        gain = 2 * (one.log_likelihood - other.log_likelihood)
        freedom = one.parameters - other.parameters
        lines.append(
            Comparison(
                model=model,
                against=against,
                chi_square=gain,
                freedom=freedom,
                chance=float(chi2.sf(gain, freedom)),
            )
        )
    return tuple(lines)
