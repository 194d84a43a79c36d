"""What can be sat, gathered from every rule set for the public pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy

from zhiheng.foundation.workdays import WorkCalendar
from zhiheng.sittings.core.plan import SittingPlan, last_saturday, plan_sitting
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import working_calendar
from zhiheng.standards.core.loader import (
    list_rule_sets,
    load_blueprint,
    load_occupation,
    load_syllabus,
    occupation_codes,
)
from zhiheng.standards.core.terms import AreaMarks, Code, Programme, RuleSet
from zhiheng.surface.icicle import Branch

SOURCES = {
    "ccia-000": gettext_lazy("项目简介（000）"),
    "ccia-001": gettext_lazy("项目简介（001）"),
    "ccia-002": gettext_lazy("项目手册（002）"),
    "nos-4-01-02-07-2021": gettext_lazy("国家标准（2021 年版）"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A programme under one rule set."""

    rules: RuleSet
    programme: Programme

    @property
    def source_name(self) -> str:
        """The document in short, in the language of the page; one we have no short name for, as it prints itself."""
        return str(SOURCES.get(self.rules.id, self.rules.source))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A programme and every rule set it can be sat under; the first is its own brochure where it has one."""

    programme: Programme
    choices: tuple[Choice, ...]

    @property
    def rules(self) -> RuleSet:
        return self.choices[0].rules


def choices() -> tuple[Choice, ...]:
    return tuple(
        Choice(rules=rules, programme=programme)
        for rules in list_rule_sets()
        for programme in rules.programmes
    )


def listed() -> tuple[Listed, ...]:
    """Every programme once, in the order of the rule sets."""
    grouped: dict[str, list[Choice]] = {}
    for choice in choices():
        grouped.setdefault(choice.programme.id, []).append(choice)
    return tuple(Listed(programme=found[0].programme, choices=tuple(found)) for found in grouped.values())


def choices_of(programme: str) -> tuple[Choice, ...]:
    return tuple(choice for choice in choices() if choice.programme.id == programme)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a document says of a programme, and which; no lines where none says anything."""

    lines: tuple[str, ...]
    source: str = ""


def goal_of(choice: Choice) -> Printed:
    """What a programme trains for (培养目标)."""
    return _printed(choice, lambda programme: (programme.goal,) if programme.goal else ())


def target_groups_of(choice: Choice) -> Printed:
    """Whom a programme is for (培养对象)."""
    return _printed(choice, lambda programme: programme.target_groups)


def job_contents_of(choice: Choice) -> Printed:
    """What somebody in the occupation does: as printed, else the functions of the national standard."""
    found = _printed(choice, lambda programme: programme.job_contents)
    if found.lines or not choice.rules.standard:
        return found
    levels = load_occupation(choice.rules.standard).levels
    titles = dict.fromkeys(function.title for level in levels for function in level.functions)
    return Printed(lines=tuple(titles), source=choice.source_name)


def _printed(choice: Choice, part: Callable[[Programme], tuple[str, ...]]) -> Printed:
    """From the programme's own rule set, else from another that prints it."""
    for entry in (choice, *choices_of(choice.programme.id)):
        if lines := part(entry.programme):
            return Printed(lines=lines, source=entry.source_name)
    return Printed(lines=())


# Dates


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSitting:
    """The dates of the next sitting somebody can still apply for. offered: whether it is called already."""

    plan: SittingPlan
    offered: bool


def next_sitting(choice: Choice, *, today: date) -> NextSitting:
    """The next one offered for the programme under these rules, else the next the rules foresee."""
    offerings = (
        Offering.objects.filter(
            programme=choice.programme.id, revision__rule_set=choice.rules.id, sitting__day__gt=today
        )
        .select_related("sitting")
        .order_by("sitting__day")
    )
    calendar = working_calendar()
    for day in dict.fromkeys(offering.sitting.day for offering in offerings):
        plan = plan_sitting(choice.rules, day, calendar=calendar)
        if plan.enrolment_closes >= today:
            return NextSitting(plan=plan, offered=True)
    return NextSitting(plan=_next_regular(choice.rules, today=today, calendar=calendar), offered=False)


def _next_regular(rules: RuleSet, *, today: date, calendar: WorkCalendar) -> SittingPlan:
    month = today.replace(day=1)
    while True:
        plan = plan_sitting(rules, last_saturday(month.year, month.month), calendar=calendar)
        if plan.enrolment_closes >= today:
            return plan
        month = (month + timedelta(days=31)).replace(day=1)


# What is examined


def syllabus_tree(
    choice: Choice, *, level: str, trade: str | None, marks_words: str, points_words: str
) -> Branch:
    """What a theory paper of a level is made of. The two words hold "%s" for a number: "%s 分", "%s 条"."""
    blueprint = load_blueprint(choice.rules.id, choice.programme.id, level, trade)
    titles = _content_titles(choice, level)
    return Branch(
        label=choice.programme.name,
        amount=marks_words % _plain(blueprint.total),
        children=tuple(
            Branch(
                label=area.title,
                weight=area.marks,
                amount=marks_words % _plain(area.marks),
                children=_contents(area, titles, points_words),
            )
            for area in blueprint.areas
        ),
    )


def _contents(area: AreaMarks, titles: dict[str, str], words: str) -> tuple[Branch, ...]:
    grouped: dict[str, list[Code]] = {}
    for code in area.codes:
        grouped.setdefault(_content_of(code, titles), []).append(code)
    return tuple(
        Branch(label=label, weight=len(codes), amount=words % len(codes) if len(codes) > 1 else "")
        for label, codes in grouped.items()
    )


def _content_of(code: Code, titles: dict[str, str]) -> str:
    head = code.code.rpartition(".")[0]
    return titles.get(f"{code.level}/{head}", code.text.rstrip("。"))


def _content_titles(choice: Choice, level: str) -> dict[str, str]:
    """Titles of the national standard's contents by "level/code"; empty for a syllabus of the programme's own."""
    standard = choice.rules.standard or load_syllabus(choice.programme.id).standard
    if not standard:
        return {}
    occupation = load_occupation(standard)
    titles = {f"/{area.code}": area.title for area in occupation.basics.areas}
    for rung in occupation.levels:
        for function in rung.functions:
            titles |= {f"{rung.id}/{content.code}": content.title for content in function.contents}
    return titles


def code_count(standard: str) -> int:
    return len(occupation_codes(standard))


def _plain(marks: Decimal) -> str:
    return f"{marks.normalize():f}"
