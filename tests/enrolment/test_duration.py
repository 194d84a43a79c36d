from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zhiheng.enrolment.core.duration import (
    NOTHING,
    OPEN,
    Length,
    Span,
    add_years,
    first_day_of_longest,
    first_day_of_total,
    longest,
    merge,
    total,
)

DAYS = st.dates(date(2000, 1, 1), date(2030, 12, 31))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(DAYS)
    length = draw(st.one_of(st.integers(1, 1500), st.sampled_from([365, 366, 730, 731, 1095, 1096, 1461])))
    return Span(start=start, stop=draw(st.sampled_from([start + timedelta(days=length), OPEN])))


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2023, 11, 21), 3, date(2026, 11, 21)),
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(9998, 1, 1), 5, date.max),
    ],
)
def test_corresponding_day(day: date, years: int, expected: date) -> None:
    assert add_years(day, years) == expected


def test_a_job_counts_its_last_day() -> None:
    assert Span.worked(date(2020, 1, 1), date(2022, 12, 31)).stop == date(2023, 1, 1)
    assert Span.worked(date(2020, 1, 1), None).stop == OPEN
    assert Span.worked(date(2020, 1, 1), date.max).stop == OPEN


def test_overlaps_count_once_and_adjacent_jobs_are_one_run() -> None:
    first = Span.worked(date(2020, 1, 1), date(2020, 6, 30))
    overlapping = Span.worked(date(2020, 3, 1), date(2020, 4, 30))
    adjacent = Span.worked(date(2020, 7, 1), date(2020, 12, 31))
    later = Span.worked(date(2021, 1, 2), date(2021, 3, 1))
    empty = Span(start=date(2020, 1, 1), stop=date(2020, 1, 1))
    assert merge([later, adjacent, overlapping, first, empty]) == (
        Span(start=date(2020, 1, 1), stop=date(2021, 1, 1)),
        Span(start=date(2021, 1, 2), stop=date(2021, 3, 2)),
    )
    assert merge([later, adjacent, first], gap_days=1) == (
        Span(start=date(2020, 1, 1), stop=date(2021, 3, 2)),
    )


def test_lengths() -> None:
    day = date(2026, 11, 21)
    assert longest([], today=day) == total([], today=day) == NOTHING
    runs = merge([Span.worked(date(2020, 1, 1), date(2021, 12, 31)), Span.worked(date(2025, 11, 20), None)])
    assert longest(runs, today=day) == Length(years=2, days=0)
    assert total(runs, today=day) == Length(years=3, days=2)
    assert str(Length(years=2, days=0)) == "2 年 0 天"


def test_whole_years_add_up_whatever_the_leap_days_between_them() -> None:
    runs = merge(
        [Span.worked(date(2018, 7, 1), date(2019, 6, 30)), Span.worked(date(2021, 1, 1), date(2021, 12, 31))]
    )
    assert total(runs, today=date(2026, 1, 1)) == Length(years=2, days=0)
    pair = merge([Span.worked(date(2021, 1, 1), date(2022, 12, 31)), Span.worked(date(2024, 11, 21), None)])
    assert total(pair, today=date(2026, 11, 21)) == Length(years=4, days=0)
    assert total(pair, today=date(2026, 11, 20)).years == 3


def test_first_days() -> None:
    past = merge(
        [Span.worked(date(2020, 1, 1), date(2021, 12, 31)), Span.worked(date(2022, 2, 1), date(2022, 12, 31))]
    )
    assert first_day_of_longest(past, years=2) == date(2022, 1, 1)
    assert first_day_of_longest(past, years=3) is None
    assert first_day_of_total(past, years=2) == date(2022, 1, 1)
    assert first_day_of_total(past, years=3) is None
    assert first_day_of_total((), years=1) is None
    still = merge([Span.worked(date(2020, 1, 1), date(2021, 12, 31)), Span.worked(date(2026, 1, 1), None)])
    assert first_day_of_total(still, years=3) == date(2026, 12, 31)


@given(st.lists(spans(), max_size=4), spans(), DAYS)
def test_more_work_is_never_fewer_years(jobs: list[Span], extra: Span, today: date) -> None:
    before, after = merge(jobs), merge([*jobs, extra])
    assert total(after, today=today).years >= total(before, today=today).years
    assert longest(after, today=today) >= longest(before, today=today)


@given(st.lists(spans(), max_size=4), DAYS, st.integers(0, 2000))
def test_time_never_takes_years_away(jobs: list[Span], today: date, later: int) -> None:
    runs = merge(jobs)
    assert total(runs, today=today + timedelta(days=later)).years >= total(runs, today=today).years


@given(st.lists(spans(), max_size=4), st.integers(1, 6))
@example([Span(start=date(2024, 2, 29), stop=OPEN)], 1)
def test_first_day_is_the_first(jobs: list[Span], years: int) -> None:
    runs = merge(jobs)
    for first, measure in ((first_day_of_total, total), (first_day_of_longest, longest)):
        day = first(runs, years=years)
        if day is None:
            assert measure(runs, today=date(2060, 1, 1)).years < years
        else:
            assert measure(runs, today=day).years >= years
            assert measure(runs, today=day - timedelta(days=1)).years < years
