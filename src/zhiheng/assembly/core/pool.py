"""From a published blueprint and a bank to what assembly works on: marks, allowed points, pool, enemies."""

from collections.abc import Iterable, Mapping

from zhiheng.assembly.core.terms import AreaMarks, Blueprint, KindRule, PoolItem
from zhiheng.bank.core.near import similar_pairs
from zhiheng.bank.core.terms import CompetencyCode, Item
from zhiheng.standards.core import terms as standards


def blueprint_of(plan: standards.Blueprint) -> Blueprint:
    """What a paper must be, without the texts of the points behind it."""
    return Blueprint(
        rules=plan.rule_set,
        programme=plan.programme,
        level=plan.level,
        trade=plan.trade,
        areas=tuple(AreaMarks(area=row.area_slug, title=row.title, marks=row.marks) for row in plan.areas),
        kinds=tuple(KindRule(type=rule.type, count=rule.count, marks=rule.marks) for rule in plan.kinds),
    )


def point(code: standards.Code) -> CompetencyCode:
    """The key of a point as items carry it."""
    return CompetencyCode(standard=code.standard, level=code.level, kind=code.kind, code=code.code)


def allowed_points(plan: standards.Blueprint) -> dict[str, frozenset[CompetencyCode]]:
    """Area slug -> the points a paper of this level and trade may ask there."""
    return {row.area_slug: frozenset(map(point, row.codes)) for row in plan.areas}


def pool_of(
    items: Iterable[Item], *, allowed: Mapping[str, frozenset[CompetencyCode]], trade: str | None
) -> tuple[PoolItem, ...]:
    """The live items whose every point belongs to their area of the blueprint, and which suit the trade.

    allowed: as `allowed_points` gives it.
    """
    return tuple(
        PoolItem.of(item)
        for item in items
        if item.pool == "live"
        and item.for_trade(trade)
        and _within(item, allowed.get(item.area, frozenset()))
    )


def lower_pool_of(
    items: Iterable[Item],
    *,
    own: Mapping[str, frozenset[CompetencyCode]],
    lower: Iterable[Mapping[str, frozenset[CompetencyCode]]],
    trade: str | None,
) -> tuple[PoolItem, ...]:
    """The live items of lower levels that a higher one covers: same area, points of theirs that are not its own.

    own: as `allowed_points` of the blueprint gives it; lower: the same of each level below.
    """
    levels = list(lower)
    below = {area: frozenset().union(*(points.get(area, frozenset()) for points in levels)) for area in own}
    return tuple(
        PoolItem.of(item, lower=True)
        for item in items
        if item.pool == "live"
        and item.for_trade(trade)
        and item.area in own
        and _within(item, below[item.area])
        and not _within(item, own[item.area])
    )


def asks_own_level(item: Item, own: Mapping[str, frozenset[CompetencyCode]]) -> bool:
    """Whether an item's every point is one of its area in the blueprint itself, not of a lower level's."""
    return _within(item, own.get(item.area, frozenset()))


def _within(item: Item, points: frozenset[CompetencyCode]) -> bool:
    return bool(item.codes) and all(code in points or code.of_every_level in points for code in item.codes)


def enemies_of(items: Iterable[Item]) -> frozenset[frozenset[str]]:
    """Pairs that must not meet in one paper: those writers named, and those that say nearly the same."""
    entries = tuple(items)
    named = {frozenset({item.id, enemy}) for item in entries for enemy in item.enemies if enemy != item.id}
    alike = similar_pairs({item.id: item.text for item in entries})
    return frozenset(named | {frozenset({pair.first, pair.second}) for pair in alike})
