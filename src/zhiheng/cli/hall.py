"""`zhiheng hall`: the exam hall, a process of its own without Django, and its rehearsal."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from zhiheng.cli.output import AsJson, answer, say
from zhiheng.delivery.core.rehearsing import decide_go
from zhiheng.delivery.hall.service import HallSettings, run_hall

app = typer.Typer(help="启动考场服务：考生在 /hall/ 作答，答案写入存储之后才确认。")


@app.callback(invoke_without_command=True)
def hall(
    context: typer.Context,
    data: Annotated[
        Path, typer.Option(envvar="ZHIHENG_HALL_DATA", help="数据目录：密钥、考场数据包、答题记录")
    ] = Path("var/hall"),
    host: Annotated[str, typer.Option(envvar="ZHIHENG_HALL_HOST", help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="ZHIHENG_HALL_PORT", min=0, max=65535, help="监听端口")] = 8701,
    database_url: Annotated[
        str,
        typer.Option(
            envvar="ZHIHENG_HALL_DATABASE_URL", help="postgresql:// 地址；不填则用数据目录里的 SQLite 文件"
        ),
    ] = "",
    site: Annotated[
        str, typer.Option(envvar="ZHIHENG_PUBLIC_URL", help="网站地址；监考页面由它打开，才能收到实时座位")
    ] = "",
    trusted_proxy: Annotated[
        str,
        typer.Option(
            envvar="ZHIHENG_HALL_TRUSTED_PROXY",
            help="前置代理的 IP 地址或网段，多个用逗号隔开；只采信它们转告的考生地址（X-Forwarded-For）",
        ),
    ] = "",
) -> None:
    if context.invoked_subcommand is not None:
        return
    os.umask(0o077)  # the log holds answers: for its owner only
    settings = HallSettings(
        data_dir=data,
        host=host,
        port=port,
        database_url=database_url,
        site_origin=site,
        trusted_proxies=tuple(name.strip() for name in trusted_proxy.split(",") if name.strip()),
    )
    raise typer.Exit(run_hall(settings, say=say))


@app.command("rehearse")
def rehearse_sitting(
    *,
    candidates: Annotated[int, typer.Option(min=1, max=100_000, help="虚构考生人数")] = 200,
    seconds: Annotated[float, typer.Option(min=5, help="作答多少秒")] = 30.0,
    pace: Annotated[float, typer.Option(min=0.05, help="每名考生平均隔多少秒作答一次")] = 20.0,
    kill: Annotated[bool, typer.Option(help="中途强行终止考场服务一次")] = True,
    data: Annotated[
        Path, typer.Option(envvar="ZHIHENG_HALL_DATA", help="在这个目录所在的磁盘上演练；用后清除")
    ] = Path("var/hall"),
    as_json: AsJson = False,
) -> None:
    """用虚构考生在本机演练一场考试：候考、开考、作答、断网、换机、服务中断、交卷，给出可否开考的清单。"""
    from zhiheng.cli.hall_rehearsal.play import Plan, rehearse  # noqa: PLC0415 - only a rehearsal needs its client
    from zhiheng.cli.hall_rehearsal.telling import page, shown  # noqa: PLC0415

    with shown() as show:
        plan = Plan(candidates=candidates, seconds=seconds, pace=pace, kill=kill)
        found = rehearse(plan, data=data, show=show)
    decision = decide_go(found)
    facts = {
        "go": decision.granted,
        "candidates": candidates,
        "checks": [asdict(reason) for reason in decision.reasons],
        "figures": {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in asdict(found).items()
        },
    }
    answer(facts, as_json=as_json, text=lambda: page(decision), yes=decision.granted)
