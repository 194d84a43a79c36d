"""Counting years of work by the calendar.

N years are complete on the corresponding day of the Nth year, on the last day of the month when there is no
such day (民法典 201, 202). 以上 and 满 include N itself (民法典 1259).
Spans are half open inside: a job from 1 January to 31 December stops on 1 January of the next year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

OPEN = date.max


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """From start up to, but not including, stop; stop OPEN = goes on."""

    start: date
    stop: date

    @classmethod
    def worked(cls, first: date, last: date | None) -> "Span":
        """The span of a job from its first to its last day, both worked; None = still employed."""
        ends = last is not None and last < OPEN
        return cls(start=first, stop=last + timedelta(days=1) if ends and last else OPEN)

    def clip(self, *, since: date = date.min, until: date = OPEN) -> "Span":
        return Span(start=max(self.start, since), stop=min(self.stop, until))

    @property
    def days(self) -> int:
        return (self.stop - self.start).days


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Length:
    years: int
    days: int

    def __str__(self) -> str:
        return f"{self.years} 年 {self.days} 天"


NOTHING = Length(years=0, days=0)


def add_years(day: date, years: int) -> date:
    """The corresponding day so many years later; beyond the calendar, its last day."""
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def merge(spans: Iterable[Span], *, gap_days: int = 0) -> tuple[Span, ...]:
    """Runs without a gap longer than so many days, in order; overlaps count once, empty spans not at all."""
    runs: list[Span] = []
    for span in sorted(span for span in spans if span.start < span.stop):
        if runs and (span.start - runs[-1].stop).days <= gap_days:
            runs[-1] = Span(start=runs[-1].start, stop=max(runs[-1].stop, span.stop))
        else:
            runs.append(span)
    return tuple(runs)


def longest(runs: Iterable[Span], *, today: date) -> Length:
    """The longest single run up to today."""
    return max((_length(run) for run in _until(runs, today)), default=NOTHING)


def total(runs: Iterable[Span], *, today: date) -> Length:
    """All runs up to today, added up.

    Several runs make N years when their whole years do, or when their days are as many as N years can have
    at the fewest (365 a year and one leap day in four): the candidate never loses a day by the way the
    calendar happens to cut the work.
    """
    past = _until(runs, today)
    if len(past) <= 1:
        return _length(past[0]) if past else NOTHING
    days = sum(run.days for run in past)
    years = sum(_length(run).years for run in past)
    while days >= _fewest_days(years + 1):
        years += 1
    return Length(years=years, days=max(0, days - _fewest_days(years)))


def first_day_of_longest(runs: Iterable[Span], *, years: int) -> date | None:
    """The first day on which one run is so many years long; None if no run will be."""
    reached = ((add_years(run.start, years), run.stop) for run in runs)
    return min((day for day, stop in reached if day <= stop), default=None)


def first_day_of_total(runs: tuple[Span, ...], *, years: int) -> date | None:
    """The first day on which the runs together are so many years long; None if they never will be."""
    if not runs:
        return None
    last = runs[-1]
    too_early, reached = runs[0].start, min(last.stop, add_years(last.start, years))
    if total(runs, today=reached).years < years:
        return None
    while (reached - too_early).days > 1:
        middle = too_early + (reached - too_early) // 2
        if total(runs, today=middle).years >= years:
            reached = middle
        else:
            too_early = middle
    return reached


def _until(runs: Iterable[Span], today: date) -> tuple[Span, ...]:
    return tuple(run.clip(until=today) for run in runs if run.start < today)


def _length(run: Span) -> Length:
    years = run.stop.year - run.start.year
    if add_years(run.start, years) > run.stop:
        years -= 1
    return Length(years=years, days=(run.stop - add_years(run.start, years)).days)


def _fewest_days(years: int) -> int:
    return 365 * years + years // 4
