"""Marginal maximum likelihood: items are calibrated so that what was answered becomes as likely as it can.

Source: Bock & Aitkin (1981), expectation and maximisation over fixed nodes of a standard normal ability; sped up by
squared extrapolation (Varadhan & Roland 2008, scheme SqS3), which is taken back where it leads downhill.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from scipy.special import expit, logit

from zhiheng.psychometrics.core.irt.answers import Answers, Expected
from zhiheng.psychometrics.core.irt.arrays import Reals
from zhiheng.psychometrics.core.irt.curves import Kind, in_order
from zhiheng.psychometrics.core.irt.maximisation import (
    Group,
    at_bound,
    bounded,
    groups_of,
    maximised,
    slopes,
    table,
)
from zhiheng.psychometrics.core.irt.priors import Priors

Model = Literal["1pl", "2pl", "3pl", "gpcm", "grm"]
MODELS: tuple[Model, ...] = ("1pl", "2pl", "3pl", "gpcm", "grm")
KINDS: dict[Model, Kind] = {
    "1pl": Kind.STEPS,
    "2pl": Kind.STEPS,
    "gpcm": Kind.STEPS,
    "grm": Kind.GRADED,
    "3pl": Kind.GUESSING,
}
FIRST_GUESS = 0.15
LITTLE = -5.0  # logit of guessing that hardly is any
SLACK = 1e-8  # of a log likelihood, relative: less is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """nodes: how many, evenly from -bound to bound. tolerance: no parameter may move further in one last step.

    most: how many expectation steps are tried. squared: whether steps are extrapolated.
    """

    nodes: int = 41
    bound: float = 6.0
    tolerance: float = 1e-5
    most: int = 2000
    squared: bool = True
    priors: Priors = field(default_factory=Priors)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """log_likelihood: without priors. change: the largest move of a parameter in the last step.

    pull: the largest first derivative of the log likelihood (with priors) that is left. steps: expectation steps.
    parameters: how many were estimated.
    """

    model: Model
    groups: tuple[Group, ...]
    settings: Settings
    log_likelihood: float
    parameters: int
    persons: int
    converged: bool
    change: float
    pull: float
    steps: int

    @property
    def aic(self) -> float:
        """Akaike (1974): 2 k - 2 log L."""
        return 2 * self.parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz (1978): k log n - 2 log L, n the persons."""
        return float(self.parameters * np.log(self.persons) - 2 * self.log_likelihood)

    @property
    def one_slope(self) -> bool:
        return self.model == "1pl"

    def grid(self) -> tuple[Reals, Reals]:
        return grid(self.settings)

    def logs(self) -> Reals:
        """(rows, nodes) log chances of every score of every item."""
        return table(self.groups, self.grid()[0])

    def item(self, place: int) -> tuple[Kind, Reals]:
        """The kind and the parameters of one item."""
        for group in self.groups:
            at = np.flatnonzero(group.items == place)
            if len(at):
                return group.kind, group.parameters[at[0]]
        raise IndexError(place)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Point:
    """Parameters, what is expected under them, and how high that is (log likelihood and priors)."""

    groups: tuple[Group, ...]
    expected: Expected
    height: float


def grid(settings: Settings) -> tuple[Reals, Reals]:
    """Nodes, and the logs of their shares under a standard normal ability."""
    nodes = np.linspace(-settings.bound, settings.bound, settings.nodes)
    logs = -(nodes**2) / 2
    return nodes, logs - np.log(np.exp(logs).sum())


def calibrate(answers: Answers, *, model: Model, settings: Settings) -> Calibration:
    """Items of `answers` under one model; ability is standard normal, which fixes origin and unit.

    Every score of every item must have been reached by somebody (`preparing.prepare`); for 1pl, 2pl and 3pl nothing
    is said here about items of more than two scores.
    Not converged within `settings.most` steps is a value (`converged`), not an error.

    The likelihood of 3PL has several tops. Where the first one found is lower than that of 2PL, which is a 3PL
    without guessing, the climb begins anew from there.
    """
    found = _climbed(answers, model, settings, _start(answers, KINDS[model]))
    if model != "3pl" or settings.priors.guessing:
        return found
    simpler = _climbed(answers, "2pl", settings, _start(answers, Kind.STEPS))
    if _height(found) >= _height(simpler):
        return found
    again = _climbed(answers, model, settings, _with_little_guessing(simpler.groups))
    return max(again, found, key=_height)


def _climbed(answers: Answers, model: Model, settings: Settings, start: tuple[Group, ...]) -> Calibration:
    climb = _Climb(answers=answers, settings=settings, one_slope=model == "1pl")
    point = climb.at(start)
    change = np.inf
    while climb.steps < settings.most:
        change, point = climb.squared(point) if settings.squared else climb.plain(point)
        if change < settings.tolerance:
            break
    return Calibration(
        model=model,
        groups=point.groups,
        settings=settings,
        log_likelihood=point.expected.log_likelihood,
        parameters=_count(point.groups, one_slope=climb.one_slope),
        persons=answers.persons,
        converged=change < settings.tolerance,
        change=change,
        pull=climb.pull(point),
        steps=climb.steps,
    )


def _height(found: Calibration) -> float:
    priors = found.settings.priors
    return found.log_likelihood + sum(
        float(priors.height(group.kind, group.parameters).sum()) for group in found.groups
    )


