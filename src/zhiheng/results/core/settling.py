"""What stands for a component: a mark, an absence, a mark kept from before, or nothing yet."""

import calendar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sat:
    """One candidate's traces on a sitting.

    present: the check-in at the door, None when nobody wrote it down. collected: answers were collected for this
    candidate; gathered: the offering's answers have been collected at all. theory, skill: settled marks, else None.
    on_panel: put before a panel; panel_absent: did not come to it.
    """

    present: bool | None = None
    collected: bool = False
    gathered: bool = False
    theory: Decimal | None = None
    on_panel: bool = False
    panel_absent: bool = False
    skill: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A component passed before. sat_on: the day it was sat."""

    marks: Decimal
    sat_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """marks: None with an empty `missing` is an absence. missing: what is still owed, in words."""

    marks: Decimal | None = None
    missing: str = ""

    @property
    def settled(self) -> bool:
        return not self.missing


def settle(component: str, name: str, sat: Sat) -> Settlement:
    """The state of a component by its key; a component nobody marks here stays unsettled."""
    if component == "theory":
        return _theory(name, sat)
    if component == "skill":
        return _skill(name, sat)
    if sat.present is False:
        return Settlement()
    return Settlement(missing=f"{name}没有成绩")


def _theory(name: str, sat: Sat) -> Settlement:
    if sat.present is False:
        return Settlement()
    if sat.theory is not None:
        return Settlement(marks=sat.theory)
    if sat.collected:
        return Settlement(missing=f"{name}阅卷未完成")
    if sat.gathered:
        return Settlement()
    return Settlement(missing=f"{name}答卷尚未收取")


def _skill(name: str, sat: Sat) -> Settlement:
    if sat.skill is not None:
        return Settlement(marks=sat.skill)
    if sat.panel_absent or (sat.present is False and not sat.on_panel):
        return Settlement()
    return Settlement(missing=f"{name}未经考评组长签字确认" if sat.on_panel else f"{name}未编入考评组")


def kept_until(sat_on: date, months: int) -> date:
    """The last day on which a passed component still counts; the end of a shorter month stands for its missing days."""
    year, month = divmod(sat_on.year * 12 + sat_on.month - 1 + months, 12)
    return date(year, month + 1, min(sat_on.day, calendar.monthrange(year, month + 1)[1]))


def still_kept(kept: Kept | None, *, months: int, day: date) -> bool:
    """Whether a component passed before counts on a sitting's day."""
    return kept is not None and day <= kept_until(kept.sat_on, months)
