"""What every format is read into and written from: a question as it travels, before it has a place in a standard.

A reader never drops anything silently: what it cannot take as one of the three types comes back as `Unsupported`
with its reason, what is broken as a `Fault` with the place where it was found.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from zhiheng.bank.core.terms import ItemType, Point

Format = Literal["xlsx", "csv", "docx", "gift", "aiken", "moodle-xml", "qti"]
FORMATS: tuple[Format, ...] = ("xlsx", "csv", "docx", "gift", "aiken", "moodle-xml", "qti")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option of a question that travels; its place among the others is its letter."""

    text: str
    correct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture or recording a question shows.

    name: as the text refers to it; content: the file's bytes; alt: the words that stand in for it.
    """

    name: str
    content: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question between two systems.

    id: "" where the format has none. options: of single and multiple. answers: model answers of a short one.
    points: what earns marks, where the format says so. marks: what the whole question is worth, where it says so.
    codes, difficulty, trades, law: as our own files write them; empty where the format has no place for them.
    language: "en" where the source says so, "" for Chinese.
    where: the place in the source ("第 3 题", "row 12", "items/q1.xml"), for messages.
    """

    type: ItemType
    stem: str
    options: tuple[Choice, ...] = ()
    answers: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    feedback: str = ""
    id: str = ""
    marks: Decimal | None = None
    codes: tuple[str, ...] = ()
    difficulty: Decimal | None = None
    trades: frozenset[str] = frozenset()
    law: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    language: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """A question of a kind this platform does not ask, and why. type: the source's own word for it."""

    id: str
    type: str
    reason: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that could not be read: where, and what to do about it."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All a file held. questions + unsupported + errors cover every question of it.

    remarks: what a question that was taken had to leave behind (a penalty, a picture, a hint), so that nobody
    finds out later.
    """

    questions: tuple[Question, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    errors: tuple[Fault, ...] = field(default=())
    remarks: tuple[Fault, ...] = ()
