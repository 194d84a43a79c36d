"""Curves of the models: the chance of every score at an ability, and its derivatives.

Metric D = 1 (logistic), slope and intercepts: an item of K scores 0..K-1 has a slope a and d_1..d_{K-1}.

- Kind.STEPS (1PL, 2PL, PCM, GPCM): log P_k = k·a·θ + d_k - log of the sum, d_0 = 0 (Muraki 1992, eq. 5, with
  d_k the sum of its first k steps); with K = 2 it is the 2PL (Birnbaum in Lord & Novick 1968, ch. 17).
- Kind.GRADED (GRM): P(score >= k) = σ(a·θ + d_k), d_1 > d_2 > ... (Samejima 1969).
- Kind.GUESSING (3PL): P_1 = g + (1 - g)·σ(a·θ + d), the last parameter being logit g (Lord 1980, eq. 2-1).

Everything is written for arrays that broadcast: `columns` are the parameters a, d_1, ... each of one shape, `theta`
of another; a result is a list over the scores (over parameters, then scores) of arrays of the common shape.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

import numpy as np
from scipy.special import expit, log_expit, logsumexp

from zhiheng.psychometrics.core.irt.arrays import Reals


class Kind(StrEnum):
    STEPS = "steps"
    GRADED = "graded"
    GUESSING = "guessing"


def width(kind: Kind, categories: int) -> int:
    """How many parameters an item of so many scores has."""
    return 3 if kind is Kind.GUESSING else categories


def log_chances(kind: Kind, columns: Sequence[Reals], theta: Reals) -> list[Reals]:
    """log P of every score."""
    if kind is Kind.STEPS:
        return _log_steps(columns, theta)
    if kind is Kind.GRADED:
        return _log_graded(columns, theta)
    return _log_guessing(columns, theta)


def pulls(kind: Kind, columns: Sequence[Reals], theta: Reals) -> list[Reals]:
    """d log P_k / d(a·θ) of every score: times a the derivative by θ, times θ the one by a."""
    if kind is Kind.STEPS:
        chances = [np.exp(log) for log in _log_steps(columns, theta)]
        expected = _mean(chances)
        return [score - expected for score in range(len(chances))]
    if kind is Kind.GRADED:
        above, below = _graded_edges(columns, theta)
        return [up - down for up, down in zip(above, below, strict=True)]
    rise, fall, _ = _guessing_ratios(columns, theta)
    return [-fall, rise]


def bends(kind: Kind, columns: Sequence[Reals], theta: Reals) -> list[Reals]:
    """P_k'' / P_k of every score, derivatives by a·θ."""
    if kind is Kind.STEPS:
        chances = [np.exp(log) for log in _log_steps(columns, theta)]
        expected = _mean(chances)
        spread = _mean(chances, power=2) - expected**2
        return [(score - expected) ** 2 - spread for score in range(len(chances))]
    if kind is Kind.GRADED:
        above, below = _graded_edges(columns, theta)
        turns = [0.0, *(1 - 2 * expit(columns[0] * theta + d) for d in columns[1:]), 0.0]
        return [
            up * turns[k] - down * turns[k + 1] for k, (up, down) in enumerate(zip(above, below, strict=True))
        ]
    rise, fall, _ = _guessing_ratios(columns, theta)
    turn = 1 - 2 * expit(columns[0] * theta + columns[1])
    return [-fall * turn, rise * turn]


def scores_of(kind: Kind, columns: Sequence[Reals], theta: Reals) -> list[list[Reals]]:
    """d log P_k / d parameter: a list over parameters of lists over scores."""
    pull = pulls(kind, columns, theta)
    first = [theta * one for one in pull]
    nothing = np.zeros_like(first[0])
    if kind is Kind.STEPS:
        chances = [np.exp(log) for log in _log_steps(columns, theta)]
        count = len(chances)
        return [first, *([float(k == m) - chances[m] for k in range(count)] for m in range(1, count))]
    if kind is Kind.GRADED:
        above, below = _graded_edges(columns, theta)
        found = [first]
        for m in range(1, len(columns)):
            row = [nothing] * len(columns)
            row[m] = above[m]
            row[m - 1] = -below[m - 1]
            found.append(row)
        return found
    _, _, guess = _guessing_ratios(columns, theta)
    logit = columns[2] + nothing
    return [first, pull, [-expit(logit), guess]]


def information(kind: Kind, columns: Sequence[Reals], theta: Reals) -> Reals:
    """Fisher information about θ: the sum over scores of P·(d log P / dθ)² (Lord 1980, eq. 5-4 in general form)."""
    chances = log_chances(kind, columns, theta)
    pull = pulls(kind, columns, theta)
    total = sum(np.exp(log) * one**2 for log, one in zip(chances, pull, strict=True))
    return np.asarray(columns[0] ** 2 * total)


def expected_score(kind: Kind, columns: Sequence[Reals], theta: Reals) -> Reals:
    """The mean score at each ability."""
    return _mean([np.exp(log) for log in log_chances(kind, columns, theta)])


def in_order(kind: Kind, parameters: Reals) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(items,) whether the parameters, (items, width), describe curves at all: graded intercepts must fall."""
    if kind is not Kind.GRADED:
        return np.ones(len(parameters), dtype=bool)
    return np.asarray(np.all(np.diff(parameters[:, 1:], axis=1) < 0, axis=1))


