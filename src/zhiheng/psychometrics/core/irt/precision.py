"""How sure the parameters are: their covariance, from the information the answers hold.

- "observed": the observed information by Louis (1982): what complete data would tell, less what is lost because
  abilities are not seen (the covariance of the complete scores given the answers).
- "cross-product": the sum over persons of the outer product of their scores (Berndt, Hall, Hall & Hausman 1974);
  the same in large samples, and cheaper.
- "cross-product by item": its blocks alone, for so many items that the whole does not fit; what items tell about one
  another is left out, which makes the errors a little too small.

Priors count with their second derivatives. A parameter at its bound has no error of its own and is held fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.linalg import LinAlgError

from zhiheng.psychometrics.core.irt.answers import Answers, Lists
from zhiheng.psychometrics.core.irt.arrays import Flags, Places, Reals
from zhiheng.psychometrics.core.irt.calibrating import Calibration
from zhiheng.psychometrics.core.irt.curves import scores_of
from zhiheng.psychometrics.core.irt.kernel import add_squares
from zhiheng.psychometrics.core.irt.maximisation import Group, reached, slopes
from zhiheng.psychometrics.core.irt.priors import Priors

Method = Literal["observed", "cross-product", "cross-product by item"]
WORK = 3e10  # multiplications that may be spent on Louis' formula
MOST = 600  # parameters whose covariance is still worked out as a whole
PERSONS = 256  # at once
SMALL_STEP = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Precision:
    """covariances: for every item (width, width), NaN where there is none. method: how they were found.

    Only what belongs to one item is kept.
    """

    method: Method
    covariances: tuple[Reals, ...]


def precision(answers: Answers, found: Calibration, *, method: Method | None = None) -> Precision:
    """Covariances of the parameters of every item; method None: the best that is affordable."""
    width = sum(group.parameters.size for group in found.groups)
    chosen = method or _affordable(answers, found, width)
    if chosen == "cross-product by item":
        return Precision(method=chosen, covariances=_by_item(answers, found))
    places = _places(found.groups, len(answers.categories))
    total = _between(answers, found, places, width, louis=chosen == "observed")
    _add_blocks(total, found, answers, places, louis=chosen == "observed")
    free = _free(found.groups, places, width)
    covariance = _inverse(total, _merged(found, places, width), free)
    return Precision(method=chosen, covariances=tuple(covariance[np.ix_(place, place)] for place in places))


def _affordable(answers: Answers, found: Calibration, width: int) -> Method:
    if width > MOST:
        return "cross-product by item"
    work = float(answers.persons) * width**2 * found.settings.nodes
    return "observed" if work <= WORK else "cross-product"


def _places(groups: Sequence[Group], items: int) -> list[Places]:
    """For every item the places of its parameters in one long list, item after item."""
    widths = np.zeros(items, dtype=np.int64)
    for group in groups:
        widths[group.items] = group.parameters.shape[1]
    ends = np.cumsum(widths)
    return [np.arange(end - width, end) for end, width in zip(ends, widths, strict=True)]


def _row_scores(group: Group, nodes: Reals) -> Reals:
    """(n, scores, width, nodes) derivatives of the log chance of every score by the item's parameters."""
    lists = scores_of(group.kind, group.columns, nodes[None, :])
    return np.stack([np.stack(row, axis=1) for row in lists], axis=2)


def _of_rows(found: Calibration, rows: int) -> Reals:
    """(rows, widest, nodes) derivatives of the log chance of each row by its item's parameters; 0 where it has fewer."""
    nodes, _ = found.grid()
    widest = max(group.parameters.shape[1] for group in found.groups)
    scores = np.zeros((rows, widest, len(nodes)))
    for group in found.groups:
        scores[group.rows, : group.parameters.shape[1]] = _row_scores(group, nodes)
    return scores


def _between(
    answers: Answers, found: Calibration, places: Sequence[Places], width: int, *, louis: bool
) -> Reals:
    """Sum over persons of the outer product of their scores; for Louis less that of their scores at each node."""
    _, prior = found.grid()
    logs = found.logs()
    of_row = _of_rows(found, len(logs))
    spare = width  # one column more takes what narrower items do not have
    column = np.full((len(places), of_row.shape[1]), spare)
    for item, place in enumerate(places):
        column[item, : len(place)] = place
    column = np.repeat(column, answers.categories, axis=0)
    total = np.zeros((width + 1, width + 1))
    for part in answers.parts(logs, prior, PERSONS):
        at = (part.owner[:, None], column[part.row])
        scores = np.zeros((len(part.posterior), width + 1))
        scores[at] = np.einsum("aq,awq->aw", part.posterior[part.owner], of_row[part.row])
        total += scores.T @ scores
        for node, weights in enumerate(part.posterior.T if louis else ()):
            scores[at] = of_row[part.row, :, node]
            total -= (scores * weights[:, None]).T @ scores
    return total[:width, :width]


