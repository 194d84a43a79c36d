"""From a request to the swap search and back: equal papers at every ability, few questions on one point."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from zhiheng.assembly.core.curves import GRID
from zhiheng.assembly.core.search.forms import Search, in_turn, parallel_forms
from zhiheng.assembly.core.search.problem import Bank, Paper, Reals, foes_of
from zhiheng.assembly.core.supply import Plan, Supply
from zhiheng.assembly.core.terms import KEY_LETTERS, Nearness, PoolItem, key_band

SCORE = Decimal("0.25")
AT_CUT = Decimal("0.05")
INFORMATION = Decimal("0.01")
LOOSER = (1, 2, 4, 8)
"""The tolerances are widened step by step: a small bank gives papers a little less alike rather than none."""
CROWDED = (0, 1, None)
"""Questions on one point beyond an even spread: none, one more, any number."""
AGAIN = 2
"""Other beginnings tried before the tolerances are widened for the first time: a search can lose its way by chance."""
Progress = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """The items of each paper, and how near the common target they all are."""

    papers: list[list[PoolItem]]
    nearness: Nearness


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Band:
    """A quantity with bounds: (n,) what each item adds, and the least and most a paper may have."""

    adds: Reals
    least: float
    most: float


Told = Callable[[Nearness], None]
"""Hears how near each other the papers found so far are."""


def go_on(made: int, asked: int) -> bool:
    return True


def unheard(nearness: Nearness) -> None:
    return None


def swapped(
    supply: Supply, plan: Plan, *, progress: Progress = go_on, told: Told = unheard
) -> Swapped | None:
    """Papers by swap search, as alike as the bank allows; None when none were found, which proves nothing.

    progress: told (papers made, papers asked) by every attempt; False gives up.
    """
    loosest = _attempt(supply, plan, LOOSER[-1], None, progress)
    if loosest is None:
        return None
    told(loosest.nearness)
    tighter = [(looser, crowded, 0) for looser in LOOSER for crowded in CROWDED][:-1]
    again = [(LOOSER[0], CROWDED[-1], beginning) for beginning in range(1, AGAIN + 1)]
    tighter[len(CROWDED) : len(CROWDED)] = again
    attempts = (
        _attempt(supply, plan, looser, crowded, progress, beginning=beginning)
        for looser, crowded, beginning in tighter
    )
    best = next((found for found in attempts if found is not None), loosest)
    told(best.nearness)
    return best


def _attempt(
    supply: Supply, plan: Plan, looser: int, crowded: int | None, progress: Progress, *, beginning: int = 0
) -> Swapped | None:
    nearness = nearness_at(looser)
    searches = list(searches_of(supply, plan, nearness, crowded))
    request = supply.request
    if request.shared and all(
        np.array_equal(searches[0].paper.counts, search.paper.counts) for search in searches
    ):
        together = parallel_forms(
            searches[0],
            len(searches),
            seed=request.seed + beginning,
            shared=request.shared,
            progress=progress,
        )
        forms = None if together is None else list(together)
    else:
        forms = in_turn(searches, seed=request.seed + beginning, shared=request.shared, progress=progress)
    if forms is None:
        return None
    return Swapped(papers=[[supply.usable[number] for number in form] for form in forms], nearness=nearness)


def nearness_at(looser: int) -> Nearness:
    return Nearness(at_cut=AT_CUT * looser, score=SCORE * looser, information=INFORMATION * looser)


def searches_of(supply: Supply, plan: Plan, nearness: Nearness, crowded: int | None) -> Iterator[Search]:
    """The search of each paper of the request. crowded: see CROWDED."""
    cells = list(supply.cells)
    targets = np.array(supply.aim_targets(plan))
    tolerance = np.array(
        [float(nearness.score if theta else nearness.at_cut) for theta in GRID]
        + [float(nearness.information) * target for target in targets[len(GRID) :]]
    )
    fixed = [n for n, item in enumerate(supply.usable) if item.id in supply.request.required]
    aims = np.array([supply.aims(item) for item in supply.usable])
    numbers = {item.id: number for number, item in enumerate(supply.usable)}
    foe_start, foes = foes_of(len(numbers), ((numbers[a], numbers[b]) for a, b in supply.pairs))
    places = {cell: number for number, cell in enumerate(cells)}
    for paper in range(supply.request.forms):
        bands = [*_key_bands(supply), *_point_bands(supply, plan, paper, crowded), *_lower_band(supply)]
        bank = Bank(
            cells=len(cells),
            cell=np.array([places[item.area, item.type] for item in supply.usable], dtype=np.int64),
            aims=aims,
            bands=np.array([band.adds for band in bands]).T,
            foe_start=foe_start,
            foes=foes,
        )
        yield Search.of(
            bank,
            Paper(
                counts=np.array([plan[paper, *cell] for cell in cells], dtype=np.int64),
                target=targets,
                tolerance=tolerance,
                least=np.array([band.least for band in bands]),
                most=np.array([band.most for band in bands]),
                fixed=np.array(fixed, dtype=np.int64),
            ),
        )


def _key_bands(supply: Supply) -> Iterator[_Band]:
    band = key_band(sum(rule.count for rule in supply.blueprint.kinds if rule.type == "single"))
    letters = {letter for item in supply.usable if item.type == "single" for letter in item.key}
    for letter in sorted({*KEY_LETTERS, *letters}):
        has = [item.type == "single" and letter in item.key for item in supply.usable]
        least = band.least if letter in KEY_LETTERS else 0
        yield _Band(adds=np.array(has, dtype=np.float64), least=least, most=band.most)


def _lower_band(supply: Supply) -> Iterator[_Band]:
    """The marks a lower level's points may carry."""
    if supply.request.lower_share:
        adds = [float(supply.marks[item.type]) if item.lower else 0.0 for item in supply.usable]
        yield _Band(adds=np.array(adds), least=0, most=float(supply.request.lower_marks))


def _point_bands(supply: Supply, plan: Plan, paper: int, crowded: int | None) -> Iterator[_Band]:
    """For each point of an area, no more questions than an even spread of the area's questions, and `crowded`."""
    if crowded is None:
        return
    for row in supply.blueprint.areas:
        points = sorted({code for item in supply.usable if item.area == row.area for code in item.codes})
        size = sum(plan[paper, row.area, rule.type] for rule in supply.blueprint.kinds)
        even = max(1, -(-size // max(1, len(points))))
        for point in points:
            has = [item.area == row.area and point in item.codes for item in supply.usable]
            yield _Band(adds=np.array(has, dtype=np.float64), least=0, most=even + crowded)
