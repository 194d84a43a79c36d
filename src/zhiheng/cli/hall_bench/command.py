"""`zhiheng bench hall`: the words of the command."""

from typing import Annotated

import typer

from zhiheng.cli.output import AsJson, answer, say

ROUNDS, FAULT_ROUNDS, QUICK_ROUNDS, QUICK_FAULT_ROUNDS = 5, 50, 2, 5


def bench_hall(
    *,
    faults: Annotated[
        bool, typer.Option("--faults", help="不量速度，而是反复弄坏它，再核对每一次确认")
    ] = False,
    rounds: Annotated[int, typer.Option(min=0, max=1000, help="轮数；0 为默认：测量 5，故障 50")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="只看一眼：轮数少，每格一秒")] = False,
    only: Annotated[
        str,
        typer.Option(
            help="只做这几项：cost,slow,latency,memory,starts，以及另加的 endurance（三分钟）；"
            "故障为 kill,postgres,full,clock,slow,watch,watch-postgres,power,standby,two-halls,frozen"
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """考场服务：在本机回环上与 nginx、Django 及不写入的同一路径在同一次运行里相比；--faults 反复杀死并核对。"""
    # Compiled code and the hall take seconds to load.
    from zhiheng.cli.hall_bench.faults.report import run_faults  # noqa: PLC0415
    from zhiheng.cli.hall_bench.goals import Row, page  # noqa: PLC0415
    from zhiheng.cli.hall_bench.report import plan_of, run  # noqa: PLC0415

    if faults:
        times = rounds or (QUICK_FAULT_ROUNDS if quick else FAULT_ROUNDS)
        found = run_faults(rounds=times, only=only, say=say)
    else:
        times = rounds or (QUICK_ROUNDS if quick else ROUNDS)
        found = run(plan_of(rounds=times, quick=quick, only=only), say=say)
    rows = [Row(**row) for row in found["rows"]]
    answer(found, as_json=as_json, text=lambda: page(rows), yes=all(row.reached is not False for row in rows))
