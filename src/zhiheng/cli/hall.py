"""`zhiheng hall`: the exam hall, a process of its own without Django."""

import os
from pathlib import Path
from typing import Annotated

import typer

from zhiheng.cli.output import say
from zhiheng.delivery.hall.service import HallSettings, run_hall

app = typer.Typer(help="启动考场服务：考生在 /hall/ 作答，答案写入存储之后才确认。")


@app.command()
def hall(
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
) -> None:
    os.umask(0o077)  # the log holds answers: for its owner only
    settings = HallSettings(data_dir=data, host=host, port=port, database_url=database_url)
    raise typer.Exit(run_hall(settings, say=say))
