"""The HTML of a QTI item as plain text: its lines stay lines, its pictures leave their mark (markup.picture_mark).

Bold, colours and the like are left out. Where white space must stay exactly as it is, our own packages mark it with
a class (`KEPT`); everywhere else runs of it count as one space, as in a browser.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from zhiheng.bank.core.exchange.markup import picture_mark
from zhiheng.bank.core.exchange.qti_words import classes

KEPT = "zhiheng-kept"
_SOFT, _HARD = "\x00", "\x01"  # the edge of a block; a line break. XML holds neither character.
_SPACE, _LINE, _TAB = "\x02", "\x03", "\x04"  # white space to be kept
_BACK = {_SOFT: "\n", _HARD: "\n", _SPACE: " ", _LINE: "\n", _TAB: "\t"}
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "caption",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
        "section",
        "article",
        "figure",
        "figcaption",
        "address",
        "aside",
        "header",
        "footer",
        "nav",
        "details",
        "summary",
        "itemBody",
        "contentBody",
        "stimulusBody",
        "prompt",
        "rubricBlock",
        "templateBlock",
        "simpleChoice",
        "choiceInteraction",
        "extendedTextInteraction",
    ]
)
_SILENT = frozenset(["style", "script", "stylesheet", "catalogInfo", "companionMaterialsInfo", "label"]) - {
    "label"
}
_MEDIA = frozenset(["img", "object", "audio", "video", "embed", "source"])
_UP = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_DOWN = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
Fetch = Callable[[str, str], str]


@dataclass(slots=True, kw_only=True)
class Writer:
    """Walks a tree once and collects its words. fetch: the name a picture goes by, from its address in the item and the words
    that stand in for it.

    aside: elements whose words belong elsewhere. gap: what an interaction inside a line leaves behind.
    """

    fetch: Fetch
    aside: frozenset[str] = frozenset()
    gap: str = ""
    _parts: list[str] = field(default_factory=list)

    def text(self, elements: Iterable[Element]) -> str:
        for element in elements:
            self._element(element, kept=False)
        return _assembled("".join(self._parts))

    def _element(self, element: Element, *, kept: bool) -> None:
        tag = element.tag
        if tag in self.aside or tag in _SILENT:
            return
        if tag in _MEDIA:
            self._medium(element)
        elif tag == "br":
            self._parts.append(_LINE if KEPT in classes(element) else _HARD)
        elif tag in ("sup", "sub"):
            self._parts.append(_raised("".join(element.itertext()), up=tag == "sup"))
        elif tag == "textEntryInteraction":
            self._parts.append(self.gap)
        elif tag == "span" and KEPT in classes(element):
            wide = _TAB if f"{KEPT}-tab" in classes(element) else _SPACE
            self._parts.append(wide * len(element.text or ""))
        else:
            self._block(element, kept=kept or tag == "pre")

    def _block(self, element: Element, *, kept: bool) -> None:
        edge = _SOFT if element.tag in _BLOCKS else ""
        self._parts.append(edge)
        self._words(element.text, kept=kept)
        number = 0
        for child in element:
            if child.tag == "li":
                number += 1
                self._parts.append(f"{_SOFT}{number}. " if element.tag == "ol" else f"{_SOFT}· ")
                self._inside(child, kept=kept)
            else:
                self._element(child, kept=kept)
            if child.tag in ("td", "th") and child is not element[-1]:
                self._parts.append(" | ")
            self._words(child.tail, kept=kept)
        self._parts.append(edge)

    def _inside(self, element: Element, *, kept: bool) -> None:
        """An entry of a list: its number stands before its first line."""
        mark = len(self._parts)
        self._block(element, kept=kept)
        while mark < len(self._parts) and not self._parts[mark].strip(f" {_SOFT}\n"):
            self._parts[mark] = ""
            mark += 1
        if mark < len(self._parts):
            self._parts[mark] = self._parts[mark].lstrip()

    def _words(self, text: str | None, *, kept: bool) -> None:
        if text and kept:
            self._parts.append(text.replace(" ", _SPACE).replace("\n", _LINE).replace("\t", _TAB))
        elif text:
            self._parts.append(re.sub(r"[ \t\r\n\f]+", " ", text))

    def _medium(self, element: Element) -> None:
        source = element.get("src", element.get("data"))
        if source is None:
            for inner in element:
                self._element(inner, kept=False)
            return
        words = element.get("alt") or " ".join("".join(element.itertext()).split())
        self._parts.append(picture_mark(self.fetch(source, words)).replace(" ", _SPACE))


def text_of(
    element: Element | None, *, fetch: Fetch, aside: frozenset[str] = frozenset(), gap: str = ""
) -> str:
    """The words of an element and everything below it; "" for none."""
    return "" if element is None else Writer(fetch=fetch, aside=aside, gap=gap).text([element])


def _assembled(text: str) -> str:
    text = re.sub(r" +", " ", text)
    text = re.sub(rf" ?([{_SOFT}{_HARD}]) ?", r"\1", text)
    text = re.sub(rf"{_HARD}?{_SOFT}+", _SOFT, text)
    text = text.strip(f" {_SOFT}{_HARD}")
    return "".join(_BACK.get(letter, letter) for letter in text)


def _raised(text: str, *, up: bool) -> str:
    """x² and H₂O keep their meaning; what has no small form is put in words."""
    small = text.translate(_UP if up else _DOWN)
    changed = all(one != other for one, other in zip(text, small, strict=True))
    return small if changed else f"{'^' if up else '_'}({text})"