def _add_blocks(
    total: Reals, found: Calibration, answers: Answers, places: Sequence[Places], *, louis: bool
) -> None:
    """What complete data would tell of each item (Louis), or what its prior says (cross-product)."""
    nodes, prior = found.grid()
    counts = answers.expected(found.logs(), prior).counts if louis else None
    for group in found.groups:
        blocks = _curvature(group, counts, nodes, found.settings.priors)
        for item, block in zip(group.items, blocks, strict=True):
            total[np.ix_(places[item], places[item])] += block


def _curvature(group: Group, counts: Reals | None, nodes: Reals, priors: Priors) -> Reals:
    """(n, width, width) minus the second derivatives, as differences of first ones. counts None: of the prior alone."""
    width = group.parameters.shape[1]
    blocks = np.empty((len(group.items), width, width))
    for one in range(width):
        nudge = np.zeros(width)
        nudge[one] = SMALL_STEP
        up, down = (
            _gradient(replace(group, parameters=group.parameters + sign * nudge), counts, nodes, priors)
            for sign in (1, -1)
        )
        blocks[:, :, one] = (down - up) / (2 * SMALL_STEP)
    return (blocks + blocks.transpose(0, 2, 1)) / 2


def _gradient(group: Group, counts: Reals | None, nodes: Reals, priors: Priors) -> Reals:
    if counts is None:
        return priors.slopes(group.kind, group.parameters)[0]
    return slopes(group, counts, nodes, priors).gradient


def _free(groups: Sequence[Group], places: Sequence[Places], width: int) -> Flags:
    """(width,) which parameters are not held at a bound."""
    free = np.ones(width, dtype=bool)
    for group in groups:
        for item, held in zip(group.items, reached(group), strict=True):
            free[places[item]] = ~held
    return free


def _merged(found: Calibration, places: Sequence[Places], width: int) -> Reals:
    """(width, estimated) which estimated number each parameter is: with one slope all slopes are the first."""
    if not found.one_slope:
        return np.eye(width)
    slopes_at = np.array([place[0] for place in places])
    others = np.setdiff1d(np.arange(width), slopes_at)
    merged = np.zeros((width, 1 + len(others)))
    merged[slopes_at, 0] = 1.0
    merged[others, np.arange(1, 1 + len(others))] = 1.0
    return merged


def _inverse(information: Reals, merged: Reals, free: Flags) -> Reals:
    """(width, width) covariances; NaN for what is held, and for everything if the information is not positive."""
    kept = merged * free[:, None]
    used = kept.any(axis=0)
    kept = kept[:, used]
    try:
        lower = np.linalg.cholesky(kept.T @ information @ kept)
        half = np.linalg.solve(lower, kept.T)
        covariance = half.T @ half
    except LinAlgError:
        covariance = np.full_like(information, np.nan)
    covariance[~free, :] = np.nan
    covariance[:, ~free] = np.nan
    return covariance


def _by_item(answers: Answers, found: Calibration) -> tuple[Reals, ...]:
    _, prior = found.grid()
    logs = found.logs()
    item_of = np.repeat(np.arange(len(answers.categories)), answers.categories)
    scores = _of_rows(found, len(logs))
    widest = scores.shape[1]
    squares = np.zeros((len(answers.categories), widest, widest))
    if isinstance(answers, Lists):
        add_squares(answers.starts, answers.rows, logs, prior, scores, item_of, squares)
    else:
        for part in answers.parts(logs, prior, PERSONS):
            mean = np.einsum("aq,awq->aw", part.posterior[part.owner], scores[part.row])
            np.add.at(squares, item_of[part.row], mean[:, :, None] * mean[:, None, :])
    return _inverted_blocks(found, squares)


def _inverted_blocks(found: Calibration, squares: Reals) -> tuple[Reals, ...]:
    nodes, _ = found.grid()
    blocks: dict[int, Reals] = {}
    free: dict[int, Flags] = {}
    for group in found.groups:
        width = group.parameters.shape[1]
        held = _curvature(group, None, nodes, found.settings.priors)
        for item, prior, stuck in zip(group.items, held, reached(group), strict=True):
            blocks[int(item)] = squares[item, :width, :width] + prior
            free[int(item)] = ~stuck
    if found.one_slope:
        return _with_one_slope([blocks[item] for item in range(len(squares))])
    return tuple(_inverse(blocks[item], np.eye(len(free[item])), free[item]) for item in range(len(squares)))


def _with_one_slope(blocks: Sequence[Reals]) -> tuple[Reals, ...]:
    """Every item tells of the slope what its intercepts do not explain; these add up."""
    tied = [np.linalg.solve(block[1:, 1:], block[1:, 0]) for block in blocks]
    variance = 1 / sum(
        float(block[0, 0] - block[0, 1:] @ tie) for block, tie in zip(blocks, tied, strict=True)
    )
    found = []
    for block, tie in zip(blocks, tied, strict=True):
        covariance = np.outer(*(np.concatenate(([1.0], -tie)),) * 2) * variance
        covariance[1:, 1:] += np.linalg.inv(block[1:, 1:])
        found.append(covariance)
    return tuple(found)
