"""Working days by the official calendar, make-up Saturdays included.

Source: the State Council's yearly holiday notices, 2004 to 2026 as collected in the chinesecalendar library, later ones
from data/holidays/<year>.yaml. A year whose notice is not known counts Monday to Friday less the statutory days of
《全国年节及纪念日放假办法》第二条, and every sum that crosses it is provisional.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec
from chinese_calendar import constants

from zhiheng.foundation.errors import Refused, ZhihengError

DATA = Path(__file__).resolve().parent / "data"
LIMIT = 5000
T = TypeVar("T")
_DAY = timedelta(days=1)
_SATURDAY = 5


class CalendarFault(ZhihengError):
    """A holiday file cannot be read."""


class _Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    first: date
    last: date


class _Notice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    year: int
    notice: str
    holidays: tuple[_Period, ...]
    makeup_workdays: tuple[date, ...] = ()


class _Festivals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    qingming: date
    spring_festival: date
    dragon_boat: date
    mid_autumn: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkdaySum:
    """A day reached by counting. provisional: the count crossed a year whose holidays are not published."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """holidays: days inside a holiday period; makeup: weekend days worked; years: those whose notice is known."""

    holidays: frozenset[date]
    makeup: frozenset[date]
    years: frozenset[int]
    statutory: frozenset[date]

    def is_known(self, day: date) -> bool:
        return day.year in self.years

    def is_holiday_period(self, day: date) -> bool:
        if self.is_known(day):
            return day in self.holidays
        return day in self.holidays or (day.month, day.day) in _FIXED or day in self.statutory

    def is_makeup_workday(self, day: date) -> bool:
        return day in self.makeup

    def with_notice(self, year: int, *, off_days: frozenset[date], makeup: frozenset[date]) -> "WorkCalendar":
        """This calendar with one year's notice in the place of what it said of that year."""
        holidays = {day for day in self.holidays if day.year != year} | off_days
        worked = {day for day in self.makeup if day.year != year} | makeup
        return WorkCalendar(
            holidays=frozenset(holidays - makeup),
            makeup=frozenset(worked - off_days),
            years=self.years | {year},
            statutory=self.statutory,
        )

    def is_workday(self, day: date) -> bool:
        if self.is_makeup_workday(day):
            return True
        return day.weekday() < _SATURDAY and not self.is_holiday_period(day)

    def add_working_days(self, day: date, count: int) -> WorkdaySum:
        """The day that is so many working days after (negative: before) a day, which is itself not counted.

        Source: 民法典 201 条 (the first day is not counted). Raises: Refused beyond 5000 days or the calendar's end.
        """
        if abs(count) > LIMIT:
            raise Refused(
                what=f"工作日数 {count} 超出范围",
                remedy=f"请给出 -{LIMIT} 至 {LIMIT} 之间的整数",
                code="workdays-range",
            )
        step = _DAY if count >= 0 else -_DAY
        left, provisional = abs(count), False
        try:
            while left:
                day += step
                provisional = provisional or not self.is_known(day)
                left -= self.is_workday(day)
        except OverflowError:
            raise Refused(
                what="推算的日期超出了公历可表示的范围", remedy="请换一个日期", code="workdays-range"
            ) from None
        return WorkdaySum(day=day, provisional=provisional)


_FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


def load_calendar(folder: Path = DATA / "holidays") -> WorkCalendar:
    """The library's years, overridden and continued by the notices in a folder.

    Raises: CalendarFault naming the file that cannot be read.
    """
    holidays, makeup = set(constants.holidays), set(constants.workdays)
    years = {day.year for day in holidays}
    for path in sorted(folder.glob("*.yaml")):
        notice = _decode(path, _Notice)
        holidays = {day for day in holidays if day.year != notice.year}
        makeup = {day for day in makeup if day.year != notice.year}
        off = {day for period in notice.holidays for day in _span(period)}
        holidays = (holidays | off) - set(notice.makeup_workdays)
        makeup = (makeup | set(notice.makeup_workdays)) - off
        years.add(notice.year)
    return WorkCalendar(
        holidays=frozenset(holidays), makeup=frozenset(makeup), years=frozenset(years), statutory=_statutory()
    )


def _span(period: _Period) -> Iterator[date]:
    day = period.first
    while day <= period.last:
        yield day
        day += _DAY


def _statutory() -> frozenset[date]:
    """Festival days of the years without a notice, New Year's Eve and the two days after Spring Festival included."""
    days: set[date] = set()
    for feast in _decode(DATA / "festivals.yaml", dict[int, _Festivals]).values():
        days |= {feast.qingming, feast.dragon_boat, feast.mid_autumn}
        days |= {feast.spring_festival + offset * _DAY for offset in (-1, 0, 1, 2)}
    return frozenset(days)


def _decode(path: Path, shape: type[T]) -> T:
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=shape)
    except msgspec.MsgspecError as fault:
        raise CalendarFault(f"放假安排文件 {path.name} 读不懂：{fault}") from fault


@cache
def official_calendar() -> WorkCalendar:
    return load_calendar()


def is_known(day: date) -> bool:
    """Whether the holidays of the day's year are published."""
    return official_calendar().is_known(day)


def is_workday(day: date) -> bool:
    return official_calendar().is_workday(day)


def is_holiday_period(day: date) -> bool:
    """Whether a day lies in an official holiday period, its weekends included."""
    return official_calendar().is_holiday_period(day)


def is_makeup_workday(day: date) -> bool:
    """Whether a weekend day is worked in exchange for a holiday."""
    return official_calendar().is_makeup_workday(day)


def add_working_days(day: date, count: int) -> WorkdaySum:
    return official_calendar().add_working_days(day, count)
