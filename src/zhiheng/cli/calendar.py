"""`zhiheng calendar add`: the day so many working days after (or before) another."""

import re
from datetime import date
from typing import Annotated

import typer

from zhiheng.cli.output import AsJson, answer
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.workdays import add_working_days

app = typer.Typer(help="工作日历")


@app.callback()
def group() -> None:
    """Keeps `add` a subcommand."""


# A negative count begins with "-" and would otherwise be read as an option.
@app.command("add", context_settings={"ignore_unknown_options": True})
def add(
    day: Annotated[str, typer.Argument(metavar="DATE", help="起算日，例如 2026-11-28；起算日不计入")],
    count: Annotated[str, typer.Argument(metavar="N", help="工作日数；负数为之前")],
    as_json: AsJson = False,
) -> None:
    """推算 DATE 之后（N 为负时之前）第 N 个工作日。"""
    reached = add_working_days(parse_day(day), parse_whole(count, "工作日数"))
    note = "（暂定：跨越的年份尚未公布或未收录放假安排）" if reached.provisional else ""
    answer(
        {"date": reached.day.isoformat(), "provisional": reached.provisional},
        as_json=as_json,
        text=lambda: f"{reached.day.isoformat()}{note}",
    )


def parse_day(text: str) -> date:
    """Raises: Refused when the text is not a day written 2026-11-28."""
    try:
        day = date.fromisoformat(text)
        if day.isoformat() != text:  # week dates and dates without dashes parse too
            raise ValueError(text)
        return day
    except ValueError:
        raise Refused(what=f"“{text}”不是一个日期", remedy="请写作 2026-11-28 的样子", code="date") from None


def parse_whole(text: str, name: str) -> int:
    """Raises: Refused when the text is not a whole number."""
    # int() also takes "1_0", "５" and surrounding blanks, which in a command are slips of the hand.
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise Refused(what=f"{name}“{text}”不是整数", remedy="请用数字 0 至 9 给出整数", code="number")
    return int(text)
