"""Classical item analysis: how hard an item is, how well it tells strong from weak, and what its options draw.

Persons are compared by shares: points had of the points possible on what they answered. Where everybody answered
everything that is the usual total score; where papers differ it is still fair to both.
"""

import math
from dataclasses import dataclass

import numpy as np

from zhiheng.psychometrics.core.responses import Choices, Reals, Responses

GROUP = 0.27
"""Share of persons in the upper and in the lower group: Kelley (1939), Journal of Educational Psychology 30, 17-24."""
_NOISE = 1e-12  # a spread below this share of the values is rounding, not spread


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionLine:
    """share, high, low: of all, of the upper and of the lower group, who chose it (None: nobody there answered).

    correlation: of choosing it with the share of points on the other items; None where one of them does not vary.
    """

    option: str
    is_key: bool
    count: int
    share: float
    high: float | None
    low: float | None
    correlation: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """answered: persons. difficulty: mean share of the maximum, high = easy. sd: of the points, n - 1 below.

    item_total, item_rest: product-moment correlations with the share of points on all and on the other items.
    discrimination: difficulty in the upper group minus that in the lower. None: cannot be reckoned.
    """

    item: str
    answered: int
    missing: int
    maximum: float
    mean: float
    difficulty: float
    sd: float | None
    item_total: float | None
    item_rest: float | None
    discrimination: float | None
    options: tuple[OptionLine, ...] = ()


def item_lines(responses: Responses, *, group: float = GROUP) -> tuple[ItemLine, ...]:
    """One line per item, in the order of the paper.

    difficulty p = mean / maximum; item-rest as Henrysson (1963), Psychometrika 28, 211-218: the item is not part of
    what it is compared with; discrimination D = p(upper) - p(lower) as Ebel & Frisbie (1991), p. 231, groups by the
    share on all items. Persons of equal share at the edge of a group count with the same fraction each, so that a
    group is exactly `group` of all and the order of rows says nothing.
    """
    shares, rests = _shares(responses), _rest_shares(responses)
    high, low = group_weights(shares, group), group_weights(-shares, group)
    return tuple(
        _item_line(responses, place, shares, rests[:, place], high, low)
        for place in range(len(responses.items))
    )


def _item_line(
    responses: Responses, place: int, shares: Reals, rest: Reals, high: Reals, low: Reals
) -> ItemLine:
    column, maximum = responses.scores[:, place], float(responses.maxima[place])
    answered = ~np.isnan(column)
    points = column[answered]
    upper, lower = _mean_in(column, high), _mean_in(column, low)
    choices = responses.choices.get(place)
    return ItemLine(
        item=responses.items[place],
        answered=len(points),
        missing=len(column) - len(points),
        maximum=maximum,
        mean=float(points.mean()),
        difficulty=float(points.mean()) / maximum,
        sd=float(points.std(ddof=1)) if len(points) > 1 else None,
        item_total=correlation(column, shares),
        item_rest=correlation(column, rest),
        discrimination=None if upper is None or lower is None else (upper - lower) / maximum,
        options=() if choices is None else _option_lines(choices, rest, high, low),
    )


def _option_lines(choices: Choices, rest: Reals, high: Reals, low: Reals) -> tuple[OptionLine, ...]:
    lines = []
    for place, option in enumerate(choices.options):
        chose = choices.chosen[:, place]
        lines.append(
            OptionLine(
                option=option,
                is_key=option in choices.key,
                count=int(np.nansum(chose)),
                share=float(np.nanmean(chose)),
                high=_mean_in(chose, high),
                low=_mean_in(chose, low),
                correlation=correlation(chose, rest),
            )
        )
    return tuple(lines)


def _shares(responses: Responses) -> Reals:
    """(persons,) points had of the points possible on what was answered; NaN for who answered nothing."""
    had, possible = _had_and_possible(responses)
    return _quotient(had, possible)


def _rest_shares(responses: Responses) -> Reals:
    """(persons, items) the same without the item itself; NaN for who answered nothing else."""
    had, possible = _had_and_possible(responses)
    answered = ~np.isnan(responses.scores)
    own = np.where(answered, responses.scores, 0.0)
    return _quotient(had[:, None] - own, possible[:, None] - answered * responses.maxima)


def _had_and_possible(responses: Responses) -> tuple[Reals, Reals]:
    answered = ~np.isnan(responses.scores)
    return np.nansum(responses.scores, axis=1), (answered * responses.maxima).sum(axis=1)


def _quotient(above: Reals, below: Reals) -> Reals:
    shares: Reals = np.full(above.shape, np.nan)
    np.divide(above, below, out=shares, where=below > _NOISE)
    return shares


def group_weights(shares: Reals, group: float) -> Reals:
    """(persons,) how far each belongs to the best `group` of all: 1, 0, and one fraction for all at the edge.

    NaN shares belong to nobody. The weights sum to group x persons with a share.
    """
    known = np.sort(shares[~np.isnan(shares)])[::-1]
    wanted = group * len(known)
    if not wanted:
        return np.zeros(len(shares))
    edge = known[min(math.ceil(wanted), len(known)) - 1]
    at_edge = np.isclose(shares, edge, rtol=0, atol=_NOISE)
    above = (shares > edge) & ~at_edge
    weights: Reals = above + at_edge * ((wanted - above.sum()) / at_edge.sum())
    return weights


def _mean_in(column: Reals, weights: Reals) -> float | None:
    """Mean over who answered, weighted; None where nobody of the group did."""
    counted = np.where(np.isnan(column), 0.0, weights)
    total = counted.sum()
    return float((counted * np.nan_to_num(column)).sum() / total) if total > _NOISE else None


def correlation(one: Reals, other: Reals) -> float | None:
    """Product-moment correlation over the places where both are known; None where one of them does not vary."""
    both = ~(np.isnan(one) | np.isnan(other))
    if both.sum() < 2:
        return None
    left, right = one[both], other[both]
    away, apart = left - left.mean(), right - right.mean()
    if _still(away, left) or _still(apart, right):
        return None
    value = float(away @ apart / math.sqrt((away @ away) * (apart @ apart)))
    return min(max(value, -1.0), 1.0)


def _still(deviations: Reals, values: Reals) -> bool:
    return bool(np.abs(deviations).max() <= _NOISE * np.abs(values).max())
