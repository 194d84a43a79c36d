"""The search's own words: a bank as arrays, what every paper must be, and the papers as arrays of item numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bank:
    """n items.

    cells: how many there are. cell: (n,) which of them an item belongs to; a swap stays inside a cell.
    aims: (n, m) what an item adds to each quantity that has a target (expected score, information).
    bands: (n, r) what it adds to each quantity that has a least and a most (key letters, seconds, labels).
    foe_start, foes: (n + 1,), (p,) the items that must not stand beside item i: foes[foe_start[i]:foe_start[i + 1]].
    """

    cells: int
    cell: Integers
    aims: Reals
    bands: Reals
    foe_start: Integers
    foes: Integers

    @property
    def size(self) -> int:
        return int(self.cell.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paper:
    """What every paper must be.

    counts: (cells,) items of each cell, exactly.
    target, tolerance: (m,) the sum of each aim and how far from it is near enough.
    least, most: (r,) bounds of each band's sum.
    fixed: item numbers that are in every paper.
    """

    counts: Integers
    target: Reals
    tolerance: Reals
    least: Reals
    most: Reals
    fixed: Integers

    @property
    def length(self) -> int:
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long to look: candidates tried for each swap, evaluations before a new start, new starts before giving up."""

    candidates: int = 4
    evaluations: int = 1500
    starts: int = 160


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Members:
    """The items of each cell: items[start[c]:start[c + 1]]."""

    start: Integers
    items: Integers


def members_of(bank: Bank) -> Members:
    order = np.argsort(bank.cell, kind="stable").astype(np.int64)
    start = np.searchsorted(bank.cell[order], np.arange(bank.cells + 1)).astype(np.int64)
    return Members(start=start, items=order)


def foes_of(size: int, pairs: Iterable[tuple[int, int]]) -> tuple[Integers, Integers]:
    """Pairs of item numbers that must not meet, as (foe_start, foes) of a Bank."""
    both = sorted({pair for one, other in pairs if one != other for pair in ((one, other), (other, one))})
    foes = np.array([other for _, other in both], dtype=np.int64)
    firsts = np.array([one for one, _ in both], dtype=np.int64)
    return np.searchsorted(firsts, np.arange(size + 1)).astype(np.int64), foes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scaled:
    """Aims and targets in units of their tolerance; bands and bounds in quarters of their room, at least one."""

    aims: Reals
    target: Reals
    bands: Reals
    least: Reals
    most: Reals


def scaled(bank: Bank, paper: Paper) -> Scaled:
    room = np.maximum(1.0, (paper.most - paper.least) / 4)
    return Scaled(
        aims=np.ascontiguousarray(bank.aims / paper.tolerance),
        target=paper.target / paper.tolerance,
        bands=np.ascontiguousarray(bank.bands / room),
        least=paper.least / room,
        most=paper.most / room,
    )
