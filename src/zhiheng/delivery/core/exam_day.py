"""Where a candidate stands on the day of the exam, from the clock and what the hall has written."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    AHEAD = "ahead"  # the door is not open yet
    DOOR = "door"  # the waiting room is open
    BEGUN = "begun"  # it goes on, and this candidate has not signed in
    SHUT = "shut"  # it goes on, and it is too late to sign in
    SITTING = "sitting"
    PAUSED = "paused"
    HANDED_IN = "handed-in"
    TIME_UP = "time-up"  # signed in, never handed in: the answers are kept
    NEVER_CAME = "never-came"  # over, and the hall knows of no sign-in


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamDay:
    """opens: when one may sign in. enter_until: the last moment of signing in for the first time. ends: of this
    candidate's time, with what was granted. opened, paused, handed_in: as the log says."""

    opens: datetime
    starts: datetime
    enter_until: datetime
    ends: datetime
    opened: bool = False
    paused: bool = False
    handed_in: bool = False


def phase_of(day: ExamDay, *, now: datetime) -> Phase:
    """The moments themselves belong to what they allow: at `enter_until` and at `ends` the door is still open."""
    if day.handed_in:
        return Phase.HANDED_IN
    if now < day.starts:
        return Phase.DOOR if now >= day.opens else Phase.AHEAD
    if day.opened:
        return _inside(day, now)
    if now > day.ends:
        return Phase.NEVER_CAME
    return Phase.SHUT if now > day.enter_until else Phase.BEGUN


def _inside(day: ExamDay, now: datetime) -> Phase:
    if day.paused:
        return Phase.PAUSED
    return Phase.TIME_UP if now > day.ends else Phase.SITTING
