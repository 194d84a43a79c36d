"""`zhiheng rules list`: the published rule sets."""

from typing import Any

import typer

from zhiheng.cli.output import AsJson, answer
from zhiheng.standards.core.loader import list_rule_sets
from zhiheng.standards.core.terms import RuleSet

app = typer.Typer(help="规则集")


@app.callback()
def group() -> None:
    """Keeps `list` a subcommand."""


@app.command("list")
def list_rules(as_json: AsJson = False) -> None:
    """列出全部规则集：依据、项目、等级与工种。"""
    published = list_rule_sets()
    answer(
        [_row(rules) for rules in published],
        as_json=as_json,
        text=lambda: "\n\n".join(map(_paragraph, published)),
    )


def _row(rules: RuleSet) -> dict[str, Any]:
    return {
        "id": rules.id,
        "source": rules.source,
        "title": rules.title,
        "programmes": [{"id": programme.id, "name": programme.name} for programme in rules.programmes],
        "levels": [{"id": level.id, "name": level.name} for level in rules.levels],
        "trades": [
            {"mark": trade.mark, "name": trade.name, "levels": list(trade.levels)} for trade in rules.trades
        ],
    }


def _paragraph(rules: RuleSet) -> str:
    lines = [
        f"{rules.id}（{rules.seed}） {rules.title}",
        f"  依据  {rules.source}",
        "  项目  " + "、".join(programme.name for programme in rules.programmes),
        "  等级  " + "、".join(level.name for level in rules.levels),
    ]
    if rules.trades:
        lines.append("  工种  " + "、".join(f"{trade.mark} {trade.name}" for trade in rules.trades))
    return "\n".join(lines)
