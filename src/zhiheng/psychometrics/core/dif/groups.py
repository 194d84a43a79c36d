"""Two groups of persons whose answers to an item are compared at equal total scores."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.responses import Reals, Responses

LEAST = 200
"""Least persons of either group: Zwick (2012), ETS Research Report 12-08."""
SIGNIFICANT = 0.05

Size = Literal["A", "B", "C"]
Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """responses: complete. focal: (persons,) who belongs to the group looked after; the others are the reference."""

    responses: Responses
    focal: Flags

    def totals(self, counted: Flags) -> Reals:
        """(persons,) points on the items that count for matching. counted: (items,)."""
        totals: Reals = self.responses.scores[:, counted].sum(axis=1)
        return totals


def compare(responses: Responses, groups: tuple[str, ...], *, focal: str, least: int = LEAST) -> Compared:
    """groups: (persons,) names of exactly two groups, `focal` one of them.

    Raises: Refused for another number of groups, a group smaller than `least`, an answer that is missing.
    """
    names = sorted(set(groups))
    if len(names) != 2 or focal not in names:
        raise Refused(
            what=f"分组是 {'、'.join(names[:5])}，目标组是“{focal}”",
            remedy="须恰好两组，--focal 是其中之一",
            code="groups",
        )
    for name in names:
        if groups.count(name) < least:
            raise Refused(
                what=f"“{name}”组只有 {groups.count(name)} 人",
                rule=f"每组少于 {least} 人时，差异多半出于偶然",
                remedy="请合并几次考试的作答，或用 --least 另定人数并谨慎解读",
                code="group-size",
            )
    absent = np.argwhere(np.isnan(responses.scores))
    if len(absent):
        person, item = absent[0]
        raise Refused(
            what=f"考生 {responses.persons[person]} 的“{responses.items[item]}”没有得分",
            remedy="比较须在总分相同的人之间进行；没有作答算零分时请加 --missing zero",
            code="missing",
        )
    return Compared(responses=responses, focal=np.array([group == focal for group in groups]))
