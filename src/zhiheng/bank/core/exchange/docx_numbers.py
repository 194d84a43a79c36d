"""Word's automatic numbers: what stands before a paragraph without being typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from xml.etree.ElementTree import Element

from zhiheng.bank.core.exchange.incoming import Package

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HAN = "零一二三四五六七八九"
_HAN_FORMATS = {
    "chineseCounting",
    "chineseCountingThousand",
    "taiwaneseCounting",
    "japaneseCounting",
    "ideographDigital",
    "chineseLegalSimplified",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    style: str
    pattern: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Which list, how deep."""

    list: str
    depth: int


@dataclass(slots=True, kw_only=True)
class Numbering:
    """Counts along the document; `label` must be asked once for each paragraph, in order."""

    levels: Mapping[str, Mapping[int, _Level]]
    shared: Mapping[str, str]  # list -> the definition whose count it goes on with
    styles: Mapping[str, _Place]
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, package: Package) -> Self:
        levels: dict[str, dict[int, _Level]] = {}
        shared: dict[str, str] = {}
        if package.has("word/numbering.xml"):
            root = package.xml("word/numbering.xml")
            drafts = {_value(entry, "abstractNumId"): entry for entry in root.findall(f"{W}abstractNum")}
            for entry in root.findall(f"{W}num"):
                number, draft = _value(entry, "numId"), _child(entry, "abstractNumId")
                overrides = {
                    _count(_value(change, "ilvl"), 0): _count(_child(change, "startOverride"), 1)
                    for change in entry.findall(f"{W}lvlOverride")
                }
                levels[number] = _levels(drafts.get(draft), overrides)
                shared[number] = f"own {number}" if overrides else draft
        return cls(levels=levels, shared=shared, styles=_styles(package))

    def label(self, paragraph: Element) -> str:
        """What Word prints before this paragraph; "" for none and for mere bullets."""
        place = self._place(paragraph)
        level = self.levels.get(place.list, {}).get(place.depth) if place else None
        if place is None or level is None or level.style in ("bullet", "none"):
            return ""
        counts = self.counts.setdefault(self.shared[place.list], {})
        counts[place.depth] = counts.get(place.depth, level.start - 1) + 1
        for deeper in [depth for depth in counts if depth > place.depth]:
            del counts[deeper]
        text = level.pattern
        for depth, own in self.levels[place.list].items():
            text = text.replace(f"%{depth + 1}", number_words(counts.get(depth, own.start), own.style))
        return text

    def _place(self, paragraph: Element) -> _Place | None:
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return None
        direct = _list_place(properties)
        if direct is not None:
            return direct if direct.list != "0" else None
        return self.styles.get(_child(properties, "pStyle"))


def _value(element: Element, name: str) -> str:
    return element.get(f"{W}{name}", "")


def _child(element: Element, name: str) -> str:
    child = element.find(f"{W}{name}")
    return "" if child is None else child.get(f"{W}val", "")


def _list_place(properties: Element) -> _Place | None:
    own = properties.find(f"{W}numPr")
    if own is None or not _child(own, "numId"):
        return None
    return _Place(list=_child(own, "numId"), depth=_count(_child(own, "ilvl"), 0))


def _count(text: str, otherwise: int) -> int:
    """A small count, or what stands for a missing or senseless one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def _levels(draft: Element | None, overrides: Mapping[int, int]) -> dict[int, _Level]:
    found = {}
    for entry in draft.findall(f"{W}lvl") if draft is not None else ():
        depth = _count(_value(entry, "ilvl"), 0)
        found[depth] = _Level(
            style=_child(entry, "numFmt") or "decimal",
            pattern=_child(entry, "lvlText"),
            start=overrides.get(depth, _count(_child(entry, "start"), 1)),
        )
    return found


def _styles(package: Package) -> dict[str, _Place]:
    if not package.has("word/styles.xml"):
        return {}
    found = {}
    for style in package.xml("word/styles.xml").findall(f"{W}style"):
        properties = style.find(f"{W}pPr")
        place = _list_place(properties) if properties is not None else None
        if place is not None:
            found[_value(style, "styleId")] = place
    return found


def number_words(number: int, style: str) -> str:
    """A count in the style a list asks for."""
    if style in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if style == "upperLetter" else letter.lower()
    if style in _HAN_FORMATS:
        return _han(number)
    if style in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    if style == "decimalZero":
        return f"{number:02d}"
    return str(number)


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_HAN[tens]}十"
    return head + (_HAN[ones] if ones else "")
