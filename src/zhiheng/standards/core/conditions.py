"""The printed conditions of entry of a rule set, as data: `data/rulesets/<id>/conditions.yaml`.

A condition keeps its printed number and words beside `requires`, what it asks for. A mapping asks for every
key in it; `any` lists alternatives. How unclear words are read is named under `readings`, never in code,
so another awarding body is another folder.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from zhiheng.foundation.errors import Refused

RULESETS = Path(__file__).parent.parent / "data" / "rulesets"

EducationLevel = Literal["小学", "初中", "高中", "中专", "职高", "技校", "大专", "本科", "硕士", "博士"]
SchoolType = Literal[
    "普通高中", "职业高中", "中等专业学校", "技工学校", "高级技工学校", "技师学院", "高等职业学校", "普通高校"
]
Relation = Literal["本职业", "相关职业", "无关"]
CertificateKind = Literal["own", "other", "title", "national", "prep_technician", "none"]
SkillTarget = Literal["初级", "中级", "高级"]


class _Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Values of a data file: immutable, and a field nobody knows is an error."""


class EducationNeed(_Data, frozen=True, kw_only=True):
    """One record of schooling that answers everything asked here.

    at_least: a row of the rule set's `education` table.
    major: "other" is the printed 取得其他专业, read by `readings.other_major_reading`.
    completion: a finished degree; or also the final year of school; or being in school.
    """

    at_least: str | None = None
    levels: tuple[EducationLevel, ...] = ()
    school_types: tuple[SchoolType, ...] = ()
    major: Literal["any", "related", "other"] = "any"
    completion: Literal["graduated", "graduated_or_final_year", "in_school"] = "graduated"
    assessed_target: SkillTarget | None = None


class WorkNeed(_Data, frozen=True, kw_only=True):
    """Years at work.

    spell: "continuous" only where 连续 is printed.
    relations: which relations to the occupation count; empty = the related field (相关领域).
    since: "certificate" where 取得…后 is printed; "reading" where 后 is missing (`work_after_certificate`).
    """

    years: int
    spell: Literal["continuous", "cumulative"] = "cumulative"
    relations: tuple[Relation, ...] = ()
    since: Literal["start", "certificate", "reading"] = "start"


class CertificateNeed(_Data, frozen=True, kw_only=True):
    """A certificate of a level of `level_equivalence`, held for so many years.

    kinds: "own" is this body's; which programmes count is `readings.own_certificate_scope`.
    """

    kinds: tuple[CertificateKind, ...]
    level: str
    relations: tuple[Relation, ...] = ()
    held_years: int = 0


class TrainingNeed(_Data, frozen=True, kw_only=True):
    """Regular training for one level, in class hours, with a completion certificate."""

    level: str
    hours: int
    relations: tuple[Relation, ...]


class ApprenticeshipNeed(_Data, frozen=True, kw_only=True):
    relations: tuple[Relation, ...]


class Requires(_Data, frozen=True, kw_only=True):
    """Everything named must hold; of `any`, one alternative."""

    education: EducationNeed | None = None
    certificate: CertificateNeed | None = None
    work: WorkNeed | None = None
    training: TrainingNeed | None = None
    apprenticeship: ApprenticeshipNeed | None = None
    any: tuple["Requires", ...] = ()

    def __post_init__(self) -> None:
        asked = (self.education, self.certificate, self.work, self.training, self.apprenticeship)
        if not self.any and all(need is None for need in asked):
            raise ValueError("一个要求都没有写")
        if self.work and self.work.since != "start" and self.certificate is None:
            raise ValueError("work.since 需要同一处写明 certificate")


class Condition(_Data, frozen=True, kw_only=True):
    """number and text as printed; source: where they are printed."""

    number: str
    text: str
    source: str
    requires: Requires


class LevelConditions(_Data, frozen=True, kw_only=True):
    """One level: names[0] is the name shown, the others are accepted as input."""

    id: str
    names: tuple[str, ...]
    conditions: tuple[Condition, ...]

    @property
    def name(self) -> str:
        return self.names[0]


class ProgrammeNames(_Data, frozen=True, kw_only=True):
    id: str
    names: tuple[str, ...]


class TradeLevels(_Data, frozen=True, kw_only=True):
    mark: str
    name: str
    levels: tuple[str, ...]


class Readings(_Data, frozen=True, kw_only=True):
    """How unclear words are read; every value can be changed by the awarding body.

    continuity_gap_days: a longer gap breaks 连续. other_major_reading: 取得其他专业 bars related majors or not.
    own_certificate_scope: names of the programmes whose certificates answer a demand for this body's own.
    own_of_other_programme_is_other: this body's certificate of another programme is a 其他…证书.
    """

    continuity_gap_days: int
    other_major_reading: Literal["any", "unrelated"]
    work_after_certificate: bool
    own_certificate_scope: tuple[str, ...]
    own_of_other_programme_is_other: bool
    higher_certificate_counts: bool
    reference_date: Literal["enrolment_deadline"]


class Proof(_Data, frozen=True, kw_only=True):
    """A document: under which of the rule set's materials it is handed in, and what it is."""

    material: str
    name: str


class Proofs(_Data, frozen=True, kw_only=True):
    """What proves each kind of fact."""

    education: Proof
    student: Proof
    work: Proof
    certificate: Proof
    training: Proof
    apprenticeship: Proof


