"""`zhiheng retention`: how long what is kept, and the end of what is over its time."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from zhiheng.cli.backend import require_tables
from zhiheng.cli.output import AsJson, answer
from zhiheng.foundation.moment import iso
from zhiheng.people.core.retention import Fate, RetentionRule, retention_rules

if TYPE_CHECKING:
    from zhiheng.people.retention.actions import Line

SERVICE = "retention"
FATES = {Fate.DELETE: "删除", Fate.ANONYMISE: "去标识", Fate.KEEP: "保留，由专委会决定"}

app = typer.Typer(help="个人数据的保存期限")


@app.command("rules")
def rules(*, as_json: AsJson = False) -> None:
    """每一类数据保存多久、从何时算起、依据什么、到期怎么办。"""
    answer([_rule(rule) for rule in retention_rules()], as_json=as_json, text=_table)


@app.command("run")
def run(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只数，不删除")] = False,
    as_json: AsJson = False,
) -> None:
    """删除或去标识所有到期的数据；正在办理的事项所涉数据保留。网站运行时每晚 3 点自动执行。"""
    require_tables("people_erasurerequest")
    from zhiheng.people.retention.actions import run as run_all  # noqa: PLC0415 - models exist only after start_backend

    lines = run_all(by=SERVICE, dry_run=dry_run)
    data = {"dry_run": dry_run, "kinds": [_line(line) for line in lines]}
    answer(data, as_json=as_json, text=lambda: _page(lines, dry_run=dry_run))


def _rule(rule: RetentionRule) -> dict[str, Any]:
    return {
        "kind": rule.kind,
        "title": rule.title(english=False),
        "keep": rule.span.words(english=False),
        "since": rule.counted_from(english=False),
        "then": str(rule.then),
        "on_request": str(rule.on_request),
        "rule": rule.rule(english=False),
    }


def _line(line: "Line") -> dict[str, Any]:
    return {
        "kind": line.rule.kind,
        "title": line.rule.title(english=False),
        "automatic": line.automatic,
        "due": line.count,
        "held": line.held,
        "done": line.done,
        "oldest": iso(line.oldest) if line.oldest else None,
        "keep": line.rule.span.words(english=False),
        "since": line.rule.counted_from(english=False),
        "then": str(line.rule.then),
        "rule": line.rule.rule(english=False),
    }


def _table() -> str:
    return "\n".join(
        f"{rule.title(english=False)}：自{rule.counted_from(english=False)}起 {rule.span.words(english=False)}，"
        f"到期{FATES[rule.then]}。依据：{rule.rule(english=False)}"
        for rule in retention_rules()
    )


def _page(lines: "list[Line]", *, dry_run: bool) -> str:
    found = [line for line in lines if line.count or line.held]
    if not found:
        return "没有到期的数据"
    return "\n".join(
        f"{line.rule.title(english=False)}：到期 {line.count}，"
        + ("" if dry_run else f"已处理 {line.done}，")
        + f"因未结事项保留 {line.held}"
        + (f"，最早 {iso(line.oldest)}" if line.oldest else "")
        for line in found
    )
