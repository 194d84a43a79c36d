"""Words that public text must not use, and the plain statements that may.

Source: 人社部函〔2022〕25号 and 《广告法》, as data/barred_words.yaml lists them with the reason for each.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from zhiheng.foundation.errors import Refused

WORDS = Path(__file__).resolve().parent / "data/barred_words.yaml"
_GAPS = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")  # invisible characters that would hide a word


class _Word(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pattern: str
    why: str
    source: str


class _Exception(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    why: str
    text: str = ""
    pattern: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    words: tuple[_Word, ...]
    exceptions: tuple[_Exception, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A barred word as it stands in a text. start: its place, counted in characters from 0."""

    word: str
    why: str
    source: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    words: tuple[tuple[re.Pattern[str], _Word], ...]
    allowed: tuple[re.Pattern[str], ...]


def faults(text: str) -> tuple[Fault, ...]:
    """Every barred word of a text, in order; of words that overlap only the first and longest."""
    folded, places = _fold(text)
    rules = _rules()
    allowed = [match.span() for pattern in rules.allowed for match in pattern.finditer(folded)]
    hits = [(match.span(), word) for pattern, word in rules.words for match in pattern.finditer(folded)]
    found: list[Fault] = []
    reached = 0
    for (start, end), word in sorted(hits, key=lambda hit: (hit[0][0], -hit[0][1])):
        excused = any(first <= start and end <= last for first, last in allowed)
        if excused or start < reached:
            continue
        reached = end
        said = text[places[start] : places[end - 1] + 1]
        found.append(Fault(word=said, why=word.why, source=word.source, start=places[start]))
    return tuple(found)


def require_plain(text: str, *, field: str = "这段文字") -> str:
    """The text itself, if the public may read it. Raises: Refused (code wording-barred) naming each barred word."""
    found = faults(text)
    if not found:
        return text
    said = "；".join(f"第 {fault.start + 1} 个字起的“{fault.word}”：{fault.why}" for fault in found)
    raise Refused(
        what=f"{field}里有不能对外使用的字样，{said}",
        rule="；".join(dict.fromkeys(part for fault in found for part in fault.source.split("；"))),
        remedy="请删去或改成平实的说法；引用法律、标准的名称请加书名号",
        code="wording-barred",
    )


def _fold(text: str) -> tuple[str, list[int]]:
    """Half-width, lower case, no gaps inside Chinese; and for each character left, its place in the text."""
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in _GAPS:
            continue
        for part in unicodedata.normalize("NFKC", character).casefold():
            kept.append(" " if part.isspace() else part)
            places.append(place)
    tight = [
        index
        for index, part in enumerate(kept)
        if part != " " or not (_chinese(kept, index, -1) and _chinese(kept, index, 1))
    ]
    return "".join(kept[index] for index in tight), [places[index] for index in tight]


def _chinese(characters: list[str], index: int, step: int) -> bool:
    """Whether the next character that is not a space, on one side, is a Chinese one."""
    index += step
    while 0 <= index < len(characters) and characters[index] == " ":
        index += step
    return 0 <= index < len(characters) and "\u3400" <= characters[index] <= "\u9fff"


@cache
def _rules() -> _Rules:
    file = msgspec.yaml.decode(WORDS.read_bytes(), type=_File)
    return _Rules(
        words=tuple((re.compile(word.pattern), word) for word in file.words),
        allowed=tuple(
            re.compile(entry.pattern or re.escape(_fold(entry.text)[0])) for entry in file.exceptions
        ),
    )
