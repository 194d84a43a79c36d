"""The maximisation step: each item's parameters move uphill on their expected answers.

Newton's method with the expected information (Fisher scoring), exact for Kind.STEPS, each step halved until it does
not lead downhill. Items of one kind and number of scores are worked out together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from zhiheng.psychometrics.core.irt.arrays import Flags, Places, Reals
from zhiheng.psychometrics.core.irt.curves import Kind, in_order, log_chances, scores_of, width
from zhiheng.psychometrics.core.irt.priors import Priors

NEWTON_STEPS = 3
LEAST_SHARE = 1e-4  # of a step; a smaller one is not taken
ROUNDING = 1e-12
LONGEST = 2.0  # of a step, in logits
LEAST_LOGIT, MOST_LOGIT = -12.0, 3.0  # of a guessing parameter: 0.000006 to 0.95
MOST_SLOPE = 50.0  # a curve as steep as a stair
STILL = 1e-7
RIDGE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """Items of one kind and one number of scores.

    items: (n,) their places. rows: (n, scores) theirs in the table. parameters: (n, width).
    """

    kind: Kind
    items: Places
    rows: Places
    parameters: Reals

    @property
    def columns(self) -> list[Reals]:
        """One (n, 1) array a parameter, to broadcast against nodes."""
        return [column[:, None] for column in self.parameters.T]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slopes:
    """The pull on a group's parameters. gradient: (n, width); information: (n, width, width); both with the priors."""

    gradient: Reals
    information: Reals


def table(groups: Sequence[Group], nodes: Reals) -> Reals:
    """(rows, nodes) log chances of every score of every item."""
    rows = sum(group.rows.size for group in groups)
    logs = np.empty((rows, len(nodes)))
    for group in groups:
        logs[group.rows.T] = np.stack(log_chances(group.kind, group.columns, nodes[None, :]))
    return logs


def groups_of(kind: Kind, categories: Places, offsets: Places, start: Sequence[Reals]) -> tuple[Group, ...]:
    """Groups of items, with each item's first parameters."""
    found = []
    for scores in np.unique(categories):
        items = np.flatnonzero(categories == scores)
        found.append(
            Group(
                kind=kind,
                items=items,
                rows=offsets[items][:, None] + np.arange(scores)[None, :],
                parameters=np.stack([start[int(item)] for item in items]).reshape(
                    len(items), width(kind, int(scores))
                ),
            )
        )
    return tuple(found)


def slopes(group: Group, counts: Reals, nodes: Reals, priors: Priors) -> Slopes:
    """First derivatives of the expected log likelihood, and its expected information. counts: (rows, nodes)."""
    theirs = counts[group.rows]  # (n, scores, nodes)
    logs = np.stack(log_chances(group.kind, group.columns, nodes[None, :]), axis=1)
    parts = np.stack(
        [np.stack(row, axis=1) for row in scores_of(group.kind, group.columns, nodes[None, :])], axis=1
    )  # (n, width, scores, nodes)
    flat = parts.reshape(*parts.shape[:2], -1)
    at_node = theirs.sum(axis=1, keepdims=True)
    gradient = np.matmul(flat, theirs.reshape(len(theirs), -1, 1))[:, :, 0]
    heavy = flat * (at_node * np.exp(logs)).reshape(len(theirs), 1, -1)
    information = np.matmul(heavy, flat.transpose(0, 2, 1))
    pull, hold = priors.slopes(group.kind, group.parameters)
    return Slopes(gradient=gradient + pull, information=information + hold)


def heights(group: Group, counts: Reals, nodes: Reals, priors: Priors) -> Reals:
    """(n,) expected log likelihood of each item, with its prior; minus infinity where there is no curve."""
    fine = in_order(group.kind, group.parameters)
    parameters = np.where(fine[:, None], group.parameters, np.arange(group.parameters.shape[1], 0.0, -1.0))
    logs = np.stack(log_chances(group.kind, [one[:, None] for one in parameters.T], nodes[None, :]), axis=1)
    found = np.einsum("ikq,ikq->i", counts[group.rows], logs) + priors.height(group.kind, parameters)
    return np.where(fine, found, -np.inf)


def maximised(
    groups: Sequence[Group], counts: Reals, nodes: Reals, *, priors: Priors, one_slope: bool
) -> tuple[Group, ...]:
    """The groups after at most NEWTON_STEPS steps. one_slope: all items keep the same a (1PL, PCM)."""
    now = tuple(groups)
    best = [heights(group, counts, nodes, priors) for group in now]
    for _ in range(NEWTON_STEPS):
        pulls = [slopes(group, counts, nodes, priors) for group in now]
        steps = _together(pulls) if one_slope else [_newton(*pair) for pair in zip(now, pulls, strict=True)]
        now, best, moved = _walk(now, best, steps, counts, nodes, priors=priors, one_slope=one_slope)
        if moved < STILL:
            break
    return now