def _mean(chances: Sequence[Reals], power: int = 1) -> Reals:
    return np.asarray(sum(float(k**power) * one for k, one in enumerate(chances)))


def _log_steps(columns: Sequence[Reals], theta: Reals) -> list[Reals]:
    drive = columns[0] * theta
    if len(columns) == 2:  # the same, at half the price
        right = drive + columns[1]
        return [log_expit(-right), log_expit(right)]
    powers = [np.zeros_like(drive), *(k * drive + d for k, d in enumerate(columns[1:], 1))]
    total = logsumexp(np.stack(powers), axis=0)
    return [power - total for power in powers]


def _log_graded(columns: Sequence[Reals], theta: Reals) -> list[Reals]:
    """σ(u) - σ(v) = σ(u)·σ(-v)·(1 - exp(v - u)) keeps its digits where both are near 0 or 1."""
    drive = columns[0] * theta
    edges = [drive + d for d in columns[1:]]
    logs = [log_expit(-edges[0])]
    for upper, lower in pairwise(edges):
        logs.append(log_expit(upper) + log_expit(-lower) + np.log(-np.expm1(lower - upper)))
    return [*logs, log_expit(edges[-1])]


def _graded_edges(columns: Sequence[Reals], theta: Reals) -> tuple[list[Reals], list[Reals]]:
    """For each score k: w_k / P_k and w_{k+1} / P_k, where w is the density at an edge (0 at both ends)."""
    logs = _log_graded(columns, theta)
    edges = [columns[0] * theta + d for d in columns[1:]]
    densities = [log_expit(edge) + log_expit(-edge) for edge in edges]
    nothing = np.zeros_like(logs[0])
    above = [nothing, *(np.exp(w - log) for w, log in zip(densities, logs[1:], strict=True))]
    below = [*(np.exp(w - log) for w, log in zip(densities, logs, strict=False)), nothing]
    return above, below


def _log_guessing(columns: Sequence[Reals], theta: Reals) -> list[Reals]:
    drive = columns[0] * theta + columns[1]
    stays = log_expit(-columns[2])
    return [stays + log_expit(-drive), np.logaddexp(log_expit(columns[2]), stays + log_expit(drive))]


def _guessing_ratios(columns: Sequence[Reals], theta: Reals) -> tuple[Reals, Reals, Reals]:
    """P'/P of a right answer, P'/(1 - P) of a wrong one, and d log P / d logit g of a right one."""
    drive = columns[0] * theta + columns[1]
    right = _log_guessing(columns, theta)[1]
    rise = np.exp(log_expit(-columns[2]) + log_expit(drive) + log_expit(-drive) - right)
    guess = np.exp(log_expit(columns[2]) + log_expit(-columns[2]) + log_expit(-drive) - right)
    return rise, expit(drive), guess
