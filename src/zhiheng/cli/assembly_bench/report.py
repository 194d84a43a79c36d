"""All the measurements in their order, and their table."""

import os
from pathlib import Path

from zhiheng.cli.assembly_bench.cases import Row, Say, Scale, a1, a2, a3, a4, a5, a8, a9
from zhiheng.cli.assembly_bench.outside import a6, a7
from zhiheng.foundation.errors import Refused

CASES = ("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9")
MADE_UP = {"A1": a1, "A2": a2, "A3": a3, "A4": a4, "A5": a5, "A8": a8, "A9": a9}
OUTSIDE = {"A6": a6, "A7": a7}


def run(*, data: Path | None, only: str, forms: int, limit: float, say: Say) -> list[Row]:
    """The measurements asked for. Raises: Refused for an unknown one, or a folder without its files."""
    wanted = [name.strip().upper() for name in only.split(",") if name.strip()] or list(CASES)
    strange = [name for name in wanted if name not in CASES]
    if strange:
        raise Refused(
            what=f"没有名为 {strange[0]} 的测量项", remedy=f"可选：{'、'.join(CASES)}", code="bench-case"
        )
    scale = Scale(forms=forms, limit=limit)
    return [
        MADE_UP[name](scale, say) if name in MADE_UP else OUTSIDE[name](data, scale, say) for name in wanted
    ]


def page(rows: list[Row]) -> str:
    """A block for each measurement: what, the goal, whether it was met, the figures."""
    words = {True: "达到", False: "未达到", None: "未运行（没有 --data）"}
    lines = [f"{os.cpu_count()} 核。时间为处理器时间，另有注明的除外；比值取自同一次运行。"]
    for row in rows:
        lines += ["", f"{row.id} {row.task}", f"   目标：{row.goal} —— {words[row.reached]}"]
        lines += [f"   {name}: {value}" for name, value in row.figures.items()]
    return "\n".join(lines)
