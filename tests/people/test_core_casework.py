"""Deadlines of corrections and complaints, and the rule each waiting line names."""

from datetime import datetime

from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.core.casework import (
    complaint_due,
    complaint_rule,
    correction_due,
    correction_rule,
    reopen_until,
)

RECEIVED = datetime(2026, 11, 9, 15, 0, tzinfo=SHANGHAI)  # a Monday


def test_working_days_count_from_the_day_after() -> None:
    assert correction_due(RECEIVED) == datetime(2026, 11, 17, tzinfo=SHANGHAI)
    assert complaint_due(RECEIVED) == datetime(2026, 12, 1, tzinfo=SHANGHAI)
    assert reopen_until(RECEIVED) == datetime(2026, 12, 10, tzinfo=SHANGHAI)


def test_the_rule_is_told_with_its_source() -> None:
    assert correction_rule() == "本机构规定：收到后 5 个工作日内办理"
    assert complaint_rule() == "本机构规定：收到后 15 个工作日内答复"
