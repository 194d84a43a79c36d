"""One question of a finished paper replaced by hand: which others would keep the paper what it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from zhiheng.assembly.core.order import printed_order
from zhiheng.assembly.core.proof import COMPARED, Point, point_of
from zhiheng.assembly.core.terms import Blueprint, Form, PlacedItem, PoolItem, key_band

SCORE = Decimal("0.25")
INFORMATION = Decimal("0.01")
"""A quarter of a mark weighs as much as a hundredth of the information: the tightest tolerances of the search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A question that may take the place, and how the papers would differ then (as `proof.Deviation` says it)."""

    item: PoolItem
    expected: Decimal
    score_gap: Decimal
    information_gap: Decimal
    same_point: bool

    @property
    def information_words(self) -> str:
        return f"{self.information_gap:.2%}"

    @property
    def unlikeness(self) -> Decimal:
        return max(self.score_gap / SCORE, self.information_gap / INFORMATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A paper among its siblings. bank: every item of theirs and every candidate; kept_out: not to be offered."""

    form: Form
    siblings: Sequence[Form]
    bank: Mapping[str, PoolItem]
    blueprint: Blueprint
    enemies: frozenset[frozenset[str]]
    kept_out: frozenset[str]
    lower_marks: Decimal = Decimal(0)


def offers(setting: Setting, removed: str) -> tuple[Offer, ...]:
    """The questions of the same area and type that break no rule, those first that leave the papers most alike."""
    place = next(item for item in setting.form.items if item.id == removed)
    rest = [item for item in setting.form.items if item.id != removed]
    others = [_curve(form.items, setting.bank) for form in setting.siblings]
    own = _curve(rest, setting.bank)
    codes = set(setting.bank[removed].codes)
    found = []
    for item in setting.bank.values():
        if not _fits(setting, item, place, rest):
            continue
        curve = [_sum(point, point_of(point.ability, [(item, place.marks)])) for point in own]
        found.append(
            Offer(
                item=item,
                expected=next(point.expected for point in curve if not point.ability),
                score_gap=max(
                    (
                        _spread([point.expected for point in column])
                        for column in zip(curve, *others, strict=True)
                    ),
                    default=Decimal(0),
                ),
                information_gap=max(
                    (
                        _share([point.information for point in column])
                        for column in zip(curve, *others, strict=True)
                    ),
                    default=Decimal(0),
                ),
                same_point=bool(codes & set(item.codes)),
            )
        )
    return tuple(sorted(found, key=lambda offer: (offer.unlikeness, not offer.same_point, offer.item.id)))


def replaced(form: Form, removed: str, added: PoolItem, blueprint: Blueprint) -> Form:
    """The paper with the question exchanged, in printed order."""
    items = [replace(item, id=added.id) if item.id == removed else item for item in form.items]
    return Form(id=form.id, items=printed_order(items, blueprint))


def _fits(setting: Setting, item: PoolItem, place: PlacedItem, rest: Sequence[PlacedItem]) -> bool:
    if (
        (item.area, item.type) != (place.area, place.type)
        or item.id in setting.kept_out
        or item.id == place.id
    ):
        return False
    if not item.for_trade(setting.blueprint.trade):
        return False
    if any(frozenset({item.id, other.id}) in setting.enemies for other in rest):
        return False
    return _keys_kept(setting, item, rest) and _lower_kept(setting, item, place, rest)


def _keys_kept(setting: Setting, item: PoolItem, rest: Sequence[PlacedItem]) -> bool:
    if item.type != "single":
        return True
    singles = [item, *(setting.bank[other.id] for other in rest if other.type == "single")]
    band = key_band(len(singles))
    letters = {letter for single in singles for letter in single.key} | {"A", "B", "C", "D"}
    counts = {letter: sum(1 for single in singles if letter in single.key) for letter in letters}
    return all(
        (band.least if letter in "ABCD" else 0) <= count <= band.most for letter, count in counts.items()
    )


def _lower_kept(setting: Setting, item: PoolItem, place: PlacedItem, rest: Iterable[PlacedItem]) -> bool:
    if not item.lower:
        return True
    marks = sum((other.marks for other in rest if setting.bank[other.id].lower), place.marks)
    return marks <= setting.lower_marks


def _curve(items: Sequence[PlacedItem], bank: Mapping[str, PoolItem]) -> list[Point]:
    steps = range(-int(COMPARED * 4), int(COMPARED * 4) + 1)
    held = [(bank[item.id], item.marks) for item in items]
    return [point_of(Decimal(step) / 4, held) for step in steps]


def _sum(one: Point, other: Point) -> Point:
    return Point(
        ability=one.ability,
        expected=one.expected + other.expected,
        information=one.information + other.information,
    )


def _spread(values: Sequence[Decimal]) -> Decimal:
    return max(values) - min(values)


def _share(values: Sequence[Decimal]) -> Decimal:
    least = min(values)
    return round(_spread(values) / least, 4) if least else Decimal(0)
