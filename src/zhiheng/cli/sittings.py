"""`zhiheng sittings plan`: a year's sittings, or one, with every derived date."""

from typing import Annotated, Any

import typer

from zhiheng.cli.backend import has_database, start_backend
from zhiheng.cli.calendar import parse_day, parse_whole
from zhiheng.cli.output import AsJson, answer, say
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.workdays import WorkCalendar, official_calendar
from zhiheng.sittings.core.plan import SittingPlan, is_regular_day, last_saturday, plan_sitting, plan_year
from zhiheng.standards.core.loader import load_rule_set
from zhiheng.standards.core.terms import RuleSet

app = typer.Typer(help="考期")


@app.callback()
def group() -> None:
    """Keeps `plan` a subcommand."""


@app.command("plan")
def plan(
    rules: Annotated[str, typer.Option("--rules", metavar="ID", help="规则集的 id 或编号")],
    year: Annotated[str | None, typer.Option("--year", metavar="Y", help="全年十二次")] = None,
    day: Annotated[str | None, typer.Option("--date", metavar="D", help="某一天的一次")] = None,
    as_json: AsJson = False,
) -> None:
    """列出考期与各项截止日。"""
    plans = _plans(load_rule_set(rules), year, day, _calendar())
    answer(
        [_row(entry) for entry in plans], as_json=as_json, text=lambda: "\n\n".join(map(_paragraph, plans))
    )


def _calendar() -> WorkCalendar:
    """The published calendar, with the notices imported into the database where there is one."""
    if not has_database():
        return official_calendar()
    start_backend()
    from django.db import DatabaseError  # noqa: PLC0415 - needs no backend until here

    from zhiheng.sittings.queries import working_calendar  # noqa: PLC0415 - models, after the backend started

    try:
        return working_calendar()
    except DatabaseError:
        say("数据库里还没有放假安排，按随附的日历推算。")
        return official_calendar()


def _plans(
    rules: RuleSet, year: str | None, day: str | None, calendar: WorkCalendar
) -> tuple[SittingPlan, ...]:
    if year is not None and day is None:
        return _warned(plan_year(rules, parse_whole(year, "年份"), calendar=calendar), calendar)
    if day is not None and year is None:
        wanted = parse_day(day)
        planned = plan_sitting(rules, wanted, calendar=calendar)
        if not is_regular_day(wanted):
            regular = last_saturday(wanted.year, wanted.month).isoformat()
            say(f"{day} 不是当月最后一个周六（{regular}），仍按这一天推算。")
        return _warned((planned,), calendar)
    raise Refused(
        what="--year 与 --date 须给出一个，且只给一个", remedy="例如 --year 2026", code="plan-range"
    )


def _warned(plans: tuple[SittingPlan, ...], calendar: WorkCalendar) -> tuple[SittingPlan, ...]:
    if not all(calendar.is_known(plan.day) for plan in plans):
        say(f"{plans[0].day.year} 年的放假安排尚未公布或未收录，节假日标记与工作日推算均为暂定。")
    return plans


def _row(plan: SittingPlan) -> dict[str, Any]:
    dates = {"date": plan.day.isoformat(), "flags": list(plan.flags)}
    dates |= {name: getattr(plan, field).isoformat() for name, field in _FIELDS.items()}
    return {**dates, "provisional": [_NAMES[field] for field in plan.provisional]}


# What the command prints -> the plan's field.
_FIELDS = {
    "enrolment_closes": "enrolment_closes",
    "review_due": "review_due",
    "cram_opens": "cram_opens",
    "mock_from": "mock_from",
    "mock_until": "mock_until",
    "tickets_from": "tickets_from",
    "result_due": "result_due",
    "certificate_due_if_approved_on_result_due": "certificate_due",
    "query_opens": "query_opens",
    "makeup_closes": "makeup_closes",
}
_NAMES = {field: name for name, field in _FIELDS.items()}
_LABELS = {
    "enrolment_closes": "报名截止",
    "review_due": "审核截止",
    "cram_opens": "冲刺班开放",
    "mock_from": "模拟考试开始",
    "mock_until": "模拟考试结束",
    "tickets_from": "准考证打印",
    "result_due": "成绩公布",
    "certificate_due": "证书颁发（成绩如期批准）",
    "query_opens": "证书查询",
    "makeup_closes": "补考报名截止",
}
_FLAGS = {"holiday": "节假日", "workday": "调休上班"}


def _paragraph(plan: SittingPlan) -> str:
    flags = "".join(f"（{_FLAGS[flag]}）" for flag in plan.flags)
    lines = [f"考期 {plan.day.isoformat()}{flags}"]
    for field, label in _LABELS.items():
        note = "  暂定" if field in plan.provisional else ""
        lines.append(f"  {getattr(plan, field).isoformat()}  {label}{note}")
    return "\n".join(lines)
