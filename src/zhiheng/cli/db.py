"""`zhiheng db init`: tables, rule sets and the shipped bank."""

import typer
from django.core.management import call_command

from zhiheng.cli.backend import start_backend
from zhiheng.cli.output import AsJson, answer

app = typer.Typer(help="数据库")


@app.callback()
def group() -> None:
    """数据库的初始化。"""


@app.command()
def init(*, as_json: AsJson = False) -> None:
    """建表并载入规则集。可以重复运行。"""
    start_backend()
    call_command("migrate", verbosity=0, interactive=False)
    from zhiheng.people.retention.tasks import plan_nightly_run  # noqa: PLC0415 - models exist only after start_backend
    from zhiheng.standards.actions import publish_all  # noqa: PLC0415 - models exist only after start_backend

    plan_nightly_run()
    revisions = publish_all(by="set-up")
    data = {"revisions": [str(revision) for revision in revisions]}
    answer(data, as_json=as_json, text=lambda: "数据库已就绪：" + "、".join(data["revisions"]))
