"""The standard as a tree, with the usable items each branch has."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from zhiheng.bank.core.terms import AREA_TITLES
from zhiheng.bank.queries import codes_of, coverage
from zhiheng.standards.core.terms import Code
from zhiheng.surface.icicle import Branch

KINDS = {"skill": "技能要求", "knowledge": "相关知识", "basics": "基本要求"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaGap:
    """The codes of an area that no usable item carries."""

    title: str
    codes: tuple[Code, ...]


def _codes(standard: str, level: str) -> list[Code]:
    return [code for code in codes_of(standard) if code.level in ("", level)]


def coverage_tree(standard: str, level: str) -> Branch:
    """Area by area and section by section: how many items, and which share of the codes has any."""
    counts = coverage(standard, level)
    codes = _codes(standard, level)
    areas = tuple(
        _branch(
            AREA_TITLES.get(area, area), [code for code in codes if code.area == area], counts, deeper=True
        )
        for area in dict.fromkeys(code.area for code in codes)
    )
    return _branch("全部考点", codes, counts, children=areas)


def _branch(
    label: str,
    codes: list[Code],
    counts: Counter[str],
    *,
    deeper: bool = False,
    children: tuple[Branch, ...] = (),
) -> Branch:
    if deeper:
        children = tuple(
            _branch(f"{section} {KINDS[kind]}", list(group), counts)
            for (kind, section), group in groupby(codes, key=_section)
        )
    covered = sum(1 for code in codes if counts[code.ref])
    carried = sum(counts[code.ref] for code in codes)
    return Branch(
        label=label,
        weight=len(codes),
        amount=f"{covered}/{len(codes)} 点 · {carried} 题次",
        share=Decimal(covered) / len(codes),
        children=children,
    )


def _section(code: Code) -> tuple[str, str]:
    return code.kind, ".".join(code.code.split(".")[:2])


def missing_codes(standard: str, level: str) -> list[AreaGap]:
    """What still has no item, by area; areas without a gap are absent."""
    counts = coverage(standard, level)
    gaps: dict[str, list[Code]] = {}
    for code in _codes(standard, level):
        if not counts[code.ref]:
            gaps.setdefault(code.area, []).append(code)
    return [AreaGap(title=AREA_TITLES.get(area, area), codes=tuple(codes)) for area, codes in gaps.items()]
