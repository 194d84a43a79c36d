"""From when a ticket may be printed, and how its number is read aloud."""

from datetime import UTC, datetime, timedelta

import pytest

from zhiheng.foundation.moment import SHANGHAI
from zhiheng.seating.core.printing import decide_printable, grouped

OPENS = datetime(2026, 11, 25, 0, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("before", "granted"), [(timedelta(microseconds=1), False), (timedelta(0), True)])
def test_tickets_open_at_the_very_moment(before: timedelta, granted: bool) -> None:
    decision = decide_printable(opens=OPENS.astimezone(UTC), moment=OPENS - before, source="002 三")

    assert decision.granted is granted
    assert decision.reasons[0].rule == "002 三"
    assert "2026年11月25日 00:00" in decision.reasons[0].text
    assert bool(decision.reasons[0].remedy) is not granted


@pytest.mark.parametrize(
    ("number", "read"), [("261101100100012", "2611 011 001 00012"), ("26110", "2611 0"), ("", "")]
)
def test_a_number_is_read_in_groups(number: str, read: str) -> None:
    assert grouped(number) == read
