"""What a candidate brings: schooling, work, certificates, training and apprenticeship, as a reviewer records it."""

from datetime import date
from typing import Any, Literal

import msgspec

from zhiheng.standards.core.conditions import (
    CertificateKind,
    EducationLevel,
    Relation,
    SchoolType,
    SkillTarget,
)

CertificateLevel = Literal[
    "初级", "中级", "高级", "预备技师", "五级", "四级", "三级", "二级", "一级", "5", "4", "3", "2", "1"
]  # fmt: skip
SchoolingStatus = Literal["毕业", "在读"]
TrainingLevel = Literal["5", "4", "3", "2", "1", "五级", "四级", "三级", "二级", "一级"]
_DIGIT_LEVELS = {"5": "五级", "4": "四级", "3": "三级", "2": "二级", "1": "一级"}
_LEVEL_DIGITS = {name: digit for digit, name in _DIGIT_LEVELS.items()}


class _Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A record of the profile: immutable, unknown fields refused."""


class Schooling(_Fact, frozen=True, kw_only=True):
    """One course of study. major_related: to the programme applied for; None = not yet judged.

    assessed_skill_target: the skill level the school was assessed to train for (经评估论证).
    final_year: 尚未取得毕业证书的在校应届毕业生.
    """

    level: EducationLevel
    status: SchoolingStatus
    major: str | None = None
    major_related: bool | None = None
    school_type: SchoolType | None = None
    final_year: bool | None = None
    assessed_skill_target: SkillTarget | None = None
    school: str | None = None
    note: str | None = None


class Employment(_Fact, frozen=True, kw_only=True):
    """One spell of work, both days included; end None = still employed.

    related_field: counts as 相关领域 (association rule sets); relation: to the occupation (national standard).
    """

    start: date
    end: date | None = None
    related_field: bool | None = None
    relation: Relation | None = None
    employer: str | None = None
    position: str | None = None
    note: str | None = None


class HeldCertificate(_Fact, frozen=True, kw_only=True):
    """kind "own": of the awarding body itself, programme named; "none": does not count."""

    kind: CertificateKind
    level: CertificateLevel | int | None = None
    issued: date | None = None
    name: str | None = None
    programme: str | None = None
    relation: Relation | None = None
    number: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.level, int) and not 1 <= self.level <= 5:
            raise ValueError(f"证书级别 {self.level} 不在 5 至 1 之内")

    @property
    def level_name(self) -> str | None:
        """The level in words: 5, "5" and 五级 are one."""
        return None if self.level is None else _DIGIT_LEVELS.get(str(self.level), str(self.level))


class TrainingCourse(_Fact, frozen=True, kw_only=True):
    """Regular training for one level; hours are class hours attended."""

    level: TrainingLevel | int
    hours: int
    completion_certificate: bool
    relation: Relation | None = None
    name: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.level, int) and not 1 <= self.level <= 5:
            raise ValueError(f"培训级别 {self.level} 不在 5 至 1 之内")
        if self.hours < 0:
            raise ValueError("培训学时不能是负数")

    @property
    def level_id(self) -> str:
        return _LEVEL_DIGITS.get(str(self.level), str(self.level))


class Apprenticeship(_Fact, frozen=True, kw_only=True):
    completed: bool
    relation: Relation | None = None
    note: str | None = None


class Profile(_Fact, frozen=True, kw_only=True):
    """Everything eligibility looks at. The order of records never matters."""

    education: tuple[Schooling, ...] = ()
    employment: tuple[Employment, ...] = ()
    certificates: tuple[HeldCertificate, ...] = ()
    training: tuple[TrainingCourse, ...] = ()
    apprenticeship: Apprenticeship | None = None

    def as_facts(self) -> dict[str, Any]:
        """The JSON-safe form that is stored and replayed; `cases.profile_from_facts` reads it back."""
        facts: dict[str, Any] = msgspec.to_builtins(self)
        return facts
