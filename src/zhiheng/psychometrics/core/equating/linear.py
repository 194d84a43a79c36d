"""Straight lines from the scale of a new form to that of an old one."""

from dataclasses import dataclass

import numpy as np

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.equating.scores import Sample
from zhiheng.psychometrics.core.responses import Reals


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Of one form in one group: total and anchor (nothing of it where there is none), divided by the persons."""

    mean: float
    variance: float
    anchor_mean: float = 0.0
    anchor_variance: float = 0.0
    covariance: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What `intercept + slope x` of the new form is on the scale of the old."""

    slope: float
    intercept: float

    def at(self, points: Reals) -> Reals:
        return self.intercept + self.slope * points


def moments(sample: Sample) -> Moments:
    """Raises: Refused where all totals, or all anchor scores, are the same."""
    total, anchor = sample.total, sample.anchor
    _insist_on_spread(total, f"{sample.name} 各人总分")
    if anchor is None:
        return Moments(mean=float(total.mean()), variance=float(total.var()))
    _insist_on_spread(anchor, f"{sample.name} 各人锚题分")
    covariance = float(((total - total.mean()) * (anchor - anchor.mean())).mean())
    if covariance <= 0:
        raise Refused(
            what=f"{sample.name} 的锚题分与总分不成正比",
            remedy="锚题不能代表全卷，请核对锚题与计分",
            code="anchor-covariance",
        )
    return Moments(
        mean=float(total.mean()),
        variance=float(total.var()),
        anchor_mean=float(anchor.mean()),
        anchor_variance=float(anchor.var()),
        covariance=covariance,
    )


def _insist_on_spread(scores: Reals, whose: str) -> None:
    if np.ptp(scores) == 0:
        raise Refused(what=f"{whose}相同", remedy="没有差异就无从等值，请核对数据", code="spread")


def mean_line(new: Moments, old: Moments) -> Line:
    """x - mean(X) + mean(Y), groups equivalent: Kolen & Brennan (2014), Test Equating, 3rd ed., chapter 2."""
    return Line(slope=1.0, intercept=old.mean - new.mean)


def linear_line(new: Moments, old: Moments) -> Line:
    """mean(Y) + sd(Y) / sd(X) (x - mean(X)), groups equivalent: Kolen & Brennan (2014), chapter 2."""
    return _through(new.mean, new.variance, old.mean, old.variance)


def tucker(new: Moments, old: Moments, *, weight: float) -> Line:
    """Other groups, regression of total on anchor the same in both: Kolen & Brennan (2014), chapter 4.

    gamma = cov(total, anchor) / var(anchor) in either group; the line as in `_synthetic`.

    weight: of the new form's group in the synthetic population, 0 to 1.
    """
    return _synthetic(
        new,
        old,
        weight,
        new.covariance / new.anchor_variance,
        old.covariance / old.anchor_variance,
    )


def levine_observed(new: Moments, old: Moments, *, weight: float, external: bool = False) -> Line:
    """Other groups, true scores of total and anchor in one line: Kolen & Brennan (2014), chapter 4.

    gamma = var(total) / cov where the anchor is part of the total, (var(total) + cov) / (var(anchor) + cov) where it is not.

    external: whether the anchor is no part of the total.
    """
    return _synthetic(new, old, weight, _length(new, external), _length(old, external))


def levine_true(new: Moments, old: Moments, *, external: bool = False) -> Line:
    """Levine's line of true scores, applied to observed ones: Kolen & Brennan (2014), chapter 4.

    mean(Y) + gamma_Y (mean(V in X's group) - mean(V in Y's group)) + gamma_Y / gamma_X (x - mean(X)).
    """
    one, other = _length(new, external), _length(old, external)
    slope = other / one
    gain = new.anchor_mean - old.anchor_mean
    return Line(slope=slope, intercept=old.mean + other * gain - slope * new.mean)


def chained_linear(new: Moments, old: Moments) -> Line:
    """From the new total to the anchor in its group, on to the old total in the other: Kolen & Brennan (2014), chapter 4."""
    there = _through(new.mean, new.variance, new.anchor_mean, new.anchor_variance)
    back = _through(old.anchor_mean, old.anchor_variance, old.mean, old.variance)
    return Line(slope=back.slope * there.slope, intercept=back.intercept + back.slope * there.intercept)


def _length(one: Moments, external: bool) -> float:
    """How many times as long as the anchor the form works: Angoff's (1971) estimate."""
    if external:
        return (one.variance + one.covariance) / (one.anchor_variance + one.covariance)
    return one.variance / one.covariance


def _synthetic(new: Moments, old: Moments, weight: float, first: float, second: float) -> Line:
    """Linear equating in the population made of both groups. first, second: gamma of the new and the old form.

    With D the difference of the anchor's means and S that of its variances, new minus old group, w the weight of the new:
    mean(X) - (1-w) g D, var(X) - (1-w) g^2 S + w (1-w) g^2 D^2; mean(Y) + w g D, var(Y) + w g^2 S + w (1-w) g^2 D^2.
    """
    rest = 1 - weight
    gain = new.anchor_mean - old.anchor_mean
    spread = new.anchor_variance - old.anchor_variance
    both = weight * rest * gain**2
    return _through(
        new.mean - rest * first * gain,
        new.variance + first**2 * (both - rest * spread),
        old.mean + weight * second * gain,
        old.variance + second**2 * (both + weight * spread),
    )


def _through(mean: float, variance: float, other_mean: float, other_variance: float) -> Line:
    if min(variance, other_variance) <= 0:
        raise Refused(
            what="两组考生的锚题分差异太大，推算出的方差不是正数",
            remedy="请改用链式等值，或核对锚题",
            code="synthetic-variance",
        )
    slope = float(np.sqrt(other_variance / variance))
    return Line(slope=slope, intercept=other_mean - slope * mean)
