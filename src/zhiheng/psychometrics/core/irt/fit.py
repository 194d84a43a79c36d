"""Whether items behave as their curves say, and whether pairs of them go together beyond ability."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from zhiheng.psychometrics.core.irt.answers import Answers, Matrix
from zhiheng.psychometrics.core.irt.arrays import Places, Reals
from zhiheng.psychometrics.core.irt.calibrating import Calibration
from zhiheng.psychometrics.core.irt.curves import expected_score
from zhiheng.psychometrics.core.irt.persons import Abilities

LEAST_CELL = 1.0
MOST_ITEMS = 300  # for S-X² and Q3
FAR = 0.2  # of Q3 above its mean


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFit:
    """outfit, infit: mean squares of residuals, plain and weighted by information (Wright & Masters 1982, ch. 5).
    s_x2, freedom, chance: Orlando & Thissen (2000), None where it cannot be worked out.
    """

    outfit: float
    infit: float
    s_x2: float | None
    freedom: int | None
    chance: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two items by their places. q3: the correlation of their residuals (Yen 1984)."""

    one: int
    other: int
    q3: float


def item_fit(answers: Answers, found: Calibration) -> tuple[ItemFit, ...]:
    """Every item. Residuals are taken at every ability and weighted by how likely each person has it (Adams & Wu 2007),
    so that 1 is expected however short the paper is; where an item has a slope of its own they hardly leave it.
    S-X² only where everybody was given every item.
    """
    _, prior = found.grid()
    logs = found.logs()
    counts = answers.expected(logs, prior).counts
    tests = _s_x2(answers, found) if _is_full(answers) else [None] * len(answers.categories)
    lines = []
    for item, test in enumerate(tests):
        rows = slice(answers.offsets[item], answers.offsets[item + 1])
        outfit, infit = _mean_squares(counts[rows], np.exp(logs[rows]))
        lines.append(
            ItemFit(
                outfit=outfit,
                infit=infit,
                s_x2=test and test[0],
                freedom=test and test[1],
                chance=float(chi2.sf(*test)) if test else None,
            )
        )
    return tuple(lines)


def _mean_squares(counts: Reals, chances: Reals) -> tuple[float, float]:
    """Outfit and infit; both (scores, nodes)."""
    score = np.arange(len(chances))[:, None]
    mean = (score * chances).sum(axis=0)
    variance = ((score - mean) ** 2 * chances).sum(axis=0)
    squares = (counts * (score - mean) ** 2).sum(axis=0)
    persons = counts.sum(axis=0)
    return float((squares / variance).sum() / persons.sum()), float(squares.sum() / (persons @ variance))


def local_dependence(answers: Answers, found: Calibration, known: Abilities) -> Reals | None:
    """(items, items) Q3 of every pair, over who answered both; NaN for pairs nobody did. known: EAP, which all have.

    None for more than MOST_ITEMS items. Without dependence Q3 is about -1 / (items - 1).
    """
    items = len(answers.categories)
    if items > MOST_ITEMS:
        return None
    sums = np.zeros((5, items, items))
    for residual, there in _residuals(answers, found, known):
        squares = residual**2
        for total, pair in zip(
            sums,
            ((there, there), (residual, there), (there, residual), (squares, there), (residual, residual)),
            strict=True,
        ):
            total += pair[0].T @ pair[1]
    return _correlations(sums)


def dependent_pairs(q3: Reals) -> tuple[Pair, ...]:
    """Pairs whose Q3 lies more than FAR above the mean of all (Christensen, Makransky & Horton 2017), highest first."""
    one, other = np.triu_indices(len(q3), 1)
    values = q3[one, other]
    if np.isnan(values).all():
        return ()
    far = np.flatnonzero(values - np.nanmean(values) > FAR)
    return tuple(
        Pair(one=int(one[at]), other=int(other[at]), q3=float(values[at]))
        for at in far[np.argsort(-values[far], kind="stable")]
    )


def _correlations(sums: Reals) -> Reals:
    """sums: persons who answered both, sums of the one's and the other's residuals, of the one's squares, of products."""
    with np.errstate(divide="ignore", invalid="ignore"):
        persons, left, right, squares, products = sums
        covariance = products / persons - left * right / persons**2
        spread = squares / persons - (left / persons) ** 2
        found = covariance / np.sqrt(spread * spread.T)
    return np.asarray(found)


