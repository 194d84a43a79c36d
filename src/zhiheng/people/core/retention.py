"""How long each kind of record is kept and why, read from data; and from when on a record is over its time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).parents[1] / "data" / "retention.yaml"
FOREVER = "forever"


class Fate(StrEnum):
    """What happens to a record: at the end of its time, or when its person asks."""

    DELETE = "delete"
    ANONYMISE = "anonymise"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time of keeping. ends: false when there is no end."""

    years: int = 0
    months: int = 0
    days: int = 0
    ends: bool = True

    def words(self, *, english: bool) -> str:
        if not self.ends:
            return "without end" if english else "长期"
        for number, zh, en in (
            (self.years, "年", "year"),
            (self.months, "个月", "month"),
            (self.days, "天", "day"),
        ):
            if number:
                return f"{number} {en}{'s' if number > 1 else ''}" if english else f"{number} {zh}"
        return "at once" if english else "立即"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """One kind of record. since: counted from what; then and on_request: what becomes of it."""

    kind: str
    titles: Mapping[str, str]
    span: Span
    since: Mapping[str, str]
    then: Fate
    on_request: Fate
    rules: Mapping[str, str]

    def title(self, *, english: bool) -> str:
        return self.titles["en" if english else "zh"]

    def rule(self, *, english: bool) -> str:
        return self.rules["en" if english else "zh"]

    def counted_from(self, *, english: bool) -> str:
        return self.since["en" if english else "zh"]


@cache
def retention_rules() -> tuple[RetentionRule, ...]:
    """Every kind in the order of the table."""
    return tuple(
        RetentionRule(
            kind=entry["kind"],
            titles=entry["title"],
            span=Span(ends=False) if entry["keep"] == FOREVER else Span(**entry["keep"]),
            since=entry["since"],
            then=Fate(entry["then"]),
            on_request=Fate(entry["on_request"]),
            rules=entry["rule"],
        )
        for entry in yaml.safe_load(FILE.read_text(encoding="utf-8"))
    )


def rule_of(kind: str) -> RetentionRule:
    (rule,) = (rule for rule in retention_rules() if rule.kind == kind)
    return rule


def kept_since(span: Span, now: datetime) -> datetime:
    """Records from before this moment are over their time. Raises: ValueError when there is no end."""
    if not span.ends:
        raise ValueError("Nothing is over a time without end.")
    return _months_away(now, -(span.years * 12 + span.months)) - timedelta(days=span.days)


def kept_until(span: Span, since: datetime) -> datetime | None:
    """The end of the time of a record, None when there is none."""
    if not span.ends:
        return None
    return _months_away(since, span.years * 12 + span.months) + timedelta(days=span.days)


def _months_away(moment: datetime, months: int) -> datetime:
    """The same day of another month, or its last day where it is shorter (民法典 article 202)."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    first_after = moment.replace(year=year + (month == 11), month=(month + 1) % 12 + 1, day=1)
    last = (first_after - timedelta(days=1)).day
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
