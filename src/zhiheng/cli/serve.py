"""`zhiheng serve`: the whole platform from one command."""

import os
from typing import Annotated

import typer
from django.core.management import call_command

from zhiheng.cli.backend import start_backend
from zhiheng.cli.output import say
from zhiheng.cli.processes import Addresses, DidNotStart, running, watch

app = typer.Typer()


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="网站端口")] = 8700,
    hall_port: Annotated[int, typer.Option(help="考场服务端口")] = 8701,
) -> None:
    """启动网站、后台任务与考场服务；Ctrl+C 结束。"""
    addresses = Addresses(host=host, web_port=port, hall_port=hall_port)
    os.environ.setdefault("ZHIHENG_PUBLIC_URL", addresses.web)
    start_backend()
    call_command("migrate", verbosity=0, interactive=False)
    try:
        with running(addresses, worker=True) as children:
            say(f"网站已就绪：{addresses.web}/　考场：{addresses.hall}/hall/　按 Ctrl+C 结束")
            code = watch(children)
    except DidNotStart as failure:
        say(str(failure))
        code = 1
    raise typer.Exit(code)
