"""The typed values of a rule set, its syllabi, blueprints and body; those of a standard come along from competency."""

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from zhiheng.foundation.errors import Refused
from zhiheng.standards.core.competency import (
    Area,
    AssessedComponent,
    Basics,
    BasicsArea,
    Basis,
    Code,
    ComponentKey,
    Content,
    Fact,
    Function,
    ItemType,
    Kind,
    Listing,
    Occupation,
    Point,
    StandardLevel,
    Stated,
    Trade,
    WeightTable,
)

__all__ = [
    "Area",
    "AreaMarks",
    "AreaShare",
    "AssessedComponent",
    "Basics",
    "BasicsArea",
    "Basis",
    "Blueprint",
    "BlueprintFile",
    "Body",
    "CertificateRule",
    "Code",
    "Component",
    "ComponentKey",
    "Content",
    "Deadline",
    "Fact",
    "Fees",
    "Function",
    "ItemType",
    "Kind",
    "KindRule",
    "Level",
    "Listing",
    "MarkingRule",
    "Material",
    "Occupation",
    "PaperRule",
    "Point",
    "Programme",
    "Ratios",
    "RetentionRule",
    "RuleSet",
    "Service",
    "StandardLevel",
    "Stated",
    "Syllabus",
    "SyllabusArea",
    "TimeRule",
    "Timetable",
    "Trade",
    "WeightTable",
]


class Programme(Fact, frozen=True, kw_only=True):
    """A programme (培训项目 or 职业). ticket: its two digits in ticket and certificate numbers, never reused.

    name_en: our translation, for the English pages; no document prints one.
    """

    id: str
    name: str
    name_en: str
    ticket: str
    definition: Stated[str]
    definition_as_printed: str = ""
    job_contents: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    goal: str = ""
    occupation: str = ""


class Level(Fact, frozen=True, kw_only=True):
    """rank: 1 is the lowest; ticket: one digit; name_en: our translation."""

    id: str
    name: str
    name_en: str
    short: str
    rank: int
    ticket: str


class Material(Fact, frozen=True, kw_only=True):
    key: str
    name: str
    source: str


class Component(Fact, frozen=True, kw_only=True):
    """What a candidate sits. levels: the level ids that have it."""

    key: ComponentKey
    name: str
    levels: tuple[str, ...]
    modes: tuple[str, ...]
    max_marks: Stated[Decimal]
    pass_marks: Stated[Decimal]
    minutes: Stated[int]
    least_minutes: int
    places: str


class KindRule(Fact, frozen=True, kw_only=True):
    """So many items of a type, each of so many marks."""

    type: ItemType
    count: int
    marks: Decimal


class PaperRule(Fact, frozen=True, kw_only=True):
    item_types: Stated[tuple[ItemType, ...]]
    kinds: Stated[tuple[KindRule, ...]]
    lower_level_share: Stated[Decimal]


class MarkingRule(Fact, frozen=True, kw_only=True):
    """marks: blind marks per short answer; tolerance: decimal marks, per maximum of 10, between two of them."""

    multiple_choice: Stated[Literal["all_or_nothing", "partial"]]
    marks: Stated[int]
    tolerance: Stated[Decimal]
    third: Stated[Literal["arbiter_decides", "mean_with_nearer"]]
    rounding: Stated[Literal["none"]]


Deadline = Literal[
    "enrolment_closes",
    "review_due",
    "cram_opens",
    "mock_from",
    "mock_until",
    "tickets_from",
    "result_due",
    "certificate_due",
    "query_opens",
    "makeup_closes",
    "makeup_closes_late",
]


class TimeRule(Fact, frozen=True, kw_only=True):
    """One derived date: so many days from an anchor. borrowed_from names the rule set it was taken from."""

    name: Deadline
    anchor: Literal["sitting", "enrolment_closes", "result_due", "result_approved", "certificate_due"]
    offset: int
    unit: Literal["days", "working_days"]
    basis: Basis
    source: str
    borrowed_from: str = ""


class Timetable(Fact, frozen=True, kw_only=True):
    sitting_day: Stated[Literal["last_saturday"]]
    starts_at: Stated[str]
    late_entry_minutes: Stated[int]
    leave_after_minutes: Stated[int]
    rules: tuple[TimeRule, ...]

    def rule(self, name: Deadline) -> TimeRule:
        return next(rule for rule in self.rules if rule.name == name)


class Fees(Fact, frozen=True, kw_only=True):
    """Integer fen."""

    registration_fen: Stated[int]
    makeup_fen: Stated[int]
    review_fen: Stated[int]


class Ratios(Fact, frozen=True, kw_only=True):
    candidates_per_invigilator: Stated[int]
    least_invigilators: Stated[int]
    candidates_per_examiner: Stated[int]
    least_examiners: Stated[int]
    least_reviewers: Stated[int]


