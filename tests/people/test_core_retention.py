"""The table of retention, and reckoning with its times."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.core.retention import (
    Fate,
    Span,
    kept_since,
    kept_until,
    retention_rules,
    rule_of,
)
from zhiheng.people.retention.registry import keep, keeper_of


def at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("span", "since", "until"),
    [
        (Span(), at(2026, 11, 28), at(2026, 11, 28)),
        (Span(days=1), at(2026, 11, 30), at(2026, 12, 1)),
        (Span(days=60), at(2026, 11, 28), at(2027, 1, 27)),
        (Span(months=1), at(2026, 1, 31), at(2026, 2, 28)),
        (Span(months=1), at(2026, 12, 15), at(2027, 1, 15)),
        (Span(years=1), at(2028, 2, 29), at(2029, 2, 28)),
        (Span(years=5), at(2026, 12, 31), at(2031, 12, 31)),
        (Span(years=30), at(2027, 1, 1, 0), at(2057, 1, 1, 0)),
    ],
)
def test_a_time_runs_to_the_same_day(span: Span, since: datetime, until: datetime) -> None:
    assert kept_until(span, since) == until


def test_what_has_no_end_is_never_over() -> None:
    assert kept_until(Span(ends=False), at(2026, 1, 1)) is None
    with pytest.raises(ValueError, match="without end"):
        kept_since(Span(ends=False), at(2026, 1, 1))


@given(
    st.one_of(
        st.builds(Span, years=st.integers(0, 30), months=st.integers(0, 11), ends=st.just(True)),
        st.builds(Span, days=st.integers(0, 400), ends=st.just(True)),
    ),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(
        lambda moment: moment.replace(tzinfo=SHANGHAI)
    ),
)
def test_going_back_and_forth_never_ends_a_record_more_than_a_few_days_early(
    span: Span, now: datetime
) -> None:
    since = kept_since(span, now)
    until = kept_until(span, since)
    assert until is not None
    assert abs((until.replace(tzinfo=None) - now.replace(tzinfo=None)).days) <= 3


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (Span(), "立即", "at once"),
        (Span(days=1), "1 天", "1 day"),
        (Span(days=60), "60 天", "60 days"),
        (Span(months=6), "6 个月", "6 months"),
        (Span(years=30), "30 年", "30 years"),
        (Span(ends=False), "长期", "without end"),
    ],
)
def test_times_in_words(span: Span, zh: str, en: str) -> None:
    assert (span.words(english=False), span.words(english=True)) == (zh, en)


def test_the_table_is_whole() -> None:
    rules = retention_rules()
    assert len({rule.kind for rule in rules}) == len(rules) == 22
    for rule in rules:
        assert all(rule.title(english=spoken) for spoken in (True, False)), rule.kind
        assert all(rule.rule(english=spoken) for spoken in (True, False)), rule.kind
        assert all(rule.counted_from(english=spoken) for spoken in (True, False)), rule.kind
        assert rule.span.ends or rule.then == Fate.KEEP, rule.kind
    assert rule_of("money").span == Span(years=30)


def test_what_the_table_promises_somebody_does() -> None:
    for rule in retention_rules():
        keeper = keeper_of(rule.kind)
        if rule.then != Fate.KEEP:
            assert keeper.due is not None, rule.kind
            assert keeper.clear is not None, rule.kind
        if rule.on_request == Fate.DELETE:
            assert keeper.share is not None, rule.kind
            assert keeper.erase is not None, rule.kind
    with pytest.raises(ValueError, match="no kind diary"):
        keep("diary", keeper_of("money"))


def test_a_time_is_gone_back_by_its_years_months_and_days() -> None:
    assert kept_since(Span(years=1, months=2, days=3), at(2026, 5, 10)) == at(2025, 3, 7)
