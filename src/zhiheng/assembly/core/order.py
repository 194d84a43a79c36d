"""From drawn items to the printed paper: their order, their marks, its name."""

from collections.abc import Iterable

from zhiheng.assembly.core.terms import Blueprint, Form, PlacedItem, PoolItem, Request


def printed_order(items: Iterable[PlacedItem], blueprint: Blueprint) -> tuple[PlacedItem, ...]:
    """By type as the blueprint lists them, then by area as the weight table does, then by id."""
    types = {rule.type: number for number, rule in enumerate(blueprint.kinds)}
    areas = {row.area: number for number, row in enumerate(blueprint.areas)}
    return tuple(sorted(items, key=lambda item: (types[item.type], areas[item.area], item.id)))


def form_of(request: Request, number: int, items: Iterable[PoolItem]) -> Form:
    """The paper at this place (from 0) of a request."""
    marks = {rule.type: rule.marks for rule in request.blueprint.kinds}
    placed = (
        PlacedItem(id=item.id, area=item.area, type=item.type, marks=marks[item.type]) for item in items
    )
    return Form(id=request.form_id(number), items=printed_order(placed, request.blueprint))
