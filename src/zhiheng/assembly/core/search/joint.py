"""Papers sought together, by annealing: for banks so tight that papers made one by one block each other."""

from typing import Any

import numpy as np

from zhiheng.assembly.core.search.kernel import (
    NOBODY,
    accepted,
    below,
    clashes_with,
    compiled,
    cost_after,
    cost_of,
    drawn,
    seeded,
    swap,
    weighed,
)
from zhiheng.assembly.core.search.problem import Integers, Reals

COOLING = 0.98
START_HEAT = 30.0
SHARED = 8.0


@compiled
def shared_cost(overlap: int, most: int) -> float:
    """The price of two papers sharing more items than they may."""
    return SHARED * (overlap - most) if overlap > most else 0.0


@compiled
def fill(
    forms: Integers,
    counts: Integers,
    start: Integers,
    items: Integers,
    blocked: Any,
    uses: Integers,
    limits: Reals,
    inside: Any,
) -> bool:
    """A first deal: each paper from the least used items. False when a cell is too small."""
    for number in range(forms.shape[0]):
        place = 0
        for own in range(counts.shape[0]):
            for _ in range(counts[own]):
                item = drawn(own, start, items, inside[number], blocked, uses, limits[own])
                if item == NOBODY:
                    return False
                forms[number, place] = item
                inside[number, item] = True
                uses[item] += 1
                place += 1
    return True


@compiled
def overlap_of(forms: Integers, inside: Any) -> Integers:
    """(k, k) how many items each two papers share; the diagonal is 0."""
    papers = forms.shape[0]
    overlap = np.zeros((papers, papers), dtype=np.int64)
    for one in range(papers):
        for other in range(one + 1, papers):
            common = 0
            for place in range(forms.shape[1]):
                if inside[other, forms[one, place]]:
                    common += 1
            overlap[one, other] = common
            overlap[other, one] = common
    return overlap


@compiled
def sharing_change(
    number: int, leaving: int, item: int, shared: int, overlap: Integers, inside: Any
) -> float:
    """What a swap in one paper changes in the price of sharing."""
    change = 0.0
    for other in range(overlap.shape[0]):
        if other != number and inside[other, item] != inside[other, leaving]:
            before = overlap[number, other]
            after = before + 1 if inside[other, item] else before - 1
            change += shared_cost(after, shared) - shared_cost(before, shared)
    return change


@compiled
def share_swap(number: int, leaving: int, item: int, overlap: Integers, inside: Any) -> None:
    """Carry the overlaps of one paper through a swap."""
    for other in range(overlap.shape[0]):
        if other != number and inside[other, item] != inside[other, leaving]:
            step = 1 if inside[other, item] else -1
            overlap[number, other] += step
            overlap[other, number] += step


@compiled
def together(
    forms: Integers,
    seed: int,
    shared: int,
    counts: Integers,
    cell: Integers,
    start: Integers,
    items: Integers,
    aims: Reals,
    bands: Reals,
    foe_start: Integers,
    foes: Integers,
    target: Reals,
    least: Reals,
    most: Reals,
    blocked: Any,
    uses: Integers,
    limits: Reals,
    rounds: int,
    moves: int,
) -> bool:
    """Fill `forms` (k, length) with papers any two of which share at most `shared` items.

    rounds of `moves` trial swaps, cooler each time. True when every paper is acceptable and no two share too much.
    """
    seeded(seed)
    papers, length = forms.shape
    inside = np.zeros((papers, cell.shape[0]), dtype=np.bool_)
    if not fill(forms, counts, start, items, blocked, uses, limits, inside):
        return False
    off, band = np.zeros((papers, aims.shape[1])), np.zeros((papers, bands.shape[1]))
    clashes, costs = np.zeros(papers, dtype=np.int64), np.zeros(papers)
    for number in range(papers):
        clashes[number] = weighed(
            forms[number], inside[number], off[number], band[number], aims, bands, target, foe_start, foes
        )
        costs[number] = cost_of(off[number], band[number], clashes[number], least, most)
    overlap = overlap_of(forms, inside)
    heat = START_HEAT
    for _ in range(rounds):
        for _ in range(moves):
            number, place = below(papers), below(length)
            leaving = forms[number, place]
            own = cell[leaving]
            item = items[start[own] + below(start[own + 1] - start[own])]
            if inside[number, item] or blocked[item] or uses[item] + 1 > limits[own]:
                continue
            met = clashes[number] - clashes_with(leaving, NOBODY, inside[number], foe_start, foes)
            met += clashes_with(item, leaving, inside[number], foe_start, foes)
            trial = cost_after(
                off[number], band[number], met, leaving, item, aims, bands, least, most, np.inf
            )
            change = trial - costs[number]
            change += sharing_change(number, leaving, item, shared, overlap, inside)
            if change > 0 and np.random.random() >= np.exp(-change / heat):
                continue
            share_swap(number, leaving, item, overlap, inside)
            swap(forms[number], place, item, inside[number], off[number], band[number], aims, bands)
            clashes[number], costs[number] = met, trial
            uses[leaving] -= 1
            uses[item] += 1
        if _settled(off, band, clashes, overlap, shared, least, most):
            return True
        heat *= COOLING
    return False


@compiled
def _settled(
    off: Reals,
    band: Reals,
    clashes: Integers,
    overlap: Integers,
    shared: int,
    least: Reals,
    most: Reals,
) -> bool:
    for one in range(off.shape[0]):
        if not accepted(off[one], band[one], clashes[one], least, most):
            return False
        for other in range(one + 1, off.shape[0]):
            if overlap[one, other] > shared:
                return False
    return True
