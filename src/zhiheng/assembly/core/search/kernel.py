"""The inner loops, compiled. Arrays in, arrays out; chance comes only from the seed.

A paper is drawn cell by cell, then improved by swaps inside cells, so that counts stay exact for free.
Everything comes scaled: aims and target in units of their tolerance, bands and their bounds in units that make
missing by one dear. Cost of a paper: sum over aims of off², where off = sum - target, and PENALTY for every unit
by which a band is missed and for every pair of foes. Accepted: every |off| <= 1, no band missed, no foes met.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

from zhiheng.assembly.core.search.problem import Integers, Reals

PENALTY = 60.0
TRIES = 64
NOBODY = -1
NOTHING = 1e-9
_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compiled on first use and kept on disk; `function.py_func` is the plain one.

    Inlined: passing arrays from call to call costs more than half of a search.
    """
    return cast("_Function", njit(cache=True, nogil=True, forceinline=True)(function))


@compiled
def seeded(seed: int) -> None:
    np.random.seed(seed)


@compiled
def below(most: int) -> int:
    """A whole number from 0 to most - 1."""
    return int(np.random.random() * most)


@compiled
def missed(value: float, least: float, most: float) -> float:
    """By how much a band is missed; 0 inside it."""
    if value < least:
        return least - value
    return value - most if value > most else 0.0


@compiled
def cost_of(off: Reals, band: Reals, clashes: int, least: Reals, most: Reals) -> float:
    total = PENALTY * clashes
    for number in range(off.shape[0]):
        total += off[number] * off[number]
    for number in range(band.shape[0]):
        total += PENALTY * missed(band[number], least[number], most[number])
    return total


@compiled
def cost_after(
    off: Reals,
    band: Reals,
    clashes: int,
    leaving: int,
    item: int,
    aims: Reals,
    bands: Reals,
    least: Reals,
    most: Reals,
    enough: float,
) -> float:
    """The cost once `item` has taken the place of `leaving`; bands are not looked at once it is `enough`."""
    total = PENALTY * clashes
    for number in range(off.shape[0]):
        value = off[number] + aims[item, number] - aims[leaving, number]
        total += value * value
    if total >= enough:
        return total
    for number in range(band.shape[0]):
        value = band[number] + bands[item, number] - bands[leaving, number]
        total += PENALTY * missed(value, least[number], most[number])
    return total


@compiled
def accepted(off: Reals, band: Reals, clashes: int, least: Reals, most: Reals) -> bool:
    if clashes:
        return False
    for number in range(off.shape[0]):
        if abs(off[number]) > 1.0:
            return False
    for number in range(band.shape[0]):
        if missed(band[number], least[number], most[number]) > NOTHING:
            return False
    return True


@compiled
def swap(
    form: Integers,
    place: int,
    item: int,
    inside: Any,
    off: Reals,
    band: Reals,
    aims: Reals,
    bands: Reals,
) -> None:
    """Put an item into a place of the form and carry the sums along."""
    leaving = form[place]
    for number in range(off.shape[0]):
        off[number] += aims[item, number] - aims[leaving, number]
    for number in range(band.shape[0]):
        band[number] += bands[item, number] - bands[leaving, number]
    inside[leaving] = False
    inside[item] = True
    form[place] = item


@compiled
def weighed(
    form: Integers,
    inside: Any,
    off: Reals,
    band: Reals,
    aims: Reals,
    bands: Reals,
    target: Reals,
    foe_start: Integers,
    foes: Integers,
) -> int:
    """Set `off` (sums less targets) and `band` of a whole form; the number of pairs of foes in it."""
    off[:] = -target
    band[:] = 0.0
    twice = 0
    for place in range(form.shape[0]):
        item = form[place]
        for number in range(off.shape[0]):
            off[number] += aims[item, number]
        for number in range(band.shape[0]):
            band[number] += bands[item, number]
        twice += clashes_with(item, NOBODY, inside, foe_start, foes)
    return twice // 2


@compiled
def clashes_with(item: int, leaving: int, inside: Any, foe_start: Integers, foes: Integers) -> int:
    """How many foes of an item are in the paper, not counting the one that leaves."""
    count = 0
    for place in range(foe_start[item], foe_start[item + 1]):
        other = foes[place]
        if inside[other] and other != leaving:
            count += 1
    return count


@compiled
def is_free(item: int, inside: Any, blocked: Any, uses: Integers, limit: float) -> bool:
    return not inside[item] and not blocked[item] and uses[item] + 1 <= limit


@compiled
def drawn(
    cell: int, start: Integers, items: Integers, inside: Any, blocked: Any, uses: Integers, limit: float
) -> int:
    """A free item of the cell, the less used of two where chance offers two; NOBODY when none is free."""
    first, size = start[cell], start[cell + 1] - start[cell]
    found = NOBODY
    for _ in range(TRIES if size else 0):
        item = int(items[first + below(size)])
        if not is_free(item, inside, blocked, uses, limit):
            continue
        if found == NOBODY:
            found = item
            continue
        return item if uses[item] < uses[found] else found
    if found != NOBODY:
        return found
    turn = below(size) if size else 0
    for step in range(size):
        item = int(items[first + (turn + step) % size])
        if is_free(item, inside, blocked, uses, limit):
            return item
    return NOBODY


