"""What a package's list says about an item beside the item itself: codes, difficulty, trades, law.

Our own packages say it in LOM classifications (IEEE 1484.12.3); a foreign one may give LOM's five steps of difficulty
and codes of competencies, of which those written as ours ("skill:4.1.1") are taken, and identifiers of a CASE framework, of
which those of our own frameworks are.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element

from zhiheng.bank.core.exchange.qti_scoring import decimal
from zhiheng.standards.core.case import label_of_identifier

CATALOG = "zhiheng"  # the source our own entries name
CODES, DIFFICULTY, TRADES, LAW = "competency", "difficulty", "trade", "law"
_CODE = re.compile(r"(skill|knowledge|basics):\d+(\.\d+)+")
# LOM 5.8, put where candidates at the pass mark usually stand.
_STEPS = {
    "very easy": Decimal("0.90"),
    "easy": Decimal("0.80"),
    "medium": Decimal("0.65"),
    "difficult": Decimal("0.50"),
    "very difficult": Decimal("0.35"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """id: None when the list does not say it ("" when it says that there is none)."""

    id: str | None = None
    codes: tuple[str, ...] = ()
    difficulty: Decimal | None = None
    trades: frozenset[str] = frozenset()
    law: tuple[str, ...] = ()
    language: str = ""


def labels_of(metadata: Element | None) -> Labels:
    """Read the metadata of a resource, in plain words."""
    if metadata is None:
        return Labels()
    said: dict[str, list[str]] = {}
    for classification in metadata.iter("classification"):
        purpose = _words(classification.find("purpose/value"))
        for taxon in classification.iterfind("taxonPath/taxon"):
            said.setdefault(purpose, []).append(_words(taxon.find("id")))
    own = _own_id(metadata)
    aligned = [label_of_identifier(_words(guid)) for guid in metadata.iter("GUID")]
    codes = [code for code in (*said.get(CODES, []), *aligned) if _CODE.fullmatch(code)]
    return Labels(
        id=own,
        codes=tuple(dict.fromkeys(codes)) if own is None else tuple(said.get(CODES, [])),
        difficulty=_difficulty(metadata, said),
        trades=frozenset(said.get(TRADES, [])) if own is not None else frozenset(),
        law=tuple(said.get(LAW, [])) if own is not None else (),
        language="en" if own is not None and _words(metadata.find(".//general/language")) == "en" else "",
    )


def _own_id(metadata: Element) -> str | None:
    for identifier in metadata.iterfind(".//general/identifier"):
        if _words(identifier.find("catalog")) == CATALOG:
            return _words(identifier.find("entry"))
    return None


def _difficulty(metadata: Element, said: dict[str, list[str]]) -> Decimal | None:
    for value in said.get(DIFFICULTY, []):
        number = decimal(value)
        if number is not None:
            return number
    return _STEPS.get(_words(metadata.find(".//educational/difficulty/value")).strip().lower())


def _words(element: Element | None) -> str:
    """The text of an element or of the language string inside it, as it stands."""
    if element is None:
        return ""
    inner = element.find("string")
    return ("" if element.text is None else element.text) if inner is None else (inner.text or "")
