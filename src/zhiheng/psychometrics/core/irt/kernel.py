"""Answers written down one after another: the expectation step where each person saw few of many items, compiled.

Arrays in, arrays out. `rows` names for every answer the row of its item and score in the table of log chances.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

from zhiheng.psychometrics.core.irt.arrays import Places, Reals, Rows

NEGLIGIBLE = 40.0  # a node whose log weight is this far below the best adds less than the last digit
_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compiled on first use and kept on disk; `function.py_func` is the plain one."""
    return cast("_Function", njit(cache=True, nogil=True)(function))


@compiled
def weigh(answers: Rows, logs: Reals, prior: Reals, weight: Reals) -> None:
    """Fills weight (nodes,): log prior and log chances of one person's answers."""
    for node in range(prior.shape[0]):
        weight[node] = prior[node]
    for row in answers:
        for node in range(prior.shape[0]):
            weight[node] += logs[row, node]


@compiled
def share_out(weight: Reals) -> tuple[int, int, float]:
    """Turns log weights into shares that sum to 1, where they are not negligible.

    Returns the first node that counts, the one after the last, and the log of the sum.
    """
    best = weight.max()
    first, last = 0, weight.shape[0]
    while weight[first] < best - NEGLIGIBLE:
        first += 1
    while weight[last - 1] < best - NEGLIGIBLE:
        last -= 1
    total = 0.0
    for node in range(first, last):
        weight[node] = np.exp(weight[node] - best)
        total += weight[node]
    for node in range(first, last):
        weight[node] /= total
    return first, last, best + np.log(total)


@compiled
def add_expected(starts: Places, rows: Rows, logs: Reals, prior: Reals, counts: Reals, mass: Reals) -> float:
    """Adds to counts (table rows, nodes) and mass (nodes,); returns the log likelihood.

    starts: (persons + 1,) where each person's answers begin in rows. logs: (table rows, nodes). prior: (nodes,) logs.
    """
    weight = np.empty(prior.shape[0])
    total = 0.0
    for person in range(starts.shape[0] - 1):
        answers = rows[starts[person] : starts[person + 1]]
        weigh(answers, logs, prior, weight)
        first, last, height = share_out(weight)
        total += height
        for node in range(first, last):
            mass[node] += weight[node]
        for row in answers:
            for node in range(first, last):
                counts[row, node] += weight[node]
    return total


@compiled
def log_weights(starts: Places, rows: Rows, logs: Reals, prior: Reals, weights: Reals) -> None:
    """Fills weights (persons, nodes): log prior and log chances of all a person's answers."""
    for person in range(starts.shape[0] - 1):
        weigh(rows[starts[person] : starts[person + 1]], logs, prior, weights[person])


@compiled
def add_squares(
    starts: Places, rows: Rows, logs: Reals, prior: Reals, scores: Reals, item_of: Places, squares: Reals
) -> None:
    """Adds to squares (items, width, width) the products of every answer's mean score with itself.

    scores: (table rows, width, nodes) first derivatives of log chances. item_of: (table rows,).
    """
    weight = np.empty(prior.shape[0])
    mean = np.empty(scores.shape[1])
    for person in range(starts.shape[0] - 1):
        answers = rows[starts[person] : starts[person + 1]]
        weigh(answers, logs, prior, weight)
        first, last, _ = share_out(weight)
        for row in answers:
            for one in range(mean.shape[0]):
                mean[one] = 0.0
                for node in range(first, last):
                    mean[one] += weight[node] * scores[row, one, node]
            for one in range(mean.shape[0]):
                for other in range(mean.shape[0]):
                    squares[item_of[row], one, other] += mean[one] * mean[other]
