"""The order of questions in the printed paper."""

from collections.abc import Iterable

from zhiheng.assembly.core.terms import Blueprint, PlacedItem


def printed_order(items: Iterable[PlacedItem], blueprint: Blueprint) -> tuple[PlacedItem, ...]:
    """By type as the blueprint lists them, then by area as the weight table does, then by id."""
    types = {rule.type: number for number, rule in enumerate(blueprint.kinds)}
    areas = {row.area: number for number, row in enumerate(blueprint.areas)}
    return tuple(sorted(items, key=lambda item: (types[item.type], areas[item.area], item.id)))
