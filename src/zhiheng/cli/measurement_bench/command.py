"""`zhiheng bench measurement`."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zhiheng.cli.output import AsJson, answer, say
from zhiheng.foundation.errors import Refused

if TYPE_CHECKING:
    from zhiheng.cli.measurement_bench.cases import Row

CASES = ("M1", "M2", "M3")
WORDS = {True: "达到", False: "未达到", None: "没有相比的对象"}


def bench_measurement(
    *,
    only: Annotated[str, typer.Option(help="只量这几项，如 M1,M2")] = "",
    libraries: Annotated[
        Path | None,
        typer.Option(help="装有 girth、mirt 的文件夹（pip install --target）；没有就不与它们相比"),
    ] = None,
    persons: Annotated[int, typer.Option(min=100, help="M1 的人数；M2、M3 按同样的比例")] = 10_000,
    rounds: Annotated[int, typer.Option(min=1, help="本平台重复几轮，取中位数")] = 3,
    as_json: AsJson = False,
) -> None:
    """标定：与通常写法的 EM 以及别的程序库在同一次运行里相比（约五分钟）。"""
    wanted = _wanted(only)
    # Compiled code takes seconds to load.
    from zhiheng.cli.measurement_bench import cases  # noqa: PLC0415

    share = persons / 10_000
    scale = cases.Scale(
        persons=persons,
        many=round(100_000 * share),
        million=round(1_000_000 * share),
        rounds=rounds,
        libraries=libraries,
    )
    rows = [cases.CASES[name](scale, say) for name in wanted]
    answer(
        {"rows": [asdict(row) for row in rows]},
        as_json=as_json,
        text=lambda: _page(rows),
        yes=all(row.reached is not False for row in rows),
    )


def _wanted(only: str) -> list[str]:
    wanted = [name.strip().upper() for name in only.split(",") if name.strip()] or list(CASES)
    strange = [name for name in wanted if name not in CASES]
    if strange:
        raise Refused(
            what=f"没有名为 {strange[0]} 的测量项", remedy=f"可选：{'、'.join(CASES)}", code="bench-case"
        )
    return wanted


def _page(rows: "list[Row]") -> str:
    lines = [f"{os.cpu_count()} 核。时间为处理器时间，比值取自同一次运行。"]
    for row in rows:
        lines += ["", f"{row.id} {row.task}", f"   目标：{row.goal} —— {WORDS[row.reached]}"]
        lines += [f"   {name}: {value}" for name, value in row.figures.items()]
    return "\n".join(lines)
