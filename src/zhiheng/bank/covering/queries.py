"""How many usable questions stand at each point of a standard."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from zhiheng.bank.models import ItemStatus, ItemVersion, Pool
from zhiheng.bank.queries import codes_of
from zhiheng.foundation.errors import Refused
from zhiheng.standards.core.loader import load_occupation
from zhiheng.standards.core.terms import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A point and the questions that carry it, by type."""

    code: Code
    types: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return self.types.total()


def held_by_points(
    standard: str, *, level: str, trade: str = "", type_: str = "", pool: str = Pool.LIVE
) -> list[Held]:
    """Every point a level asks (with the points of all levels), in printed order; one query.

    Only the latest approved version of questions in use counts. A point printed for all levels is carried by questions
    of any level. trade: only the points and questions that a candidate of this trade may meet.
    """
    rows = ItemVersion.objects.filter(
        item__standard=standard, item__pool=pool, approved_at__isnull=False
    ).exclude(item__status=ItemStatus.RETIRED)
    if type_:
        rows = rows.filter(item__type=type_)
    latest = {
        item: (item_level, body)
        for item, item_level, body in rows.order_by("number").values_list("item_id", "item__level", "body")
    }
    found = {
        (code.level, code.ref): Held(code=code)
        for code in codes_of(standard)
        if code.level in ("", level) and (not trade or not code.trades or trade in code.trades)
    }
    for item_level, body in latest.values():
        if trade and body.get("trades") and trade not in body["trades"]:
            continue
        for ref in body["codes"]:
            held = found.get(("", ref)) or (found.get((level, ref)) if item_level == level else None)
            if held is not None:
                held.types[body["type"]] += 1
    return list(found.values())


@cache
def content_titles(standard: str) -> dict[tuple[str, str], str]:
    """(level, "4.1") -> what the standard calls it; empty for a syllabus without a national standard."""
    try:
        occupation = load_occupation(standard)
    except Refused:
        return {}
    return {
        (level.id, content.code): content.title
        for level in occupation.levels
        for function in level.functions
        for content in function.contents
    }
