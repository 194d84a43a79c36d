"""Whether an application may be entered, handed in, or decided at this moment."""

from dataclasses import dataclass
from datetime import datetime

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.moment import chinese_moment, chinese_until
from zhiheng.people.core.authorisation import Authority, Wish, decide_authorised


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known about an institution and an offering when somebody wants to enrol.

    ends: the first moment at which enrolment is closed.
    """

    authority: Authority
    wish: Wish
    ends: datetime


def decide_open(standing: Standing, *, now: datetime) -> Decision:
    """Whether the institution may enrol into the offering now.

    Source: six-programme handbook, Q1 (only through an authorised institution; closes a week before the exam).
    """
    authorised = decide_authorised(standing.authority, standing.wish, today=now.date())
    return Decision.all_of(
        *authorised.reasons,
        Reason(
            code="enrolment-open",
            text=f"{standing.wish.name}的报名于 {chinese_until(standing.ends)} 截止，现在是 {chinese_moment(now)}",
            met=now < standing.ends,
            rule="002 四、1：报名考核前一周截止",
            remedy="" if now < standing.ends else "请改报下一考期",
        ),
    )
