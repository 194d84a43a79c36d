"""`zhiheng bench hall`: the words of the command."""

from typing import Annotated

import typer

from zhiheng.cli.output import AsJson, answer, say


def bench_hall(
    *,
    rounds: Annotated[int, typer.Option(min=1, max=500, help="轮数；各项轮流，取中位数")] = 5,
    quick: Annotated[bool, typer.Option("--quick", help="只看一眼：两轮，每格一秒")] = False,
    only: Annotated[str, typer.Option(help="只量这几项，如 cost,slow")] = "",
    as_json: AsJson = False,
) -> None:
    """考场服务：在本机回环上与 nginx、Django 及不写入的同一路径在同一次运行里相比。"""
    # Compiled code and the hall take seconds to load.
    from zhiheng.cli.hall_bench.goals import Row, page  # noqa: PLC0415
    from zhiheng.cli.hall_bench.report import plan_of, run  # noqa: PLC0415

    found = run(plan_of(rounds=rounds, quick=quick, only=only), say=say)
    rows = [Row(**row) for row in found["rows"]]
    answer(found, as_json=as_json, text=lambda: page(rows), yes=all(row.reached is not False for row in rows))