class CertificateRule(Fact, frozen=True, kw_only=True):
    """title never holds 等级证书 for an association's certificate; plain: what it is and is not, one sentence."""

    title: Stated[str]
    text: str
    plain: str
    prefix: str


class RetentionRule(Fact, frozen=True, kw_only=True):
    component_months: Stated[int]
    makeups: Stated[str]
    review_window_days: Stated[int]


class RuleSet(Fact, frozen=True, kw_only=True):
    """One document's rules, dated and versioned. A sitting pins one, with its content hash."""

    id: str
    seed: str
    source: str
    title: str
    regime: Literal["association", "national"]
    version: str
    effective_from: date
    effective_until: date | None = None
    body: str
    standard: str = ""
    programmes: tuple[Programme, ...]
    levels: tuple[Level, ...]
    trades: tuple[Trade, ...] = ()
    materials: tuple[Material, ...]
    components: tuple[Component, ...]
    paper: PaperRule
    marking: MarkingRule
    timetable: Timetable
    fees: Fees
    ratios: Ratios
    certificate: CertificateRule
    retention: RetentionRule
    notes: tuple[str, ...] = ()

    def programme(self, name: str) -> Programme:
        """By id or printed name. Raises: Refused naming those there are."""
        for programme in self.programmes:
            if name in (programme.id, programme.name):
                return programme
        raise Refused(
            what=f"规则集 {self.id} 没有项目“{name}”",
            rule=self.source,
            remedy="可用的项目：" + "、".join(f"{p.id}（{p.name}）" for p in self.programmes),
            code="programme-unknown",
        )

    def level(self, name: str) -> Level:
        """By id, printed name or short name. Raises: Refused naming those there are."""
        for level in self.levels:
            if name in (level.id, level.name, level.short):
                return level
        raise Refused(
            what=f"规则集 {self.id} 没有等级“{name}”",
            rule=self.source,
            remedy="可用的等级：" + "、".join(f"{level.id}（{level.name}）" for level in self.levels),
            code="level-unknown",
        )

    def trade(self, mark: str, level: str) -> Trade:
        """By mark or name, at a level. Raises: Refused, with the reason when the trade has no such level."""
        wanted = self.level(level)
        for trade in self.trades:
            if mark not in (trade.mark, trade.name):
                continue
            if wanted.id not in trade.levels:
                raise Refused(
                    what=f"{trade.name}不设{wanted.name}",
                    rule=f"{self.source.partition('；')[0]}1.4",
                    remedy=f"这个工种设{'、'.join(self.level(entry).name for entry in trade.levels)}，请从中选择",
                    code="trade-level",
                )
            return trade
        names = "、".join(f"{trade.mark} {trade.name}" for trade in self.trades)
        raise Refused(
            what=f"{self.title}没有工种“{mark}”" if names else f"{self.title}不分工种",
            rule=self.source,
            remedy=f"请从{names}中选择" if names else "请不要填写工种",
            code="trade-unknown",
        )

    def components_at(self, level: str) -> tuple[Component, ...]:
        """The components a candidate of a level must pass, in order."""
        wanted = self.level(level).id
        return tuple(component for component in self.components if wanted in component.levels)


class SyllabusArea(Fact, frozen=True, kw_only=True):
    slug: str
    title: str
    points: tuple[Point, ...] = ()


class Syllabus(Fact, frozen=True, kw_only=True):
    """A programme's coded syllabus: its own points, or areas of a national standard at a level per level id."""

    programme: str
    title: str
    version: str
    basis: Basis
    source: str
    standard: str = ""
    standard_levels: dict[str, str] = {}
    areas: tuple[SyllabusArea, ...]


class AreaShare(Fact, frozen=True, kw_only=True):
    area: str
    marks: Decimal


class BlueprintFile(Fact, frozen=True, kw_only=True):
    """The printed part of a blueprint: marks per area. Kinds come from the rule set."""

    rule_set: str
    programme: str
    level: str
    basis: Basis
    why: str
    areas: tuple[AreaShare, ...]


class AreaMarks(Struct, frozen=True, kw_only=True):
    """codes: every code an item of this area may carry at this level and for this trade."""

    area_slug: str
    title: str
    marks: Decimal
    codes: tuple[Code, ...]


class Blueprint(Struct, frozen=True, kw_only=True):
    rule_set: str
    programme: str
    level: str
    trade: str | None
    standard: str
    areas: tuple[AreaMarks, ...]
    kinds: tuple[KindRule, ...]
    total: Decimal
    lower_level_share: Decimal
    source: str


class Service(Fact, frozen=True, kw_only=True):
    title: str
    text: str


class Body(Fact, frozen=True, kw_only=True):
    """The awarding body. demonstration: true when it only shows a standard and issues nothing of legal effect."""

    id: str
    name: str
    short: str
    parent: str
    source: str
    introduction: tuple[str, ...]
    services: tuple[Service, ...]
