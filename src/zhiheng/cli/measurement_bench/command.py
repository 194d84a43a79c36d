"""`zhiheng bench measurement`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from zhiheng.cli.measured import page, wanted
from zhiheng.cli.output import AsJson, answer, say

CASES = ("M1", "M2", "M3")


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
    names = wanted(only, CASES)
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
    rows = [cases.CASES[name](scale, say) for name in names]
    answer(
        {"rows": [asdict(row) for row in rows]},
        as_json=as_json,
        text=lambda: page(rows, note="时间为处理器时间，比值取自同一次运行。", unmeasured="没有相比的对象"),
        yes=all(row.reached is not False for row in rows),
    )
