"""The typed values of a national standard, as its data file prints them.

Every file is decoded strictly: a field nobody knows is an error. Keys of the standard are
(standard, level, kind, code); a code alone is ambiguous, since 1.1.1 occurs at every level and in both columns.
"""

from datetime import date
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from msgspec import Struct

from zhiheng.foundation.errors import Refused

T = TypeVar("T")

Basis = Literal["printed", "borrowed", "default"]
Kind = Literal["skill", "knowledge", "basics"]
ItemType = Literal["single", "multiple", "short"]
ComponentKey = Literal["theory", "skill", "review"]


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The root of every value read from a data file."""


class Stated(Fact, Generic[T], frozen=True, kw_only=True):
    """A value and where it stands.

    basis: printed (the rule set's own document), borrowed (another document), default (nobody prints it; ours).
    """

    value: T
    basis: Basis
    source: str


class Trade(Fact, frozen=True, kw_only=True):
    """A trade (工种) and the level ids at which it exists. Source: 4-01-02-07 (2021) 1.4. name_en: our translation."""

    mark: str
    name: str
    name_en: str
    levels: tuple[str, ...]


class Point(Fact, frozen=True, kw_only=True):
    """One coded sentence. trades: printed marks; trades_derived: our proposal; both empty = all of the function."""

    code: str
    text: str
    trades: tuple[str, ...] = ()
    trades_derived: tuple[str, ...] = ()
    current_title: str = ""


class Content(Fact, frozen=True, kw_only=True):
    """工作内容 with its two columns, which do not correspond code by code."""

    code: str
    title: str
    skills: tuple[Point, ...]
    knowledge: tuple[Point, ...]


class Function(Fact, frozen=True, kw_only=True):
    """职业功能. number is local to the level; area is the weight table's row."""

    number: int
    area: str
    title: str
    contents: tuple[Content, ...]


class StandardLevel(Fact, frozen=True, kw_only=True):
    id: str
    name: str
    short: str
    hours: int
    assessed_functions: dict[str, tuple[int, ...]]
    functions: tuple[Function, ...]

    def trades_of(self, function: Function) -> tuple[str, ...]:
        """The trades assessed on a function at this level."""
        return tuple(mark for mark, numbers in self.assessed_functions.items() if function.number in numbers)


class Area(Fact, frozen=True, kw_only=True):
    """A row of the weight tables."""

    slug: str
    title: str


class BasicsArea(Fact, frozen=True, kw_only=True):
    code: str
    title: str
    points: tuple[Point, ...]


class Basics(Fact, frozen=True, kw_only=True):
    """Section 2. ethics: 2.1.1 and the four rules of 2.1.2; areas: 2.2.1 to 2.2.6."""

    source: str
    ethics: tuple[Point, ...]
    areas: tuple[BasicsArea, ...]


class WeightTable(Fact, frozen=True, kw_only=True):
    """area slug -> level -> trade -> percent; a trade not assessed on an area is absent."""

    source: str
    rows: dict[str, dict[str, dict[str, int]]]


class AssessedComponent(Fact, frozen=True, kw_only=True):
    """A component of the assessment. minutes: the least the standard allows. Source: 1.9.2, 1.9.4."""

    key: ComponentKey
    name: str
    levels: tuple[str, ...]
    modes: tuple[str, ...]
    minutes: int
    places: str
    source: str


class Listing(Fact, frozen=True, kw_only=True):
    """An open printed list: what is not on it is for the reviewer to decide."""

    source: str
    entries: tuple[str, ...]


class Code(Struct, frozen=True, kw_only=True):
    """One assessable code. level "" = every level; trades () = the syllabus knows no trades."""

    standard: str
    level: str
    kind: Kind
    code: str
    text: str
    area: str
    trades: tuple[str, ...] = ()
    current_title: str = ""

    @property
    def ref(self) -> str:
        """The form item files use: "skill:4.1.1"."""
        return f"{self.kind}:{self.code}"


class Occupation(Fact, frozen=True, kw_only=True):
    """A national occupational skill standard, whole."""

    id: str
    code: str
    dictionary: str
    name: str
    edition: str
    title: str
    notice: str
    published: date
    issuers: tuple[str, ...]
    definition: Stated[str]
    environment: Stated[str]
    abilities: Stated[str]
    education: Stated[str]
    pass_marks: Stated[Decimal]
    components: tuple[AssessedComponent, ...]
    ratios: Stated[str]
    trades: tuple[Trade, ...]
    areas: tuple[Area, ...]
    basics: Basics
    levels: tuple[StandardLevel, ...]
    theory_weights: WeightTable
    skill_weights: WeightTable
    related_occupations: Listing
    related_majors: Listing
    notes: tuple[str, ...] = ()

    def level(self, level_id: str) -> StandardLevel:
        for level in self.levels:
            if level.id == level_id:
                return level
        raise Refused(
            what=f"标准没有等级“{level_id}”",
            rule=f"{self.title} 1.4",
            remedy="可用的等级：" + "、".join(level.id for level in self.levels),
            code="level-unknown",
        )

    def area_title(self, slug: str) -> str:
        return next(area.title for area in self.areas if area.slug == slug)
