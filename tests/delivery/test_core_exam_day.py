"""Where a candidate stands on the day of the exam."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from zhiheng.delivery.core.exam_day import ExamDay, Phase, phase_of

START = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
A_MOMENT = timedelta(milliseconds=1)
DAY = ExamDay(
    opens=START - timedelta(minutes=30),
    starts=START,
    enter_until=START + timedelta(minutes=30),
    ends=START + timedelta(minutes=90),
)
INSIDE = replace(DAY, opened=True)


@pytest.mark.parametrize(
    ("moment", "outside", "inside"),
    [
        (DAY.opens - A_MOMENT, Phase.AHEAD, Phase.AHEAD),
        (DAY.opens, Phase.DOOR, Phase.DOOR),
        (START - A_MOMENT, Phase.DOOR, Phase.DOOR),
        (START, Phase.BEGUN, Phase.SITTING),
        (DAY.enter_until, Phase.BEGUN, Phase.SITTING),
        (DAY.enter_until + A_MOMENT, Phase.SHUT, Phase.SITTING),
        (DAY.ends, Phase.SHUT, Phase.SITTING),
        (DAY.ends + A_MOMENT, Phase.NEVER_CAME, Phase.TIME_UP),
    ],
)
def test_the_clock_moves_both_on(moment: datetime, outside: Phase, inside: Phase) -> None:
    assert (phase_of(DAY, now=moment), phase_of(INSIDE, now=moment)) == (outside, inside)


@pytest.mark.parametrize("after", [START, DAY.ends, DAY.ends + timedelta(hours=9)])
def test_handed_in_stays_handed_in_and_a_pause_holds_the_end(after: datetime) -> None:
    assert phase_of(replace(INSIDE, handed_in=True, paused=True), now=after) == Phase.HANDED_IN
    assert phase_of(replace(INSIDE, paused=True), now=after) == Phase.PAUSED
