"""All the measurements in their order, and their table."""

from pathlib import Path

from zhiheng.cli import measured
from zhiheng.cli.assembly_bench.cases import Say, Scale, a1, a2, a3, a4, a5, a8, a9
from zhiheng.cli.assembly_bench.outside import a6, a7
from zhiheng.cli.measured import Row, wanted

CASES = ("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9")
MADE_UP = {"A1": a1, "A2": a2, "A3": a3, "A4": a4, "A5": a5, "A8": a8, "A9": a9}
OUTSIDE = {"A6": a6, "A7": a7}


def run(*, data: Path | None, only: str, forms: int, limit: float, say: Say) -> list[Row]:
    """The measurements asked for. Raises: Refused for an unknown one, or a folder without its files."""
    scale = Scale(forms=forms, limit=limit)
    return [
        MADE_UP[name](scale, say) if name in MADE_UP else OUTSIDE[name](data, scale, say)
        for name in wanted(only, CASES)
    ]


def page(rows: list[Row]) -> str:
    return measured.page(
        rows,
        note="时间为处理器时间，另有注明的除外；比值取自同一次运行。",
        unmeasured="未运行（没有 --data）",
    )
