"""`zhiheng ratios`: the least staff for one room or panel."""

from dataclasses import asdict
from typing import Annotated

import typer

from zhiheng.cli.calendar import parse_whole
from zhiheng.cli.output import AsJson, answer
from zhiheng.seating.core.ratios import least_staff
from zhiheng.standards.core.loader import load_rule_set

app = typer.Typer()


@app.command()
def ratios(
    candidates: Annotated[str, typer.Option("--candidates", metavar="N", help="一个考场或一组考生的人数")],
    as_json: AsJson = False,
) -> None:
    """监考人员、考评员与综合评审委员的最少人数（标准 1.9.3）。"""
    staff = least_staff(parse_whole(candidates, "考生人数"), load_rule_set("nos-4-01-02-07-2021").ratios)
    answer(
        asdict(staff),
        as_json=as_json,
        text=lambda: (
            f"监考人员 {staff.invigilators} 名\n考评员 {staff.examiners} 名\n综合评审委员 {staff.reviewers} 名"
        ),
    )
