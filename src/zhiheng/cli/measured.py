"""One measurement beside its goal, as every measuring command tells it."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from zhiheng.foundation.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """figures: printed as they stand; reached: None when there was nothing to compare with."""

    id: str
    task: str
    goal: str
    reached: bool | None
    figures: dict[str, Any] = field(default_factory=dict)


def wanted(only: str, cases: Sequence[str]) -> list[str]:
    """The measurements named, with commas between; all when none is. Raises: Refused for an unknown one."""
    names = [name.strip().upper() for name in only.split(",") if name.strip()] or list(cases)
    strange = [name for name in names if name not in cases]
    if strange:
        raise Refused(
            what=f"没有名为 {strange[0]} 的测量项", remedy=f"可选：{'、'.join(cases)}", code="bench-case"
        )
    return names


def page(rows: Iterable[Row], *, note: str, unmeasured: str) -> str:
    """A block for each measurement: what, the goal, whether it was met, the figures."""
    words = {True: "达到", False: "未达到", None: unmeasured}
    lines = [f"{os.cpu_count()} 核。{note}"]
    for row in rows:
        lines += ["", f"{row.id} {row.task}", f"   目标：{row.goal} —— {words[row.reached]}"]
        lines += [f"   {name}: {value}" for name, value in row.figures.items()]
    return "\n".join(lines)
