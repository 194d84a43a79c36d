"""What the answers say about each person's ability, once the items are calibrated.

- EAP: mean and standard deviation of the posterior over the nodes (Bock & Mislevy 1982, eqs. 6-7).
- MAP: the highest point of the posterior under a standard normal prior; error 1/sqrt(I + 1).
- WLE: Warm (1989): the likelihood weighted so that its bias of first order vanishes; finite also for those who have
  everything right or wrong; error 1/sqrt(I).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from zhiheng.psychometrics.core.irt.answers import Answers, Part
from zhiheng.psychometrics.core.irt.arrays import Reals
from zhiheng.psychometrics.core.irt.calibrating import Calibration
from zhiheng.psychometrics.core.irt.curves import bends, information, log_chances, pulls
from zhiheng.psychometrics.core.irt.maximisation import Group

Estimator = Literal["eap", "map", "wle"]
ESTIMATORS: tuple[Estimator, ...] = ("eap", "map", "wle")
STEPS = 200
STILL = 1e-8
LONGEST = 0.5
FARTHEST = 10.0  # logits: whoever is drawn further has no estimate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Abilities:
    """theta, error: (persons,), both NaN where no estimate was found."""

    estimator: Estimator
    theta: Reals
    error: Reals

    @property
    def reliability(self) -> float:
        """Empirical: variance of the estimates over itself and the mean squared error, for EAP and MAP;
        for WLE, whose errors are part of its variance, 1 - mean squared error / variance."""
        known = ~np.isnan(self.theta)
        spread = float(np.var(self.theta[known], ddof=1))
        noise = float((self.error[known] ** 2).mean())
        return 1 - noise / spread if self.estimator == "wle" else spread / (spread + noise)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sums:
    """Over a person's answers: d log L/dθ, information, and Σ P'P''/P."""

    pull: Reals
    information: Reals
    lean: Reals


def abilities(answers: Answers, found: Calibration, *, estimator: Estimator = "eap") -> Abilities:
    """One estimate a person, in the order of `answers`."""
    nodes, prior = found.grid()
    theta, error = np.empty(answers.persons), np.empty(answers.persons)
    finder = _Finder(found.groups)
    for part in answers.parts(found.logs(), prior):
        mean = part.posterior @ nodes
        if estimator == "eap":
            theta[part.people] = mean
            error[part.people] = np.sqrt(np.maximum(part.posterior @ nodes**2 - mean**2, 0.0))
        else:
            theta[part.people], error[part.people] = finder.highest(part, mean, weighted=estimator == "wle")
    return Abilities(estimator=estimator, theta=theta, error=error)


def paper_information(found: Calibration, thetas: Reals, shares: Reals | None = None) -> Reals:
    """(thetas,) information of all items together. shares: (items,) how much of each counts, 1 if not given."""
    total = np.zeros(len(thetas))
    for group in found.groups:
        weight = np.ones(len(group.items)) if shares is None else shares[group.items]
        total += weight @ information(group.kind, group.columns, thetas[None, :])
    return total


def shares_given(answers: Answers) -> Reals:
    """(items,) the share of persons who were given each item: with them the average paper is looked at."""
    return np.asarray(np.add.reduceat(answers.frequencies(), answers.offsets[:-1]) / answers.persons)


def marginal_reliability(answers: Answers, found: Calibration) -> float:
    """The mean over the standard normal of I / (I + 1), the share of variance known, I of the average paper."""
    nodes, prior = found.grid()
    told = paper_information(found, nodes, shares_given(answers))
    return float(np.exp(prior) @ (told / (told + 1)))


class _Finder:
    """Answers sorted by the group of their item, whatever the part."""

    def __init__(self, groups: Sequence[Group]) -> None:
        rows = sum(group.rows.size for group in groups)
        self.groups = groups
        self.group_of, self.item_of, self.score_of = (np.empty(rows, dtype=np.int64) for _ in range(3))
        for number, group in enumerate(groups):
            self.group_of[group.rows] = number
            self.item_of[group.rows] = np.arange(len(group.items))[:, None]
            self.score_of[group.rows] = np.arange(group.rows.shape[1])[None, :]

    def highest(self, part: Part, start: Reals, *, weighted: bool) -> tuple[Reals, Reals]:
        """Newton's steps with the information, none longer than LONGEST, until all stand still."""
        theta = start.copy()
        for _ in range(STEPS):
            sums = self._sums(part, theta)
            known = sums.information + (0.0 if weighted else 1.0)
            drawn = sums.pull + (sums.lean / (2 * sums.information) if weighted else -theta)
            step = np.clip(drawn / known, -LONGEST, LONGEST)
            theta = np.clip(theta + step, -FARTHEST, FARTHEST)
            if np.abs(step).max() < STILL:
                break
        lost = (np.abs(step) >= STILL) | (np.abs(theta) >= FARTHEST)
        return np.where(lost, np.nan, theta), np.where(lost, np.nan, 1 / np.sqrt(known))

    def _sums(self, part: Part, theta: Reals) -> _Sums:
        totals = np.zeros((3, len(theta)))
        for number, group in enumerate(self.groups):
            mine = np.flatnonzero(self.group_of[part.row] == number)
            owner, row = part.owner[mine], part.row[mine]
            columns = list(group.parameters[self.item_of[row]].T)
            at = theta[owner]
            chances = [np.exp(log) for log in log_chances(group.kind, columns, at)]
            pull, bend = pulls(group.kind, columns, at), bends(group.kind, columns, at)
            chosen = np.stack(pull)[self.score_of[row], np.arange(len(row))]
            told = sum(p * one**2 for p, one in zip(chances, pull, strict=True))
            lean = sum(p * one * two for p, one, two in zip(chances, pull, bend, strict=True))
            slope = columns[0]
            for total, summand in zip(
                totals, (slope * chosen, slope**2 * told, slope**3 * lean), strict=True
            ):
                total += np.bincount(owner, weights=summand, minlength=len(theta))
        return _Sums(pull=totals[0], information=totals[1], lean=totals[2])