class Conditions(_Data, frozen=True, kw_only=True):
    """The conditions of entry of one rule set.

    education: for each level a text may ask for, the levels that answer it.
    level_equivalence: the rank of every way a certificate names its level; a higher rank is a higher level.
    """

    rule_set: str
    aliases: tuple[str, ...]
    title: str
    readings: Readings
    education: dict[str, tuple[EducationLevel, ...]]
    level_equivalence: dict[str, int]
    proofs: Proofs
    programmes: tuple[ProgrammeNames, ...]
    trades: tuple[TradeLevels, ...] = ()
    levels: tuple[LevelConditions, ...]

    def __post_init__(self) -> None:
        for level in self.levels:
            for condition in level.conditions:
                self._check(condition.requires, f"{level.id}（{condition.number}）")

    def _check(self, requires: Requires, where: str) -> None:
        need = requires.education
        if need and need.at_least is not None and need.at_least not in self.education:
            raise ValueError(f"{where}：education 表里没有“{need.at_least}”")
        if requires.certificate and requires.certificate.level not in self.level_equivalence:
            raise ValueError(f"{where}：level_equivalence 表里没有“{requires.certificate.level}”")
        for alternative in requires.any:
            self._check(alternative, where)

    def for_level(self, level: str) -> LevelConditions:
        """The level by its id or any of its names. Raises: Refused."""
        for entry in self.levels:
            if level == entry.id or level in entry.names:
                return entry
        choices = "、".join(entry.name for entry in self.levels)
        raise Refused(
            what=f"{self.title}没有级别“{level}”", remedy=f"请从{choices}中选择", code="unknown-level"
        )

    def programme(self, name: str) -> ProgrammeNames:
        """The programme by its id or any of its names. Raises: Refused."""
        for entry in self.programmes:
            if name == entry.id or name in entry.names:
                return entry
        choices = "、".join(entry.names[0] for entry in self.programmes)
        raise Refused(
            what=f"{self.title}没有项目“{name}”", remedy=f"请从{choices}中选择", code="unknown-programme"
        )

    def trade(self, mark: str) -> TradeLevels:
        """The trade by its mark or name. Raises: Refused."""
        for entry in self.trades:
            if mark in (entry.mark, entry.name):
                return entry
        choices = "、".join(f"{entry.mark} {entry.name}" for entry in self.trades)
        remedy = f"请从{choices}中选择" if choices else "请去掉工种"
        raise Refused(what=f"{self.title}没有工种“{mark}”", remedy=remedy, code="unknown-trade")


def rule_sets(root: Path = RULESETS) -> Mapping[str, Conditions]:
    """Every rule set under the folder that prints conditions, by id. Raises: Refused for a faulty file."""
    return _read_all(root)


@lru_cache
def _read_all(root: Path) -> Mapping[str, Conditions]:
    files = sorted(root.glob("*/conditions.yaml"))
    return {conditions.rule_set: conditions for conditions in map(read_conditions, files)}


def load_conditions(rule_set_id: str, root: Path = RULESETS) -> Conditions:
    """The conditions of a rule set, by its id or an alias. Raises: Refused."""
    known = rule_sets(root)
    for conditions in known.values():
        if rule_set_id == conditions.rule_set or rule_set_id in conditions.aliases:
            return conditions
    raise Refused(
        what=f"没有规则集“{rule_set_id}”", remedy=f"请从{'、'.join(known)}中选择", code="unknown-rule-set"
    )


def read_conditions(path: Path) -> Conditions:
    """Decode one file strictly. Raises: Refused, naming file and field."""
    try:
        return conditions_from_facts(yaml.safe_load(path.read_text("utf-8")))
    except yaml.YAMLError as error:
        raise _faulty(path, "全文", f"不是 YAML：{error}") from None
    except msgspec.ValidationError as error:
        fault = fault_of(error)
        raise _faulty(path, fault.field or "全文", fault.problem) from None


def conditions_from_facts(facts: Any) -> Conditions:
    """The conditions of their plain form, as pinned with a sitting. Raises: msgspec.ValidationError."""
    return msgspec.convert(facts, Conditions)


def _faulty(path: Path, field: str, problem: str) -> Refused:
    return Refused(
        what=f"文件 {path.parent.name}/{path.name} 的 {field} 有误：{problem}",
        remedy="请改正该文件",
        code="conditions-file",
    )


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A decoding error as field and Chinese words."""

    field: str
    problem: str


_PROBLEMS = (
    (r"Object missing required field `(.+?)`", "缺少必填字段 {0}"),
    (r"Object contains unknown field `(.+?)`", "有不认识的字段 {0}"),
    (r"Invalid enum value '?(.*?)'?$", "“{0}”不在可选值之内"),
    (r"Invalid RFC3339 encoded date", "应为存在的日期，写作 2026-11-21"),
    (r"Expected `(.+?)`, got `(.+?)`", "应为 {0}，实际是 {1}"),
    (r"Expected `(.+?)`$", "应为 {0}"),
)
_TYPES = (
    ("object", "对象"),
    ("array", "数组"),
    ("null", "空值"),
    ("date", "日期文字"),
    ("str", "文字"),
    ("int", "整数"),
    ("float", "小数"),
    ("bool", "true 或 false"),
    (" | ", "或"),
)


def fault_of(error: msgspec.ValidationError) -> Fault:
    """msgspec names what is wrong and where in English; say it in Chinese."""
    message, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    for pattern, sentence in _PROBLEMS:
        if found := re.match(pattern, message):
            return Fault(
                field=field, problem=_chinese(sentence.format(*found.groups()), "Expected" in pattern)
            )
    return Fault(field=field, problem=message)


def _chinese(sentence: str, names_types: bool) -> str:
    if names_types:
        for english, chinese in _TYPES:
            sentence = sentence.replace(english, chinese)
    return sentence
