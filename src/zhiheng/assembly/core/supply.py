"""A request in whole numbers: which items may be used, by cell, and the units that keep decimals exact."""

import random
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property

from zhiheng.assembly.core.terms import PoolItem, Request

Cell = tuple[str, str]
"""Area slug and question type."""


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
        ]
        random.Random(request.seed).shuffle(self.usable)
        self.cells: dict[Cell, list[PoolItem]] = {
            (row.area, rule.type): [] for row in self.blueprint.areas for rule in self.blueprint.kinds
        }
        for item in self.usable:
            self.cells[item.area, item.type].append(item)
        self.mark_unit = _unit([*self.marks.values(), *(row.marks for row in self.blueprint.areas)])
        self.score_unit = _unit([self.score(item) for item in self.usable])

    def score(self, item: PoolItem) -> Decimal:
        """What a candidate at the cut is expected to earn on it."""
        return item.difficulty * self.marks[item.type]

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        usable = {item.id for item in self.usable}
        return sorted((min(pair), max(pair)) for pair in self.request.enemies if pair <= usable)


def _unit(values: Iterable[Decimal]) -> int:
    """The power of ten that makes all the values whole."""
    exponents = [int(value.as_tuple().exponent) for value in values]
    return int(10 ** -min([0, *exponents]))
