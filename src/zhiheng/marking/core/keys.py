"""Marking objective items by their key."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedMark:
    marks: Decimal
    reason: str


def mark_by_key(
    chosen: Collection[str],
    key: Collection[str],
    *,
    possible: Decimal,
    multiple: Literal["all_or_nothing", "partial"],
) -> KeyedMark:
    """Marks for the chosen options.

    multiple: all_or_nothing gives marks only for exactly the key; partial gives an equal share per right option
    as long as no wrong one is chosen.
    """
    picked, right = set(chosen), set(key)
    if not picked:
        return KeyedMark(marks=Decimal(0), reason="未作答")
    if picked == right:
        return KeyedMark(marks=possible, reason="答案正确")
    if multiple == "partial" and picked < right:
        share = (possible * len(picked) / len(right)).quantize(Decimal("0.1"))
        return KeyedMark(marks=share, reason=f"答对 {len(picked)} 项，共 {len(right)} 项，无错选")
    if len(right) > 1 and picked < right:
        return KeyedMark(marks=Decimal(0), reason="少选")
    return KeyedMark(marks=Decimal(0), reason="答案错误")