def _residuals(answers: Answers, found: Calibration, known: Abilities) -> Iterator[tuple[Reals, Reals]]:
    """Some persons at a time: (persons, items) score less expected, 0 where there is none; and 1 where there is one."""
    nodes, prior = found.grid()
    items = len(answers.categories)
    item_of = np.repeat(np.arange(items), answers.categories)
    score_of = np.arange(len(item_of)) - answers.offsets[item_of]
    for part in answers.parts(np.zeros((len(item_of), len(nodes))), prior):
        theta = known.theta[part.people]
        expected = np.empty((len(theta), items))
        for group in found.groups:
            columns = [column[None, :] for column in group.parameters.T]
            expected[:, group.items] = expected_score(group.kind, columns, theta[:, None])
        residual, there = np.zeros_like(expected), np.zeros_like(expected)
        item = item_of[part.row]
        residual[part.owner, item] = score_of[part.row] - expected[part.owner, item]
        there[part.owner, item] = 1.0
        yield residual, there


def _is_full(answers: Answers) -> bool:
    return isinstance(answers, Matrix) and not answers.gaps and len(answers.categories) <= MOST_ITEMS


def _s_x2(answers: Answers, found: Calibration) -> list[tuple[float, int] | None]:
    """Scores observed and expected among persons of the same total; Kang & Chen (2008) for several scores."""
    _, prior = found.grid()
    logs = found.logs()
    chances = [
        np.exp(logs[first:end]) for first, end in zip(answers.offsets[:-1], answers.offsets[1:], strict=True)
    ]
    observed = _observed(answers)
    weights = np.exp(prior)
    tests = []
    for item, own in enumerate(chances):
        rest = totals([one for other, one in enumerate(chances) if other != item])
        expected = np.zeros_like(observed[item])
        for score, curve in enumerate(own):
            expected[score : score + len(rest), score] = (rest * curve) @ weights
        persons = observed[item].sum(axis=1, keepdims=True)
        expected *= persons / expected.sum(axis=1, keepdims=True)
        _, parameters = found.item(item)
        tests.append(_tested(observed[item][1:-1], expected[1:-1], len(parameters)))
    return tests


def _observed(answers: Answers) -> list[Reals]:
    """For every item (totals, scores) how many persons."""
    assert isinstance(answers, Matrix)
    total = answers.patterns.sum(axis=1, dtype=np.int64)
    most = int((answers.categories - 1).sum())
    found = []
    for item, scores in enumerate(answers.categories):
        table = np.zeros((most + 1, int(scores)))
        np.add.at(table, (total, answers.patterns[:, item]), answers.times)
        found.append(table)
    return found


def totals(chances: Sequence[Reals]) -> Reals:
    """(totals, nodes) the chance of every sum of scores at every node (Lord & Wingersky 1984).

    chances: for each item (scores, nodes).
    """
    found = np.ones((1, chances[0].shape[1]))
    for own in chances:
        longer = np.zeros((len(found) + len(own) - 1, found.shape[1]))
        for score, curve in enumerate(own):
            longer[score : score + len(found)] += found * curve
        found = longer
    return found


def _tested(observed: Reals, expected: Reals, parameters: int) -> tuple[float, int] | None:
    """χ² and its degrees of freedom, once neighbours are put together until every cell expects LEAST_CELL persons."""
    rows: list[tuple[Reals, Reals]] = []
    seen, due = np.zeros(observed.shape[1]), np.zeros(observed.shape[1])
    for one, other in zip(observed, expected, strict=True):
        seen, due = seen + one, due + other
        if len(_cells(due)) > 1:
            rows.append((seen, due))
            seen, due = np.zeros_like(seen), np.zeros_like(due)
    if rows:
        rows[-1] = (rows[-1][0] + seen, rows[-1][1] + due)
    total, cells = 0.0, 0
    for seen, due in rows:
        starts = _cells(due)
        merged_seen, merged_due = np.add.reduceat(seen, starts), np.add.reduceat(due, starts)
        total += float(((merged_seen - merged_due) ** 2 / merged_due).sum())
        cells += len(starts) - 1
    freedom = cells - parameters
    return (total, freedom) if freedom > 0 else None


def _cells(due: Reals) -> Places:
    """Where each cell begins once neighbouring scores are put together."""
    starts, held = [0], 0.0
    for score, one in enumerate(due):
        if held >= LEAST_CELL and due[score:].sum() >= LEAST_CELL:
            starts.append(score)
            held = 0.0
        held += one
    return np.array(starts)
