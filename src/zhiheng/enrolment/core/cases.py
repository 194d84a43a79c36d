"""Reading profiles and cases from JSON, strictly: a wrong field is refused with its case and name."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

import msgspec

from zhiheng.enrolment.core.eligibility import Assessment, assess
from zhiheng.enrolment.core.terms import CertificateLevel, Profile, SchoolingStatus, TrainingLevel
from zhiheng.foundation.errors import Refused
from zhiheng.standards.core.conditions import (
    CertificateKind,
    Conditions,
    EducationLevel,
    Relation,
    SchoolType,
    SkillTarget,
    fault_of,
    load_conditions,
)

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200  # a date outside is a slip of the pen


class _CaseForm(msgspec.Struct, frozen=True, kw_only=True):
    """A case as written; further fields (notes, expectations) are none of our business."""

    rules: str
    programme: str
    level: str | int
    as_of: date
    profile: Profile
    id: str | int | None = None
    trade: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question: may this profile sit this level on that day?"""

    id: str
    conditions: Conditions
    programme: str
    level: str
    trade: str | None
    as_of: date
    profile: Profile

    def assess(self) -> Assessment:
        return assess(
            profile=self.profile,
            conditions=self.conditions,
            programme=self.programme,
            level=self.level,
            trade=self.trade,
            as_of=self.as_of,
        )


def profile_from_facts(facts: Any, *, as_of: date, where: str = "") -> Profile:
    """The profile of its JSON form. where: a prefix for messages, e.g. "案例 3 ".

    Raises: Refused, naming the field, for unknown values, wrong types and impossible dates.
    """
    try:
        profile = msgspec.convert(facts, Profile)
    except msgspec.ValidationError as error:
        fault = fault_of(error)
        raise _bad_field(where, f"profile.{fault.field}".rstrip("."), fault.problem) from None
    _check_dates(profile, as_of=as_of, where=where)
    return profile


def read_cases(document: Any) -> tuple[Case, ...]:
    """The cases of one document: a single case, or {"cases": [...]}.

    Raises: Refused, naming case and field.
    """
    if isinstance(document, dict) and "cases" in document:
        entries = document["cases"]
        if not isinstance(entries, list) or not entries:
            raise _bad_field("", "cases", "应为至少有一个案例的数组")
    else:
        entries = [document]
    return tuple(read_case(entry, position=position) for position, entry in enumerate(entries, 1))


def read_case(entry: Any, *, position: int = 1) -> Case:
    """One case. position: its place in the file, its name where it has no id. Raises: Refused."""
    given = entry.get("id") if isinstance(entry, dict) else None
    case_id = str(given) if isinstance(given, str | int) else f"第 {position} 个"
    where = f"案例 {case_id} "
    try:
        form = msgspec.convert(entry, _CaseForm)
    except msgspec.ValidationError as error:
        fault = fault_of(error)
        raise _bad_field(where, fault.field or "全文", fault.problem) from None
    _check_dates(form.profile, as_of=form.as_of, where=where)
    conditions = _named(where, "rules", load_conditions, form.rules)
    _named(where, "programme", conditions.programme, form.programme)
    _named(where, "level", conditions.for_level, str(form.level))
    if form.trade is not None:
        _named(where, "trade", conditions.trade, form.trade)
    return Case(
        id=case_id,
        conditions=conditions,
        programme=form.programme,
        level=str(form.level),
        trade=form.trade,
        as_of=form.as_of,
        profile=form.profile,
    )


def _named(where: str, field: str, look_up: Any, name: str) -> Any:
    """Look a name up; a refusal says in which case and field it stands."""
    try:
        return look_up(name)
    except Refused as refused:
        raise Refused(
            what=f"{where}的字段 {field} 有误：{refused.what}".lstrip(),
            remedy=refused.remedy,
            code=refused.code,
        ) from None


def _check_dates(profile: Profile, *, as_of: date, where: str) -> None:
    if not EARLIEST_YEAR <= as_of.year <= LATEST_YEAR:
        raise _bad_field(where, "as_of", f"核对日 {as_of} 不在 {EARLIEST_YEAR} 至 {LATEST_YEAR} 年之内")
    for index, job in enumerate(profile.employment):
        field = f"profile.employment[{index}]"
        if job.end is not None and job.end < job.start:
            raise _bad_field(where, f"{field}.end", f"结束日 {job.end} 早于开始日 {job.start}")
        if job.start.year < EARLIEST_YEAR:
            raise _bad_field(where, f"{field}.start", f"开始日 {job.start} 早于 {EARLIEST_YEAR} 年")
        if job.start > as_of:
            raise _bad_field(where, f"{field}.start", f"开始日 {job.start} 晚于核对日 {as_of}")


_CHOICES = {
    "education.level": EducationLevel,
    "education.status": SchoolingStatus,
    "education.school_type": SchoolType,
    "education.assessed_skill_target": SkillTarget,
    "employment.relation": Relation,
    "certificates.kind": CertificateKind,
    "certificates.level": CertificateLevel,
    "certificates.relation": Relation,
    "training.level": TrainingLevel,
    "training.relation": Relation,
    "apprenticeship.relation": Relation,
}


def _remedy(field: str) -> str:
    """What may stand in the field, where that is a closed list."""
    plain = re.sub(r"\[\d+\]", "", field).removeprefix("profile.")
    choices = get_args(_CHOICES.get(plain))
    return f"请从{'、'.join(choices)}中选择" if choices else "请改正后重新提交"


def _bad_field(where: str, field: str, problem: str) -> Refused:
    return Refused(
        what=f"{where}的字段 {field} 有误：{problem}" if where else f"字段 {field} 有误：{problem}",
        remedy=_remedy(field),
        code="profile-field",
    )
