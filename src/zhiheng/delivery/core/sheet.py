"""From a sealed paper to what the hall may show: no key, no explanation, no marking point."""

from collections.abc import Mapping, Sequence
from typing import Any

from zhiheng.delivery.core.pack import Option, PackItem, PackMedia, PackPaper, PackSection

SECTIONS = {"single": "一、单项选择题", "multiple": "二、多项选择题", "short": "三、简答题"}


def pack_paper(
    *, paper_id: str, title: str, lines: Sequence[Mapping[str, str]], bodies: Mapping[str, Mapping[str, Any]]
) -> PackPaper:
    """A paper for the pack.

    lines: [{item, version, type, marks}] in printed order. bodies: item version id -> the question's file form.
    """
    items = tuple(_item(line, bodies[line["version"]]) for line in lines)
    sections = tuple(
        PackSection(title=words, items=tuple(item.id for item in items if item.type == kind))
        for kind, words in SECTIONS.items()
        if any(item.type == kind for item in items)
    )
    return PackPaper(id=paper_id, title=title, sections=sections, items=items)


def _item(line: Mapping[str, str], body: Mapping[str, Any]) -> PackItem:
    options = body.get("options") or {}
    return PackItem(
        id=line["item"],
        type=body["type"],
        marks=line["marks"],
        stem=body["stem"],
        options=tuple(Option(id=letter, text=text) for letter, text in options.items()),
        media=tuple(map(_medium, body.get("media") or ())),
    )


def _medium(medium: Mapping[str, Any]) -> PackMedia:
    """A picture or recording as the question's file form lists it."""
    return PackMedia(
        id=medium["id"],
        media_type=medium["media_type"],
        sha256=medium["sha256"],
        alt=medium["alt"],
        bytes=medium["bytes"],
        where=medium["where"],
    )
