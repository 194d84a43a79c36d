"""A request in whole numbers: which items may be used, by cell, and the units that keep decimals exact."""

import random
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property

import numpy as np

from zhiheng.assembly.core.curves import GRID, curve
from zhiheng.assembly.core.terms import PoolItem, Request

Cell = tuple[str, str]
"""Area slug and question type."""
FINEST = 10**6
"""Expected scores are compared to a millionth of a mark, however many decimals a calibration gives."""
Plan = dict[tuple[int, str, str], int]
"""How many items each paper (from 0) takes of each cell."""


class Supply:
    """The request with everything in whole numbers, and what of the pool may be used."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.blueprint = request.blueprint
        self.marks = {rule.type: rule.marks for rule in self.blueprint.kinds}
        areas = {row.area for row in self.blueprint.areas}
        self.usable = [
            item
            for item in sorted(request.pool, key=lambda entry: entry.id)
            if item.area in areas
            and item.type in self.marks
            and item.for_trade(self.blueprint.trade)
            and item.id not in request.forbidden
            and (request.lower_share or not item.lower)
        ]
        random.Random(request.seed).shuffle(self.usable)
        self.cells: dict[Cell, list[PoolItem]] = {
            (row.area, rule.type): [] for row in self.blueprint.areas for rule in self.blueprint.kinds
        }
        for item in self.usable:
            self.cells[item.area, item.type].append(item)
        self.mark_unit = _unit([*self.marks.values(), *(row.marks for row in self.blueprint.areas)])
        self.score_unit = min(FINEST, _unit([self.score(item) for item in self.usable]))

    def lower_of(self, cell: Cell) -> int:
        """How many of a cell's items ask a lower level's points."""
        return sum(1 for item in self.cells[cell] if item.lower)

    def required_in(self, area: str, kind: str) -> int:
        """How many of a cell's items every paper must have."""
        return sum(1 for item in self.cells[area, kind] if item.id in self.request.required)

    def score(self, item: PoolItem) -> Decimal:
        """What a candidate at the cut is expected to earn on it."""
        return item.difficulty * self.marks[item.type]

    def even_share(self, cell: Cell, *, papers: int) -> int:
        """The cell's share of its type: as the supply is spread, or as the marks are when there is none."""
        area, kind = cell
        held = sum(len(items) for (_, other), items in self.cells.items() if other == kind)
        own = Decimal(len(self.cells[cell]))
        if not held:
            own = next(row.marks for row in self.blueprint.areas if row.area == area)
        count = next(rule.count for rule in self.blueprint.kinds if rule.type == kind)
        return round(count * papers * own / (held or self.blueprint.total))

    def aims(self, item: PoolItem) -> list[float]:
        """Expected score and information at each ability looked at: 2 x len(GRID) numbers."""
        found = curve(difficulty=item.difficulty, marks=self.marks[item.type], kind=item.type)
        return [*found.expected, *found.information]

    def aim_targets(self, plan: Plan) -> list[float]:
        """The aims of a paper of average items; the same for every paper of the request."""
        total = np.zeros(2 * len(GRID))
        for (_, area, kind), count in plan.items():
            if count:
                total += count * np.mean([self.aims(item) for item in self.cells[area, kind]], axis=0)
        return [float(value) for value in total / self.request.forms]

    def target(self, plan: Plan) -> int:
        """The expected score, in score units, of a paper of average items: papers of other days agree with it too."""
        total = Decimal(0)
        for (_, area, kind), count in plan.items():
            cell = self.cells[area, kind]
            if count:
                total += count * sum((self.score(item) for item in cell), Decimal(0)) / len(cell)
        return round(total * self.score_unit / self.request.forms)

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        usable = {item.id for item in self.usable}
        return sorted((min(pair), max(pair)) for pair in self.request.enemies if pair <= usable)


def _unit(values: Iterable[Decimal]) -> int:
    """The power of ten that makes all the values whole."""
    exponents = [int(value.as_tuple().exponent) for value in values]
    return int(10 ** -min([0, *exponents]))
