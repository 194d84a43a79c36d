from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.moment import (
    SHANGHAI,
    chinese_day,
    chinese_moment,
    chinese_until,
    day_begins,
    day_ends,
    day_of,
    english_day,
    iso,
    iso_utc,
)

DAYS = st.dates(min_value=date(1992, 1, 1), max_value=date(2999, 12, 30))


def test_a_day_ends_at_its_24_00() -> None:
    assert iso(day_begins(date(2026, 11, 21))) == "2026-11-21T00:00:00+08:00"
    assert iso(day_ends(date(2026, 11, 21))) == "2026-11-22T00:00:00+08:00"


def test_a_day_in_a_sentence() -> None:
    assert chinese_day(date(2026, 1, 9)) == "2026年1月9日"
    assert chinese_day(datetime(2026, 11, 21, 16, tzinfo=UTC)) == "2026年11月22日"


def test_a_moment_and_a_limit_in_a_sentence() -> None:
    moment = datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)
    assert chinese_moment(moment) == "2026年11月21日 23:59"
    assert chinese_until(moment) == "2026年11月21日 23:59"
    assert chinese_until(day_ends(date(2026, 12, 31))) == "2026年12月31日 24:00"
    assert english_day(date(2026, 1, 9)) == "9 Jan 2026"


def test_the_day_of_a_moment_is_that_of_shanghai() -> None:
    assert day_of(datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 21)
    assert day_of(datetime(2026, 11, 21, 16, tzinfo=UTC)) == date(2026, 11, 22)


def test_both_written_forms() -> None:
    moment = datetime(2026, 11, 21, 9, 0, 0, 999, tzinfo=SHANGHAI)
    assert iso(moment) == "2026-11-21T09:00:00+08:00"
    assert iso_utc(moment) == "2026-11-21T01:00:00Z"
    assert iso(datetime(2026, 11, 21, 3, tzinfo=timezone(timedelta(hours=-5)))) == "2026-11-21T16:00:00+08:00"


@given(DAYS)
def test_a_day_holds_its_first_moment_and_not_its_end(day: date) -> None:
    assert day_of(day_begins(day)) == day
    assert day_of(day_ends(day)) == day + timedelta(days=1)
    assert day_of(day_ends(day) - timedelta(microseconds=1)) == day
