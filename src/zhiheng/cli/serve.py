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
    raise typer.Exit(run_site(Addresses(host=host, web_port=port, hall_port=hall_port)))


def run_site(addresses: Addresses) -> int:
    """Serve until asked to stop; returns the exit code."""
    os.environ.setdefault("ZHIHENG_PUBLIC_URL", addresses.web)
    os.environ.setdefault("ZHIHENG_HALL_URL", addresses.hall)
    start_backend()
    from django.conf import settings  # noqa: PLC0415 - read after the environment is complete

    call_command("migrate", verbosity=0, interactive=False)
    from zhiheng.people.retention.tasks import plan_nightly_run  # noqa: PLC0415 - models exist only after start_backend

    plan_nightly_run()
    services = {"ZHIHENG_VAR": str(settings.VAR), "ZHIHENG_HALL_DATA": str(settings.HALL_DATA)}
    if settings.DEMO or (settings.VAR / "DEMO").exists():
        services["ZHIHENG_DEMO"] = "true"
    try:
        with running(addresses, worker=True, **services) as children:
            say(f"网站已就绪：{addresses.web}/　登录：{addresses.web}/sign-in/　考场：{addresses.hall}/hall/")
            say("按 Ctrl+C 结束。")
            return watch(children)
    except DidNotStart as failure:
        say(str(failure))
        return 1
