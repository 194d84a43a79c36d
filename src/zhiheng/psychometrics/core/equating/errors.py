"""How far equated scores would move with other persons from the same groups."""

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np

from zhiheng.psychometrics.core.equating.linear import Line, Moments, moments
from zhiheng.psychometrics.core.equating.scores import Sample
from zhiheng.psychometrics.core.responses import Reals

_STEP = 1e-5
_NAMES = tuple(field.name for field in fields(Moments))


def delta_errors(line: Callable[[Moments, Moments], Line], new: Sample, old: Sample, points: Reals) -> Reals:
    """(points,) standard errors of a line that is made of moments, by the delta method, no normality assumed.

    se^2 = sum over groups of g' C g / persons; g the slope of the equated score in the moments, by central differences, C the covariance
    of what one person adds to them: Kolen & Brennan (2014), Test Equating, 3rd ed., chapter 7.
    """
    both = (moments(new), moments(old))
    variance = np.zeros(len(points))
    for which, sample in enumerate((new, old)):
        adds = _adds(sample, both[which])
        covariance = np.cov(adds, rowvar=False, ddof=0)
        slopes = np.stack([_slope(line, both, which, place, points) for place in range(adds.shape[1])])
        variance += np.einsum("ip,ij,jp->p", slopes, covariance, slopes) / len(sample.total)
    return np.sqrt(np.maximum(variance, 0.0))


def _adds(sample: Sample, centre: Moments) -> Reals:
    """(persons, 5) what each person adds to the moments, in their order."""
    away = sample.total - centre.mean
    apart = np.zeros_like(away) if sample.anchor is None else sample.anchor - centre.anchor_mean
    return np.stack([away, away**2, apart, apart**2, away * apart], axis=1)


def _slope(
    line: Callable[[Moments, Moments], Line],
    both: tuple[Moments, Moments],
    which: int,
    place: int,
    points: Reals,
) -> Reals:
    name = _NAMES[place]
    value = getattr(both[which], name)
    step = _STEP * max(abs(value), 1.0)

    def at(moved: float) -> Reals:
        pair = list(both)
        pair[which] = replace(pair[which], **{name: moved})
        return line(pair[0], pair[1]).at(points)

    slope: Reals = (at(value + step) - at(value - step)) / (2 * step)
    return slope


def bootstrap_errors(
    equate: Callable[[Sample, Sample], Reals],
    new: Sample,
    old: Sample,
    *,
    rng: np.random.Generator,
    times: int,
) -> Reals:
    """(points,) standard deviations of the equated scores over `times` draws with replacement from each group.

    Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 6; Kolen & Brennan (2014), chapter 7.
    """
    found = []
    for _ in range(times):
        drawn = [one.drawn(rng.integers(len(one.total), size=len(one.total))) for one in (new, old)]
        found.append(equate(drawn[0], drawn[1]))
    errors: Reals = np.std(np.stack(found), axis=0, ddof=1)
    return errors
