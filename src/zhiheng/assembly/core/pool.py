"""From a bank to the pool of one blueprint: which items may be drawn, and which must not meet."""

from collections.abc import Iterable, Mapping

from zhiheng.assembly.core.terms import PoolItem
from zhiheng.bank.core.near import similar_pairs
from zhiheng.bank.core.terms import CompetencyCode, Item


def pool_of(
    items: Iterable[Item], *, allowed: Mapping[str, frozenset[CompetencyCode]], trade: str | None
) -> tuple[PoolItem, ...]:
    """The live items whose every point belongs to their area of the blueprint, and which suit the trade.

    allowed: area slug -> the points a paper may ask there, for this level and trade.
    """
    return tuple(
        PoolItem.of(item)
        for item in items
        if item.pool == "live"
        and item.for_trade(trade)
        and _within(item, allowed.get(item.area, frozenset()))
    )


def _within(item: Item, points: frozenset[CompetencyCode]) -> bool:
    return bool(item.codes) and all(code in points or code.of_every_level in points for code in item.codes)


def enemies_of(items: Iterable[Item]) -> frozenset[frozenset[str]]:
    """Pairs that must not meet in one paper: those writers named, and those that say nearly the same."""
    entries = tuple(items)
    named = {frozenset({item.id, enemy}) for item in entries for enemy in item.enemies if enemy != item.id}
    alike = similar_pairs({item.id: item.text for item in entries})
    return frozenset(named | {frozenset({pair.first, pair.second}) for pair in alike})
