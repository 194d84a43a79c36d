from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.workdays import (
    LIMIT,
    CalendarFault,
    WorkdaySum,
    add_working_days,
    is_holiday_period,
    is_known,
    is_makeup_workday,
    is_workday,
    load_calendar,
    official_calendar,
)

D = date.fromisoformat
KNOWN = st.dates(min_value=date(2004, 6, 1), max_value=date(2025, 12, 1))


@pytest.mark.parametrize(
    ("sitting", "count", "reached"),
    [
        ("2025-09-27", 15, "2025-10-23"),
        ("2025-09-27", 40, "2025-11-27"),
        ("2025-09-27", 45, "2025-12-04"),
        ("2025-09-27", 50, "2025-12-11"),
        ("2025-12-27", 15, "2026-01-19"),
        ("2025-12-27", 40, "2026-02-28"),
        ("2025-12-27", 45, "2026-03-06"),
        ("2025-12-27", 50, "2026-03-13"),
        ("2026-01-31", 15, "2026-02-27"),
        ("2026-01-31", 40, "2026-04-02"),
        ("2026-01-31", 45, "2026-04-10"),
        ("2026-01-31", 50, "2026-04-17"),
        ("2026-02-28", 15, "2026-03-20"),
        ("2026-02-28", 40, "2026-04-27"),
        ("2026-02-28", 45, "2026-05-07"),
        ("2026-02-28", 50, "2026-05-13"),
        ("2026-04-25", 15, "2026-05-19"),
        ("2026-04-25", 40, "2026-06-24"),
        ("2026-04-25", 45, "2026-07-01"),
        ("2026-04-25", 50, "2026-07-08"),
        ("2026-09-26", 15, "2026-10-22"),
        ("2026-09-26", 40, "2026-11-26"),
        ("2026-09-26", 45, "2026-12-03"),
        ("2026-09-26", 50, "2026-12-10"),
        ("2026-11-28", 15, "2026-12-18"),
        # One working day, across holidays and onto a make-up Saturday.
        ("2026-09-24", 1, "2026-09-28"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-02-21", 1, "2026-02-24"),
        ("2026-05-08", 1, "2026-05-09"),
        # Backwards, and not at all.
        ("2026-11-28", -5, "2026-11-23"),
        ("2026-02-24", -1, "2026-02-14"),
        ("2026-02-21", 0, "2026-02-21"),
    ],
)
def test_counting_by_the_published_calendar(sitting: str, count: int, reached: str) -> None:
    assert add_working_days(D(sitting), count) == WorkdaySum(day=D(reached), provisional=False)


@pytest.mark.parametrize(
    ("start", "count", "reached"),
    [
        # 1 January is off in every year; New Year's Eve of the lunar year, 2027-02-05, and 8 February too.
        ("2026-11-28", 40, "2027-01-25"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2027-02-04", 1, "2027-02-09"),
        ("2027-04-02", 1, "2027-04-06"),
        ("2027-09-14", 1, "2027-09-16"),
        ("2027-09-30", 1, "2027-10-04"),
        ("2040-04-30", 1, "2040-05-03"),
        ("2003-12-31", -1, "2003-12-30"),
    ],
)
def test_a_count_into_an_unpublished_year_is_provisional(start: str, count: int, reached: str) -> None:
    assert add_working_days(D(start), count) == WorkdaySum(day=D(reached), provisional=True)


@pytest.mark.parametrize(
    "day",
    [
        "2020-01-25",
        "2020-06-27",
        "2022-04-30",
        "2022-12-31",
        "2023-04-29",
        "2023-06-24",
        "2023-09-30",
        "2025-05-31",
        "2026-09-26",
    ],
)
def test_last_saturdays_inside_a_holiday_period(day: str) -> None:
    assert (is_holiday_period(D(day)), is_makeup_workday(D(day)), is_workday(D(day))) == (True, False, False)


@pytest.mark.parametrize(
    "day",
    ["2018-02-24", "2018-04-28", "2018-09-29", "2018-12-29", "2022-01-29", "2023-01-28", "2026-02-28"],
)
def test_last_saturdays_that_are_worked(day: str) -> None:
    assert (is_holiday_period(D(day)), is_makeup_workday(D(day)), is_workday(D(day))) == (False, True, True)


def test_known_years() -> None:
    assert [is_known(date(year, 6, 1)) for year in (2003, 2004, 2026, 2027)] == [False, True, True, False]


@pytest.mark.parametrize("count", [LIMIT + 1, -LIMIT - 1])
def test_a_count_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(Refused, match="工作日数"):
        add_working_days(date(2026, 1, 1), count)


def test_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(Refused, match="超出了公历"):
        add_working_days(date(9999, 12, 30), 10)


def test_a_new_notice_makes_its_year_known(tmp_path: Path) -> None:
    (tmp_path / "2027.yaml").write_text(
        "year: 2027\nnotice: 测试文号\n"
        "holidays:\n- {first: 2027-01-01, last: 2027-01-03}\n- {first: 2027-02-04, last: 2027-02-10}\n"
        "makeup_workdays: [2027-02-20, 2026-12-27]\n",
        encoding="utf-8",
    )
    calendar = load_calendar(tmp_path)
    assert calendar.add_working_days(D("2027-02-03"), 1) == WorkdaySum(day=D("2027-02-11"), provisional=False)
    assert calendar.is_makeup_workday(D("2027-02-20"))
    assert calendar.is_workday(D("2026-12-27"))
    assert not calendar.is_known(D("2028-01-01"))


def test_a_notice_replaces_the_built_in_year(tmp_path: Path) -> None:
    (tmp_path / "2026.yaml").write_text("year: 2026\nnotice: 更正\nholidays: []\n", encoding="utf-8")
    calendar = load_calendar(tmp_path)
    assert not calendar.is_holiday_period(D("2026-10-01"))
    assert not calendar.is_workday(D("2026-02-28"))
    assert calendar.is_holiday_period(D("2025-10-01"))


def test_a_notice_with_an_unknown_field_names_file_and_field(tmp_path: Path) -> None:
    (tmp_path / "2028.yaml").write_text("year: 2028\nnotice: 甲\nholiday: []\n", encoding="utf-8")
    with pytest.raises(CalendarFault, match=r"2028\.yaml.*`holiday`"):
        load_calendar(tmp_path)


@given(day=KNOWN, count=st.integers(min_value=1, max_value=200))
def test_the_day_reached_is_worked_and_so_many_lie_between(day: date, count: int) -> None:
    reached = add_working_days(day, count).day
    between = [day + timedelta(days=n) for n in range(1, (reached - day).days + 1)]
    assert is_workday(reached)
    assert sum(map(is_workday, between)) == count


@given(day=KNOWN, count=st.integers(min_value=1, max_value=120))
def test_counting_back_from_a_worked_day_undoes_counting_on(day: date, count: int) -> None:
    start = add_working_days(day, 1).day
    assert add_working_days(add_working_days(start, count).day, -count).day == start


@given(day=st.dates(min_value=date(2004, 1, 1), max_value=date(2026, 12, 31)))
def test_no_day_is_both_holiday_and_make_up(day: date) -> None:
    assert not (is_holiday_period(day) and is_makeup_workday(day))


def test_a_notice_takes_the_place_of_what_was_said_of_its_year() -> None:
    before = official_calendar()
    friday, saturday = D("2027-03-05"), D("2027-03-06")
    after = before.with_notice(2027, off_days=frozenset({friday}), makeup=frozenset({saturday}))
    again = after.with_notice(2027, off_days=frozenset(), makeup=frozenset())

    assert (before.is_known(friday), after.is_known(friday)) == (False, True)
    assert (after.is_workday(friday), after.is_workday(saturday)) == (False, True)
    assert (again.is_workday(friday), again.is_workday(saturday)) == (True, False)
    assert {day for day in after.holidays if day.year != 2027} == {
        day for day in before.holidays if day.year != 2027
    }


def test_a_day_worked_is_no_day_off_whatever_the_period() -> None:
    both = D("2027-03-06")
    calendar = official_calendar().with_notice(2027, off_days=frozenset({both}), makeup=frozenset({both}))
    assert (both in calendar.holidays, both in calendar.makeup) == (False, False)