def _newton(group: Group, pull: Slopes) -> Reals:
    held, gradient = _held(pull.information), pull.gradient.copy()
    item, parameter = np.nonzero(at_bound(group, gradient))
    held[item, parameter, :] = held[item, :, parameter] = 0.0
    held[item, parameter, parameter] = 1.0
    gradient[item, parameter] = 0.0
    step = np.linalg.solve(held, gradient[:, :, None])[:, :, 0]
    if group.kind is not Kind.GUESSING:
        return np.asarray(step)
    # Near g = 0 its information vanishes faster than its gradient; a plain step would leave every scale.
    held[:, 2, 2] += np.where(np.abs(step[:, 2]) > 1.0, np.abs(gradient[:, 2]), 0.0)
    return np.asarray(np.linalg.solve(held, gradient[:, :, None])[:, :, 0])


def at_bound(group: Group, gradient: Reals) -> Flags:
    """(n, width) where a parameter stands at its bound and is drawn further: it has no estimate of its own."""
    least, most = _bounds(group)
    return np.asarray(
        ((group.parameters <= least) & (gradient < 0)) | ((group.parameters >= most) & (gradient > 0))
    )


def reached(group: Group) -> Flags:
    """(n, width) where a parameter stands at its bound."""
    least, most = _bounds(group)
    return np.asarray((group.parameters <= least) | (group.parameters >= most))


def _bounds(group: Group) -> tuple[Reals, Reals]:
    most = np.full(group.parameters.shape[1], np.inf)
    least = -most
    least[0], most[0] = -MOST_SLOPE, MOST_SLOPE
    if group.kind is Kind.GUESSING:
        least[2], most[2] = LEAST_LOGIT, MOST_LOGIT
    return least, most


def _held(information: Reals) -> Reals:
    """With a grain on the diagonal: a parameter nothing is known about stays where it is."""
    across = np.arange(information.shape[1])
    held = information.copy()
    held[:, across, across] += RIDGE * (1.0 + held[:, across, across])
    return held


def _together(pulls: Sequence[Slopes]) -> list[Reals]:
    """Newton's step with one slope for all: the intercepts are eliminated item by item."""
    information = push = 0.0
    kept: list[tuple[Reals, Reals]] = []
    for pull in pulls:
        held = _held(pull.information)
        corner, edge, rest = held[:, 0, 0], held[:, 1:, :1], held[:, 1:, 1:]
        by_slope = np.asarray(np.linalg.solve(rest, edge)[:, :, 0])
        by_pull = np.asarray(np.linalg.solve(rest, pull.gradient[:, 1:, None])[:, :, 0])
        information += float((corner - (edge[:, :, 0] * by_slope).sum(axis=1)).sum())
        push += float((pull.gradient[:, 0] - (edge[:, :, 0] * by_pull).sum(axis=1)).sum())
        kept.append((by_slope, by_pull))
    step = push / information
    return [
        np.column_stack((np.full(len(by_pull), step), by_pull - step * by_slope))
        for by_slope, by_pull in kept
    ]


def _walk(
    groups: Sequence[Group],
    best: Sequence[Reals],
    steps: Sequence[Reals],
    counts: Reals,
    nodes: Reals,
    *,
    priors: Priors,
    one_slope: bool,
) -> tuple[tuple[Group, ...], list[Reals], float]:
    """Each step is taken as far as it leads uphill; with one slope all go equally far."""
    cut = _shortened(steps, one_slope=one_slope)
    shares = [np.ones(len(step)) for step in steps]
    while True:
        tried = [_moved(*three) for three in zip(groups, cut, shares, strict=True)]
        found = [heights(group, counts, nodes, priors) for group in tried]
        worse = [_lower(new, old) for new, old in zip(found, best, strict=True)]
        if one_slope:
            worse = [np.full(len(new), _lower_together(found, best)) for new in found]
        if not any(one.any() for one in worse):
            break
        for share, one in zip(shares, worse, strict=True):
            share[one] = np.where(share[one] > LEAST_SHARE, share[one] / 2, 0.0)
    moved = max(float(np.abs(share[:, None] * step).max()) for share, step in zip(shares, cut, strict=True))
    return tuple(tried), found, moved


def _lower(new: Reals, old: Reals) -> Flags:
    return np.asarray(new < old - ROUNDING * (1 + np.abs(old)))


def _lower_together(new: Sequence[Reals], old: Sequence[Reals]) -> bool:
    totals = [np.array([sum(float(one.sum()) for one in ones)]) for ones in (new, old)]
    return bool(_lower(*totals)[0])


def _shortened(steps: Sequence[Reals], *, one_slope: bool) -> list[Reals]:
    longest = [np.abs(step).max(axis=1, keepdims=True) for step in steps]
    if one_slope:
        most = max(float(one.max()) for one in longest)
        longest = [np.full_like(one, most) for one in longest]
    return [step * (LONGEST / np.maximum(one, LONGEST)) for step, one in zip(steps, longest, strict=True)]


def _moved(group: Group, step: Reals, share: Reals) -> Group:
    return bounded(replace(group, parameters=group.parameters + share[:, None] * step))


def bounded(group: Group) -> Group:
    """Slopes and guessing kept where they still mean something."""
    return replace(group, parameters=np.clip(group.parameters, *_bounds(group)))
