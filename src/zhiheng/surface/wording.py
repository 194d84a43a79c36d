"""How days, moments, money and marks are written on screen and paper, in Chinese and in English."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import get_language

from zhiheng.foundation.moment import SHANGHAI
from zhiheng.foundation.money import yuan

NOTHING = "—"
_WEEKDAYS = "一二三四五六日"
_ENGLISH_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def english() -> bool:
    return (get_language() or "").startswith("en")


def is_chinese(text: str) -> bool:
    """Whether any of it is."""
    return any("\u3400" <= character <= "\u9fff" for character in text)


def day_words(value: date | datetime | None) -> str:
    """2026年11月28日 周六; Sat 28 Nov 2026. A moment is read in Shanghai."""
    if value is None:
        return NOTHING
    day = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    if english():
        return f"{_ENGLISH_WEEKDAYS[day.weekday()]} {day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日 周{_WEEKDAYS[day.weekday()]}"


def short_day_words(value: date | datetime | None) -> str:
    """11月28日 周六; Sat 28 Nov: where the year is plain from the place."""
    words = day_words(value)
    if value is None:
        return words
    return words.rsplit(" ", 1)[0] if english() else words.split("年", 1)[1]


def plain_day_words(value: date | datetime | None) -> str:
    """11月28日; 28 Nov: the end of a span whose beginning says the weekday."""
    words = short_day_words(value)
    if value is None:
        return words
    return words.split(" ", 1)[1] if english() else words.split(" ", 1)[0]


def clock_words(value: datetime | time | None) -> str:
    """09:00."""
    if value is None:
        return NOTHING
    return (value.astimezone(SHANGHAI) if isinstance(value, datetime) else value).strftime("%H:%M")


def moment_words(value: datetime | None) -> str:
    """2026年11月28日 周六 09:00."""
    return NOTHING if value is None else f"{day_words(value)} {clock_words(value)}"


def until_words(value: datetime | None) -> str:
    """A deadline: midnight is written as 24:00 of the day it ends, 2026年11月21日 周六 24:00."""
    if value is None:
        return NOTHING
    local = value.astimezone(SHANGHAI)
    if local.time() == time.min:
        return f"{day_words(local.date() - timedelta(days=1))} 24:00"
    return moment_words(local)


def money_words(fen: int | None) -> str:
    """68000 -> ¥680.00; 1280000 -> ¥12,800.00; -100 -> −¥1.00."""
    if fen is None:
        return NOTHING
    whole, cents = yuan(abs(fen)).split(".")
    return f"{'−' if fen < 0 else ''}¥{int(whole):,}.{cents}"


def mark_words(value: Decimal | int | None) -> str:
    """86.50 -> 86.5; 60.00 -> 60; nothing yet -> —."""
    if value is None:
        return NOTHING
    words = f"{Decimal(value):f}"
    return words.rstrip("0").rstrip(".") if "." in words else words