def _with_little_guessing(groups: Sequence[Group]) -> tuple[Group, ...]:
    """2PL items as 3PL items."""
    return tuple(
        replace(
            group,
            kind=Kind.GUESSING,
            parameters=np.column_stack((group.parameters, np.full(len(group.items), LITTLE))),
        )
        for group in groups
    )


@dataclass(slots=True, kw_only=True)
class _Climb:
    answers: Answers
    settings: Settings
    one_slope: bool
    steps: int = 0
    nodes: Reals = field(init=False)
    prior: Reals = field(init=False)

    def __post_init__(self) -> None:
        self.nodes, self.prior = grid(self.settings)

    def at(self, groups: tuple[Group, ...]) -> _Point:
        """The expectation step."""
        self.steps += 1
        expected = self.answers.expected(table(groups, self.nodes), self.prior)
        height = expected.log_likelihood + sum(
            float(self.settings.priors.height(group.kind, group.parameters).sum()) for group in groups
        )
        return _Point(groups=groups, expected=expected, height=height)

    def up(self, point: _Point) -> tuple[Group, ...]:
        """The maximisation step."""
        return maximised(
            point.groups,
            point.expected.counts,
            self.nodes,
            priors=self.settings.priors,
            one_slope=self.one_slope,
        )

    def plain(self, point: _Point) -> tuple[float, _Point]:
        after = self.up(point)
        return _apart(point.groups, after), self.at(after)

    def squared(self, point: _Point) -> tuple[float, _Point]:
        """Two plain steps and a leap along what they have in common. Returns the length of the first, and the end."""
        first = self.up(point)
        change = _apart(point.groups, first)
        middle = self.at(first)
        if change < self.settings.tolerance:
            return change, middle
        second = self.up(middle)
        leap = extrapolated(point.groups, first, second)
        if leap is not None:
            end = self.at(leap)
            if end.height >= middle.height - SLACK * abs(middle.height):
                return change, end
        return change, self.at(second)

    def pull(self, point: _Point) -> float:
        """At its own expected answers the slope of the expected log likelihood is that of the likelihood itself."""
        found = []
        for group in point.groups:
            gradient = slopes(group, point.expected.counts, self.nodes, self.settings.priors).gradient
            found.append(np.where(at_bound(group, gradient), 0.0, gradient))
        if not self.one_slope:
            return max(float(np.abs(one).max()) for one in found)
        shared = abs(sum(float(one[:, 0].sum()) for one in found))
        return max(shared, *(float(np.abs(one[:, 1:]).max()) for one in found))


def _start(answers: Answers, kind: Kind) -> tuple[Group, ...]:
    """Slopes of 1, intercepts from how often each score occurs."""
    frequencies, offsets = answers.frequencies(), answers.offsets
    start: list[Reals] = []
    for item, scores in enumerate(answers.categories):
        shares = (frequencies[offsets[item] : offsets[item + 1]] + 0.5) / (
            frequencies[offsets[item] : offsets[item + 1]].sum() + 0.5 * scores
        )
        start.append(_first(kind, shares))
    return groups_of(kind, answers.categories, offsets, start)


def _first(kind: Kind, shares: Reals) -> Reals:
    if kind is Kind.STEPS:
        return np.concatenate(([1.0], np.log(shares[1:] / shares[0])))
    reached = np.cumsum(shares[::-1])[::-1][1:]
    if kind is Kind.GRADED:
        return np.concatenate(([1.0], 1.2 * logit(reached)))
    above = np.clip((reached - FIRST_GUESS) / (1 - FIRST_GUESS), 0.05, 0.95)
    return np.array([1.0, 1.2 * float(logit(above[0])), float(logit(FIRST_GUESS))])


def _apart(one: Sequence[Group], other: Sequence[Group]) -> float:
    """The largest move; guessing is compared as a chance, for its logit has no bottom."""
    return max(float(np.abs(_comparable(a) - _comparable(b)).max()) for a, b in zip(one, other, strict=True))


def _comparable(group: Group) -> Reals:
    parameters = group.parameters
    if group.kind is Kind.GUESSING:
        parameters = parameters.copy()
        parameters[:, 2] = expit(parameters[:, 2])
    return parameters


def extrapolated(
    start: Sequence[Group], first: Sequence[Group], second: Sequence[Group]
) -> tuple[Group, ...] | None:
    """start - 2αr + α²v with α = -|r| / |v| (SqS3); None where that is no leap, or describes no curves."""
    move = [b.parameters - a.parameters for a, b in zip(start, first, strict=True)]
    bend = [c.parameters - b.parameters - r for b, c, r in zip(first, second, move, strict=True)]
    longest = np.sqrt(sum(float((one**2).sum()) for one in bend))
    if longest == 0.0:
        return None
    stride = np.sqrt(sum(float((one**2).sum()) for one in move)) / longest
    if stride <= 1.0:
        return None
    found = tuple(
        bounded(replace(a, parameters=a.parameters + 2 * stride * r + stride**2 * v))
        for a, r, v in zip(start, move, bend, strict=True)
    )
    if all(in_order(group.kind, group.parameters).all() for group in found):
        return found
    return None


def _count(groups: Sequence[Group], *, one_slope: bool) -> int:
    if not one_slope:
        return sum(group.parameters.size for group in groups)
    return 1 + sum(group.parameters[:, 1:].size for group in groups)
