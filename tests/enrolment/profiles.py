"""Short ways to write a candidate for the closed-form cases; the reference day is 2026-11-21."""

from datetime import date, timedelta
from typing import Any

from zhiheng.enrolment.core.eligibility import Assessment, assess
from zhiheng.enrolment.core.terms import (
    Apprenticeship,
    Employment,
    HeldCertificate,
    Profile,
    Schooling,
    TrainingCourse,
)
from zhiheng.standards.core.conditions import Conditions, load_conditions

DAY = date(2026, 11, 21)
PROGRAMMES = {"000": "互联网营销师", "001": "全媒体运营师", "002": "数字化管理师", "004": "互联网营销师"}


def ago(years: int, days_late: int = 0) -> date:
    """The corresponding day so many years before the reference day, or so many days after it."""
    return DAY.replace(year=DAY.year - years) + timedelta(days=days_late)


def edu(level: str, **more: Any) -> Schooling:
    return Schooling(level=level, **{"status": "毕业"} | more)  # type: ignore[arg-type]


def job(start: date, end: date | None = None, **more: Any) -> Employment:
    return Employment(start=start, end=end, **{"related_field": True, "relation": "本职业"} | more)


def cert(kind: str, level: str | int, issued: date | None, **more: Any) -> HeldCertificate:
    return HeldCertificate(kind=kind, level=level, issued=issued, **more)  # type: ignore[arg-type]


def national(level: int, issued: date, relation: str = "本职业") -> HeldCertificate:
    return cert("national", level, issued, name="互联网营销师", relation=relation)


def course(level: int, hours: int, *, certified: bool = True, relation: str = "本职业") -> TrainingCourse:
    return TrainingCourse(level=level, hours=hours, completion_certificate=certified, relation=relation)  # type: ignore[arg-type]


def profile(*facts: object) -> Profile:
    """Sort the facts into their places."""

    def of(kind: type) -> tuple[Any, ...]:
        return tuple(fact for fact in facts if isinstance(fact, kind))

    return Profile(
        education=of(Schooling),
        employment=of(Employment),
        certificates=of(HeldCertificate),
        training=of(TrainingCourse),
        apprenticeship=next(iter(of(Apprenticeship)), None),
    )


def judge(rules: str | Conditions, level: str, *facts: object, **more: Any) -> Assessment:
    conditions = load_conditions(rules) if isinstance(rules, str) else rules
    programme = more.pop("programme", None) or PROGRAMMES[conditions.aliases[0]]
    as_of = more.pop("as_of", DAY)
    return assess(
        profile=profile(*facts),
        conditions=conditions,
        programme=programme,
        level=level,
        as_of=as_of,
        **more,
    )
