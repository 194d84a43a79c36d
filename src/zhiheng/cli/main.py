"""The `zhiheng` command. Each group is a module, loaded only when it is asked for."""

import importlib
import sys

import click
import typer

from zhiheng.cli.output import EXIT_UNUSABLE, say
from zhiheng.foundation.errors import Refused

GROUPS = {
    "rules": "规则集：列出与查看",
    "standard": "国家职业技能标准",
    "eligibility": "报考条件核对",
    "calendar": "工作日历",
    "sittings": "考期与各项截止日",
    "ratios": "监考与考评人员配比",
    "paper": "组卷",
    "rehearse": "全流程演练",
    "verify": "验证证书",
    "serve": "启动网站、后台任务与考场服务",
    "hall": "启动考场服务",
    "db": "初始化数据库与演示数据",
}


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return None
        module = importlib.import_module(f"zhiheng.cli.{cmd_name}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl(list(GROUPS.items()))


@click.command(cls=LazyGroup, help="职衡：职业技能评价平台。每个命令都可在最后加 --json。")
def root() -> None:
    pass


def main() -> None:
    try:
        root(standalone_mode=False)
    except Refused as refused:
        say(refused.sentence)
        sys.exit(EXIT_UNUSABLE)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as misuse:
        misuse.show()
        sys.exit(EXIT_UNUSABLE)
