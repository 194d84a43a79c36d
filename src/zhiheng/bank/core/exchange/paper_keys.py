"""The answers at the end of a paper: 1-5 ABCDA, 1．A 2．BD, or 1．… in whole sentences, section by section."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from zhiheng.bank.core.exchange.answers import plain
from zhiheng.bank.core.exchange.kinds import Kind, kind_of

_SECTION = re.compile(
    r"^(?:[一二三四五六七八九十]+\s*[、.．]|第[一二三四五六七八九十]+(?:部分|大题))\s*(.*)$"
)
_RANGE = re.compile(
    r"(?<!\d)(\d{1,4})\s*[-—–－~～至]+\s*(\d{1,4})\s*[题]?\s*[.．、:：]?\s*((?:[A-H√×对错]+[\s,，、;；]*)+)"
)
_PAIR = re.compile(
    r"(?<!\d)(\d{1,4})\s*[.．、:：)）]?\s*([A-H]{1,8}|[√×对错])(?![A-Za-z\u4e00-\u9fff])[\s,，、;；。]*"
)
_NUMBERED = re.compile(r"^(\d{1,4})\s*[.．、)）:：]\s*(.*)$")
_TOLD = re.compile(r"\s*[【\[（(]?(?:答案)?解析[】\]]?\s*[:：]?\s*")
_WIDE = {
    ord(wide): narrow
    for wide, narrow in zip("ＡＢＣＤＥＦＧＨ０１２３４５６７８９", "ABCDEFGH0123456789", strict=True)
}


@dataclass(slots=True)
class Key:
    """The answer to one question, and what is said of it."""

    key: str
    told: str = ""


@dataclass(slots=True)
class _Section:
    kind: Kind | None
    keys: dict[int, Key] = field(default_factory=dict)


@dataclass(slots=True)
class KeyTable:
    """Sections in the order of the paper; a table without sections has one."""

    sections: list[_Section] = field(default_factory=list)

    def find(self, *, section: int, kind: Kind | None, number: int) -> Key | None:
        """By the section of the same kind, else by its place; without sections by number alone."""
        if not self.sections:
            return None
        same = [entry for entry in self.sections if kind is not None and entry.kind == kind]
        if len(same) == 1:
            return same[0].keys.get(number)
        if len(self.sections) == 1:
            return self.sections[0].keys.get(number)
        place = section - 1
        return self.sections[place].keys.get(number) if 0 <= place < len(self.sections) else None


def read_keys(lines: Sequence[str]) -> KeyTable:
    """The answers of the lines behind 参考答案."""
    table = KeyTable()
    last: Key | None = None
    for raw in lines:
        line = raw.strip().translate(_WIDE)
        if not line:
            continue
        heading = _SECTION.match(line)
        if heading:
            kind = _heading_kind(heading[1])
            table.sections.append(_Section(kind=kind))
            line = _behind_heading(heading[1])
            last = None
        if not table.sections:
            table.sections.append(_Section(kind=None))
        last = _line(line, table.sections[-1], last)
    return table


def _heading_kind(words: str) -> Kind | None:
    return kind_of(re.split(r"[:：\s（(]|\d", words, maxsplit=1)[0])


def _behind_heading(words: str) -> str:
    """Keys may follow the heading in the same line."""
    match = re.search(r"(?<![\d共每题小])\d{1,4}\s*[-—–－~～.．、:：)）]\s*[\dA-H√×]", words)
    return words[match.start() :] if match else ""


def _line(line: str, section: _Section, last: Key | None) -> Key | None:
    rest = line
    ranges = list(_RANGE.finditer(rest))
    for match in ranges:
        for number, key in _spread(int(match[1]), int(match[2]), match[3]):
            section.keys[number] = Key(key)
        rest = rest.replace(match[0], " ", 1)
    pairs = list(_PAIR.finditer(rest))
    if pairs and not _PAIR.sub("", rest).strip(" ,，、;；。\t　"):
        for match in pairs:
            section.keys[int(match[1])] = Key(match[2])
        return section.keys[int(pairs[-1][1])]
    numbered = _NUMBERED.match(rest.strip())
    if numbered and (not section.keys or int(numbered[1]) == max(section.keys) + 1):
        key, *told = _TOLD.split(numbered[2], maxsplit=1)
        last = section.keys[int(numbered[1])] = Key(key.strip(), " ".join(told).strip("）) "))
        return last
    if last is not None and rest.strip() and not ranges:
        _go_on(last, rest.strip())
    return last


def _go_on(last: Key, line: str) -> None:
    match = _TOLD.match(line)
    if match and match[0].strip():
        last.told = line[match.end() :]
    elif last.told:
        last.told += f"\n{line}"
    else:
        last.key += f"\n{line}"


def _spread(first: int, final: int, text: str) -> list[tuple[int, str]]:
    """A run of keys over its numbers: one each between blanks, or one letter each; [] when they do not fit."""
    count = final - first + 1
    words = [word for word in re.split(r"[\s,，、;；]+", plain(text)) if word]
    if len(words) != count:
        words = list("".join(words))
    if len(words) != count:
        return []
    return list(zip(range(first, final + 1), words, strict=True))
