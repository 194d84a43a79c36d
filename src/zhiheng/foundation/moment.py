"""The one time zone, and turning days into the moments they begin and end."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_begins(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)


def day_ends(day: date) -> datetime:
    """24:00 of the day: the first moment that is no longer in it."""
    return day_begins(day + timedelta(days=1))


def day_of(moment: datetime) -> date:
    """The calendar day in Shanghai of an aware moment."""
    return moment.astimezone(SHANGHAI).date()


def iso(moment: datetime) -> str:
    """ISO 8601 to the second with +08:00."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")


def iso_utc(moment: datetime) -> str:
    """The form credentials use: 2026-11-21T00:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def chinese_day(value: date | datetime) -> str:
    """2026年11月28日, for sentences made below the pages. A moment is read in Shanghai."""
    day = day_of(value) if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_moment(value: datetime) -> str:
    """2026年11月28日 13:30, in Shanghai."""
    return f"{chinese_day(value)} {value.astimezone(SHANGHAI):%H:%M}"


def chinese_until(value: datetime) -> str:
    """A time limit: midnight is 24:00 of the day before, 2026年11月21日 24:00."""
    local = value.astimezone(SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        return f"{chinese_day(local - timedelta(days=1))} 24:00"
    return chinese_moment(local)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def english_day(day: date) -> str:
    """28 Nov 2026, for English sentences made below the pages."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