@compiled
def dealt(
    form: Integers,
    fixed: Integers,
    counts: Integers,
    cell: Integers,
    start: Integers,
    items: Integers,
    blocked: Any,
    uses: Integers,
    limits: Reals,
    inside: Any,
) -> bool:
    """Fill the form: the fixed items first, then each cell by chance. False when a cell has too few free items."""
    inside[:] = False
    place = 0
    for number in range(fixed.shape[0]):
        form[place] = fixed[number]
        inside[fixed[number]] = True
        place += 1
    for number in range(counts.shape[0]):
        wanted = counts[number]
        for held in range(fixed.shape[0]):
            if cell[fixed[held]] == number:
                wanted -= 1
        for _ in range(wanted):
            item = drawn(number, start, items, inside, blocked, uses, limits[number])
            if item == NOBODY:
                return False
            form[place] = item
            inside[item] = True
            place += 1
    return True


@compiled
def best_swap(
    leaving: int,
    cost: float,
    clashes: int,
    cell: Integers,
    start: Integers,
    items: Integers,
    aims: Reals,
    bands: Reals,
    foe_start: Integers,
    foes: Integers,
    least: Reals,
    most: Reals,
    blocked: Any,
    uses: Integers,
    limits: Reals,
    candidates: int,
    inside: Any,
    off: Reals,
    band: Reals,
) -> tuple[int, float, int]:
    """The best of a few items of the same cell to stand in for one: (item, cost, clashes); NOBODY: none is better."""
    own = cell[leaving]
    first, size = start[own], start[own + 1] - start[own]
    parted = clashes - clashes_with(leaving, NOBODY, inside, foe_start, foes)
    best, best_cost, best_clashes = NOBODY, cost, clashes
    for _ in range(candidates):
        item = items[first + below(size)]
        if not is_free(item, inside, blocked, uses, limits[own]):
            continue
        met = parted + clashes_with(item, leaving, inside, foe_start, foes)
        trial = cost_after(off, band, met, leaving, item, aims, bands, least, most, best_cost)
        if trial < best_cost:
            best, best_cost, best_clashes = item, trial, met
    return best, best_cost, best_clashes


@compiled
def one_form(
    form: Integers,
    seed: int,
    fixed: Integers,
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
    candidates: int,
    evaluations: int,
    starts: int,
) -> int:
    """Write one paper into `form`. Evaluations used, or NOBODY when no acceptable paper was found.

    blocked: (n,) never to be drawn. uses, limits: an item may be drawn while its uses + 1 <= its cell's limit.
    """
    seeded(seed)
    inside = np.zeros(cell.shape[0], dtype=np.bool_)
    off, band = np.zeros(aims.shape[1]), np.zeros(bands.shape[1])
    spent = 0
    for _ in range(starts):
        if not dealt(form, fixed, counts, cell, start, items, blocked, uses, limits, inside):
            return NOBODY
        clashes = weighed(form, inside, off, band, aims, bands, target, foe_start, foes)
        if accepted(off, band, clashes, least, most):
            return spent + 1
        if fixed.shape[0] == form.shape[0]:
            return NOBODY
        cost = cost_of(off, band, clashes, least, most)
        tried = 0
        while tried < evaluations:
            place = fixed.shape[0] + below(form.shape[0] - fixed.shape[0])
            tried += candidates
            best, best_cost, best_clashes = best_swap(
                form[place],
                cost,
                clashes,
                cell,
                start,
                items,
                aims,
                bands,
                foe_start,
                foes,
                least,
                most,
                blocked,
                uses,
                limits,
                candidates,
                inside,
                off,
                band,
            )
            if best == NOBODY:
                continue
            swap(form, place, best, inside, off, band, aims, bands)
            clashes, cost = best_clashes, best_cost
            if cost <= off.shape[0] and accepted(off, band, clashes, least, most):
                return spent + tried
        spent += tried
    return NOBODY


@compiled
def many_forms(
    forms: Integers,
    seeds: Integers,
    made_before: int,
    rates: Reals,
    slack: float,
    fixed: Integers,
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
    candidates: int,
    evaluations: int,
    starts: int,
) -> int:
    """Papers one after another, each item's uses kept below rates[cell] x (papers so far) + slack.

    forms: (k, length) is filled; uses: (n,) is counted up. The number made; less than k when one failed.
    """
    limits = np.zeros(rates.shape[0])
    for number in range(forms.shape[0]):
        for own in range(rates.shape[0]):
            limits[own] = rates[own] * (made_before + number + 1) + slack
        found = one_form(
            forms[number],
            seeds[number],
            fixed,
            counts,
            cell,
            start,
            items,
            aims,
            bands,
            foe_start,
            foes,
            target,
            least,
            most,
            blocked,
            uses,
            limits,
            candidates,
            evaluations,
            starts,
        )
        if found == NOBODY:
            return number
        for place in range(forms.shape[1]):
            uses[forms[number, place]] += 1
    return int(forms.shape[0])
