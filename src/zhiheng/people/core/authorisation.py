"""What an institution's authorisation allows on a day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day

SOON = 60  # days before the end from which an institution is told
URGENT = 30
RULE = "002 Q1：向已通过授权的合作机构报名"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an institution's authorisations. regions, programmes: none means all of them."""

    begins: date
    until: date
    regions: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    ended: bool = False

    def holds(self, *, today: date) -> bool:
        return not self.ended and self.begins <= today <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What is known about an institution when it wants to act.

    line: the authorisation in force, if any; begins, until: the whole period, for words.
    """

    institution: str
    province: str
    suspended: bool
    begins: date
    until: date
    line: Line | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The programme somebody wants to enrol for: its id, and its name for words."""

    programme: str
    name: str


def decide_authorised(authority: Authority, wish: Wish, *, today: date) -> Decision:
    """Whether the institution may enrol for the programme today.

    Source: six-programme handbook, Q1 (only through an authorised institution).
    """
    valid = authority.line is not None and authority.line.holds(today=today)
    line = authority.line or Line(begins=authority.begins, until=authority.until)
    near = not line.regions or authority.province in line.regions
    taught = not line.programmes or wish.programme in line.programmes
    return Decision.all_of(
        Reason(
            code="institution-suspended",
            text=f"{authority.institution}{'的授权已暂停' if authority.suspended else '未被暂停'}",
            met=not authority.suspended,
            rule=RULE,
            remedy="请联系专委会恢复授权" if authority.suspended else "",
        ),
        Reason(
            code="institution-authorised",
            text=f"授权期 {authority.begins} 至 {authority.until}，今天 {today}",
            met=valid,
            rule=RULE,
            remedy="" if valid else "请先续办授权",
        ),
        Reason(
            code="institution-region",
            text=f"授权地区 {'、'.join(line.regions) or '不限'}，机构所在地 {authority.province}",
            met=near,
            rule=f"{RULE}；只在授权地区内",
            remedy="" if near else "请联系专委会变更授权地区",
        ),
        Reason(
            code="institution-programme",
            text=f"{wish.name}{'在' if taught else '不在'}授权项目内",
            met=taught,
            rule=f"{RULE}；只报授权的项目",
            remedy="" if taught else "请联系专委会增加授权项目，或改报已授权的项目",
        ),
    )


def renewal_begins(lines: Iterable[Line], *, today: date) -> date:
    """The first day of a renewal: the day after the last line, or today when that has passed."""
    ends = [line.until for line in lines if not line.ended]
    return max([today, *(end + timedelta(days=1) for end in ends)])


def check_period(begins: date, until: date) -> None:
    """Raises: Refused when the last day is before the first."""
    if until < begins:
        raise Refused(
            what=f"授权到期日 {chinese_day(until)} 早于开始日 {chinese_day(begins)}",
            remedy="请核对授权起止日期",
            code="authorisation-dates",
        )


def check_scope(*, province: str, regions: Collection[str]) -> None:
    """Raises: Refused when an institution would be authorised everywhere but at its own seat."""
    if regions and province not in regions:
        raise Refused(
            what=f"授权地区里没有机构所在的{province}",
            rule="机构在所在地报名，所在地须在授权地区内",
            remedy=f"请加选{province}，或不选任何地区（不限地区）",
            code="region-misses-seat",
        )


def days_left(until: date, *, today: date) -> int:
    """Days after today on which the authorisation still holds; negative once it has ended."""
    return (until - today).days
