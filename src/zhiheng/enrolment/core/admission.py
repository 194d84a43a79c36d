"""Whether an application may be entered, handed in, or decided at this moment."""

from dataclasses import dataclass
from datetime import date, datetime

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.moment import iso


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known about an institution and an offering when somebody wants to enrol.

    ends: the first moment at which enrolment is closed.
    """

    institution: str
    authorised_from: date
    authorised_until: date
    suspended: bool
    offering: str
    ends: datetime


def decide_open(standing: Standing, *, now: datetime) -> Decision:
    """Whether the institution may enrol into the offering now.

    Source: six-programme handbook, Q1 (only through an authorised institution; closes a week before the exam).
    """
    today = now.date()
    authorised = standing.authorised_from <= today <= standing.authorised_until
    return Decision.all_of(
        Reason(
            code="institution-suspended",
            text=f"{standing.institution}{'的授权已暂停' if standing.suspended else '未被暂停'}",
            met=not standing.suspended,
            rule="002 Q1：向已通过授权的合作机构报名",
            remedy="" if not standing.suspended else "请联系专委会恢复授权",
        ),
        Reason(
            code="institution-authorised",
            text=f"授权期 {standing.authorised_from} 至 {standing.authorised_until}，今天 {today}",
            met=authorised,
            rule="002 Q1：向已通过授权的合作机构报名",
            remedy="" if authorised else "请先续办授权",
        ),
        Reason(
            code="enrolment-open",
            text=f"{standing.offering}的报名于 {iso(standing.ends)} 截止，现在 {iso(now)}",
            met=now < standing.ends,
            rule="002 四、1：报名考核前一周截止",
            remedy="" if now < standing.ends else "请改报下一考期",
        ),
    )
