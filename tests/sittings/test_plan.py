from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.foundation.workdays import WorkdaySum, is_makeup_workday
from zhiheng.sittings.core.plan import (
    decide_callable,
    due_after_approval,
    is_regular_day,
    last_saturday,
    plan_sitting,
    plan_year,
    review_due,
)
from zhiheng.standards.core.loader import list_rule_sets, load_rule_set
from zhiheng.standards.core.terms import RuleSet

D = date.fromisoformat
BROCHURE, HANDBOOK, NATIONAL = (load_rule_set(seed) for seed in ("000", "002", "004"))


def test_the_twelve_sittings_of_2026_are_flagged_and_never_moved() -> None:
    plans = plan_year(HANDBOOK, 2026)
    assert [plan.day.day for plan in plans] == [31, 28, 28, 25, 30, 27, 25, 29, 26, 31, 28, 26]
    assert [plan.flags for plan in plans if plan.flags] == [("workday",), ("holiday",)]
    assert plans[1].flags == ("workday",)
    assert plans[8].flags == ("holiday",)


def test_every_date_of_november_2026_by_the_handbook() -> None:
    plan = plan_sitting(HANDBOOK, D("2026-11-28"))
    assert plan.enrolment_closes == D("2026-11-21")
    assert plan.review_due == D("2026-11-23")
    assert plan.cram_opens == D("2026-11-21")
    assert (plan.mock_from, plan.mock_until) == (D("2026-11-25"), D("2026-11-26"))
    assert plan.tickets_from == D("2026-11-25")
    assert plan.result_due == D("2026-12-18")
    assert plan.makeup_closes == D("2026-11-21")
    assert plan.provisional == ("certificate_due", "query_opens")


def test_moments_of_november_2026() -> None:
    plan = plan_sitting(HANDBOOK, D("2026-11-28"))
    at = [
        plan.enrolment_ends,
        plan.makeup_ends,
        plan.mock_begins,
        plan.mock_ends,
        plan.tickets_open,
        plan.starts_at,
    ]
    assert at == [
        datetime(2026, 11, 22, tzinfo=SHANGHAI),
        datetime(2026, 11, 22, tzinfo=SHANGHAI),
        datetime(2026, 11, 25, tzinfo=SHANGHAI),
        datetime(2026, 11, 27, tzinfo=SHANGHAI),
        datetime(2026, 11, 25, tzinfo=SHANGHAI),
        datetime(2026, 11, 28, 9, tzinfo=SHANGHAI),
    ]


@pytest.mark.parametrize(
    ("day", "closes", "review", "tickets", "result"),
    [
        ("2025-09-27", "2025-09-20", "2025-09-22", "2025-09-24", "2025-10-23"),
        ("2025-12-27", "2025-12-20", "2025-12-22", "2025-12-24", "2026-01-19"),
        ("2026-01-31", "2026-01-24", "2026-01-26", "2026-01-28", "2026-02-27"),
        ("2026-02-28", "2026-02-21", "2026-02-24", "2026-02-25", "2026-03-20"),
        ("2026-04-25", "2026-04-18", "2026-04-20", "2026-04-22", "2026-05-19"),
        ("2026-09-26", "2026-09-19", "2026-09-20", "2026-09-23", "2026-10-22"),
        ("2026-11-28", "2026-11-21", "2026-11-23", "2026-11-25", "2026-12-18"),
    ],
)
@pytest.mark.parametrize("rules", list_rule_sets(), ids=lambda rules: rules.id)
def test_worked_table(rules: RuleSet, day: str, closes: str, review: str, tickets: str, result: str) -> None:
    plan = plan_sitting(rules, D(day))
    assert [plan.enrolment_closes, plan.review_due, plan.tickets_from, plan.result_due] == list(
        map(D, (closes, review, tickets, result))
    )


def test_certificate_and_query_count_from_the_result_and_differ_by_rule_set() -> None:
    brochure, handbook, national = (plan_sitting(r, D("2026-02-28")) for r in (BROCHURE, HANDBOOK, NATIONAL))
    assert (brochure.certificate_due, brochure.query_opens) == (D("2026-06-03"), D("2026-06-03"))
    assert (handbook.certificate_due, handbook.query_opens) == (D("2026-05-20"), D("2026-05-27"))
    assert (national.certificate_due, national.query_opens) == (
        handbook.certificate_due,
        handbook.query_opens,
    )


