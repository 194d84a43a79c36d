"""From one sitting's day to every date that follows from it, by the rule set it pins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI, chinese_day, day_begins, day_ends
from zhiheng.foundation.workdays import WorkCalendar, WorkdaySum, official_calendar
from zhiheng.standards.core.terms import Deadline, RuleSet, TimeRule

HOLIDAY = "holiday"
WORKDAY = "workday"
_SATURDAY = 5
_YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingPlan:
    """Days, each ending at 24:00 in Shanghai.

    flags: "holiday" when the sitting lies in an official holiday period, "workday" on a make-up working day.
    certificate_due, query_opens: reckoned as if the result were approved on result_due, their latest day.
    provisional: names of the fields whose count crossed a year without a published calendar.
    """

    rule_set: str
    day: date
    starts_at: datetime
    flags: tuple[str, ...]
    enrolment_closes: date
    review_due: date
    cram_opens: date
    mock_from: date
    mock_until: date
    tickets_from: date
    result_due: date
    certificate_due: date
    query_opens: date
    makeup_closes: date
    provisional: tuple[str, ...]

    @property
    def enrolment_ends(self) -> datetime:
        """The first moment at which enrolment is closed."""
        return day_ends(self.enrolment_closes)

    @property
    def makeup_ends(self) -> datetime:
        return day_ends(self.makeup_closes)

    @property
    def mock_begins(self) -> datetime:
        return day_begins(self.mock_from)

    @property
    def mock_ends(self) -> datetime:
        return day_ends(self.mock_until)

    @property
    def tickets_open(self) -> datetime:
        return day_begins(self.tickets_from)


def last_saturday(year: int, month: int) -> date:
    """The last Saturday inside a calendar month."""
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    last = first_of_next - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - _SATURDAY) % 7)


def is_regular_day(day: date) -> bool:
    """Whether a day is the one the rule sets print: the last Saturday of its month."""
    return day == last_saturday(day.year, day.month)


def decide_callable(rules: Sequence[RuleSet], day: date, *, today: date) -> Decision:
    """Whether an exam day is far enough ahead that somebody could still enrol, under any of the rule sets.

    The last day of enrolment itself is too late: nobody could be entered, reviewed and paid for in what is left of it.
    """
    if day <= today:
        return Decision.no(
            Reason(
                code="sitting-past",
                text=f"{chinese_day(day)}不在今天之后",
                met=False,
                rule="报名截止在考试日之前，过去的日子无法报名",
                remedy="请选今天以后的日子",
            )
        )
    closes, source = max((plan_sitting(one, day).enrolment_closes, _closing_source(one)) for one in rules)
    met = closes > today
    return Decision.all_of(
        Reason(
            code="enrolment-over",
            text=f"{chinese_day(day)}考试的报名于 {chinese_day(closes)} 24:00 截止，今天是 {chinese_day(today)}",
            met=met,
            rule=source,
            remedy=""
            if met
            else f"来不及报名，请选{chinese_day(today + (day - closes) + timedelta(days=1))}或以后的日子",
        )
    )


def _closing_source(rules: RuleSet) -> str:
    return rules.timetable.rule("enrolment_closes").source


def plan_year(rules: RuleSet, year: int, *, calendar: WorkCalendar | None = None) -> tuple[SittingPlan, ...]:
    """The twelve sittings of a year; none is moved off a holiday, only flagged."""
    _check_year(year)
    return tuple(plan_sitting(rules, last_saturday(year, month), calendar=calendar) for month in range(1, 13))


def plan_sitting(rules: RuleSet, day: date, *, calendar: WorkCalendar | None = None) -> SittingPlan:
    """Every derived date of a sitting on a day. Raises: Refused outside the years 2000 to 2100."""
    _check_year(day.year)
    known = calendar or official_calendar()
    sums = _sums(rules, day, known)
    makeup = _makeup(rules, day, known)
    found = {**sums, "makeup_closes": makeup}
    return SittingPlan(
        rule_set=rules.id,
        day=day,
        starts_at=datetime.combine(day, time.fromisoformat(rules.timetable.starts_at.value), tzinfo=SHANGHAI),
        flags=_flags(day, known),
        provisional=tuple(name for name, reached in found.items() if reached.provisional),
        **{name: reached.day for name, reached in found.items()},
    )


def due_after_approval(
    rules: RuleSet, name: Deadline, approved_on: date, *, calendar: WorkCalendar | None = None
) -> WorkdaySum:
    """certificate_due or query_opens, counted from the day the result was approved."""
    known = calendar or official_calendar()
    approved = WorkdaySum(day=approved_on, provisional=False)
    certificate = _step(rules.timetable.rule("certificate_due"), {"result_approved": approved}, known)
    if name == "certificate_due":
        return certificate
    anchors = {"result_approved": approved, "certificate_due": certificate}
    return _step(rules.timetable.rule(name), anchors, known)


def review_due(rules: RuleSet, submitted_on: date, *, calendar: WorkCalendar | None = None) -> WorkdaySum:
    """The day by which a file handed in on a day must be reviewed."""
    handed_in = WorkdaySum(day=submitted_on, provisional=False)
    return _step(
        rules.timetable.rule("review_due"), {"enrolment_closes": handed_in}, calendar or official_calendar()
    )


_ORDER: tuple[Deadline, ...] = (
    "enrolment_closes",
    "review_due",
    "cram_opens",
    "mock_from",
    "mock_until",
    "tickets_from",
    "result_due",
    "certificate_due",
    "query_opens",
)


def _sums(rules: RuleSet, day: date, calendar: WorkCalendar) -> dict[str, WorkdaySum]:
    anchors = {"sitting": WorkdaySum(day=day, provisional=False)}
    for name in _ORDER:
        anchors[name] = _step(rules.timetable.rule(name), anchors, calendar)
        if name == "result_due":
            anchors["result_approved"] = anchors[name]
    return {name: anchors[name] for name in _ORDER}


def _step(rule: TimeRule, anchors: dict[str, WorkdaySum], calendar: WorkCalendar) -> WorkdaySum:
    start = anchors[rule.anchor]
    if rule.unit == "days":
        return WorkdaySum(day=start.day + timedelta(days=rule.offset), provisional=start.provisional)
    reached = calendar.add_working_days(start.day, rule.offset)
    return WorkdaySum(day=reached.day, provisional=start.provisional or reached.provisional)


def _makeup(rules: RuleSet, day: date, calendar: WorkCalendar) -> WorkdaySum:
    """The usual closing day, or the late one when last month's results come out after it."""
    before = day.replace(day=1) - timedelta(days=1)
    sat_before = {"sitting": WorkdaySum(day=last_saturday(before.year, before.month), provisional=False)}
    result = _step(rules.timetable.rule("result_due"), sat_before, calendar)
    sat_again = {"sitting": WorkdaySum(day=day, provisional=result.provisional)}
    usual = _step(rules.timetable.rule("makeup_closes"), sat_again, calendar)
    if result.day > usual.day:
        return _step(rules.timetable.rule("makeup_closes_late"), sat_again, calendar)
    return usual


def _flags(day: date, calendar: WorkCalendar) -> tuple[str, ...]:
    if calendar.is_holiday_period(day):
        return (HOLIDAY,)
    return (WORKDAY,) if calendar.is_makeup_workday(day) else ()


def _check_year(year: int) -> None:
    if year not in _YEARS:
        raise Refused(
            what=f"年份 {year} 不在可排考期的范围内",
            remedy=f"请给出 {_YEARS.start} 至 {_YEARS.stop - 1} 之间的年份",
            code="year-range",
        )