def test_due_after_an_early_approval() -> None:
    approved = D("2026-03-10")
    assert due_after_approval(HANDBOOK, "certificate_due", approved).day == D("2026-05-09")
    assert due_after_approval(HANDBOOK, "query_opens", approved).day == D("2026-05-15")
    assert due_after_approval(BROCHURE, "query_opens", approved).day == D("2026-05-22")


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2026-09-24", "2026-09-28"),
        ("2026-11-21", "2026-11-23"),
        ("2026-02-21", "2026-02-24"),
        ("2026-05-08", "2026-05-09"),
    ],
)
def test_review_takes_one_working_day(submitted: str, due: str) -> None:
    assert review_due(HANDBOOK, D(submitted)) == WorkdaySum(day=D(due), provisional=False)


@pytest.mark.parametrize(
    ("day", "closes"),
    [
        # January's results come on 2026-02-27, after 02-21; September's on 10-22, before 10-24.
        ("2026-02-28", "2026-02-25"),
        ("2026-10-31", "2026-10-24"),
        # January 2025 ended in the Spring Festival: results on 2025-02-20, after 02-15.
        ("2025-02-22", "2025-02-19"),
    ],
)
def test_make_up_enrolment_waits_for_last_months_results(day: str, closes: str) -> None:
    assert plan_sitting(HANDBOOK, D(day)).makeup_closes == D(closes)


def test_a_year_without_a_calendar_is_provisional_throughout() -> None:
    january = plan_sitting(HANDBOOK, D("2027-01-30"))
    assert january.provisional == (
        "review_due",
        "result_due",
        "certificate_due",
        "query_opens",
        "makeup_closes",
    )
    assert january.flags == ()


def test_a_day_that_is_not_the_last_saturday_is_still_planned() -> None:
    assert not is_regular_day(D("2026-11-21"))
    assert plan_sitting(HANDBOOK, D("2026-11-21")).enrolment_closes == D("2026-11-14")


@pytest.mark.parametrize("year", [1999, 2101, 0, 10000])
def test_years_out_of_range_are_refused(year: int) -> None:
    with pytest.raises(Refused, match="年份"):
        plan_year(HANDBOOK, year)


@given(year=st.integers(2000, 2100), month=st.integers(1, 12))
def test_the_last_saturday_is_a_saturday_with_no_other_after_it_in_the_month(year: int, month: int) -> None:
    day = last_saturday(year, month)
    assert (day.weekday(), day.year, day.month) == (5, year, month)
    assert (day + timedelta(days=7)).month != month
    assert is_regular_day(day)


@given(
    day=st.dates(min_value=date(2004, 3, 1), max_value=date(2099, 1, 1)),
    rules=st.sampled_from(list_rule_sets()),
)
def test_the_dates_of_a_plan_come_in_order(day: date, rules: RuleSet) -> None:
    plan = plan_sitting(rules, day)
    assert (
        plan.enrolment_closes == plan.cram_opens < plan.tickets_from == plan.mock_from < plan.mock_until < day
    )
    assert plan.enrolment_closes < plan.review_due
    assert day < plan.result_due < plan.certificate_due <= plan.query_opens
    assert plan.makeup_closes in (day - timedelta(days=7), day - timedelta(days=3))
    assert (plan.flags == ("workday",)) == is_makeup_workday(day)


@pytest.mark.parametrize(
    ("today", "unmet"),
    [
        ("2026-11-20", []),
        ("2026-11-21", ["enrolment-over"]),
        ("2026-11-27", ["enrolment-over"]),
        ("2026-11-28", ["sitting-past"]),
        ("2026-12-01", ["sitting-past"]),
    ],
)
def test_a_sitting_is_called_only_while_somebody_could_still_enrol(today: str, unmet: list[str]) -> None:
    decision = decide_callable([BROCHURE, HANDBOOK, NATIONAL], D("2026-11-28"), today=D(today))
    assert [reason.code for reason in decision.unmet] == unmet


def test_who_comes_too_late_hears_the_first_day_that_would_do() -> None:
    (late,) = decide_callable([HANDBOOK], D("2026-11-28"), today=D("2026-11-21")).unmet
    assert late.remedy == "来不及报名，请选2026年11月29日或以后的日子"
    assert decide_callable([HANDBOOK], D("2026-11-29"), today=D("2026-11-21")).granted
