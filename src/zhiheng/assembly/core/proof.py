"""An independent check of finished papers: it shares nothing with the module that made them but the words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from zhiheng.assembly.core.terms import (
    KEY_LETTERS,
    Blueprint,
    Form,
    PlacedItem,
    PoolItem,
    ProofLine,
    key_band,
    type_name,
)
from zhiheng.foundation.decision import Decision, Reason

NEAREST = Decimal("0.02")  # a rating of 0 or 1 says no more than this
PLOTTED = tuple(Decimal(step) / 4 for step in range(-12, 13))
"""Abilities, in logits from the cut, at which papers are drawn: -3 to 3 by quarters."""

COMPARED = Decimal("1.5")
"""Papers are compared as far as this from the cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A paper at one ability. expected: marks; information: squared reciprocal logits."""

    ability: Decimal
    expected: Decimal
    information: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFigures:
    """What one paper is like. expected: marks a candidate exactly at the cut should earn; curve: over PLOTTED."""

    form: str
    expected: Decimal
    difficulty_by_type: dict[str, Decimal]
    keys: dict[str, int]
    codes_used: int
    codes_available: int
    curve: tuple["Point", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """How far the papers differ.

    expected_spread: largest minus smallest expected score at the cut, in marks.
    score_gap: the same, the largest over abilities from -1.5 to 1.5.
    information_gap: largest minus smallest information over the smallest, the largest over the same abilities.
    """

    forms: tuple[FormFigures, ...]
    expected_spread: Decimal
    score_gap: Decimal = Decimal(0)
    information_gap: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """A paper beside what the bank says of its items; `strangers` are ids the bank does not hold."""

    form: Form
    known: tuple[PoolItem, ...]
    strangers: int

    def line(self, constraint: str, required: object, achieved: object, ok: bool | None = None) -> ProofLine:
        met = str(required) == str(achieved) if ok is None else ok
        return ProofLine(
            form=self.form.id, constraint=constraint, required=str(required), achieved=str(achieved), ok=met
        )


def prove(
    forms: Sequence[Form],
    bank: Mapping[str, PoolItem],
    blueprint: Blueprint,
    *,
    enemies: frozenset[frozenset[str]] = frozenset(),
    forbidden: frozenset[str] = frozenset(),
    required: frozenset[str] = frozenset(),
    shared: int = 0,
    lower_share: Decimal = Decimal(0),
) -> tuple[ProofLine, ...]:
    """Every requirement of every paper, recounted from the bank: required, achieved, kept or not.

    required: items every paper must have; shared: how many items any two papers may have in common;
    lower_share: the most of its marks a lower level's points may carry.
    """
    lines: list[ProofLine] = []
    for form in forms:
        known = tuple(bank[item.id] for item in form.items if item.id in bank)
        paper = _Paper(form=form, known=known, strangers=len(form.items) - len(known))
        lines += _marks_lines(paper, blueprint)
        lines += _type_lines(paper, blueprint)
        lines += _item_lines(paper, bank, blueprint)
        lines += _key_lines(paper, blueprint)
        ids = {item.id for item in form.items}
        lines.append(paper.line("互斥题同卷", 0, sum(1 for pair in enemies if pair <= ids)))
        lines.append(paper.line("禁用题", 0, len(ids & forbidden)))
        if required:
            lines.append(paper.line("必选题", len(required), len(ids & required)))
        lines += _lower_lines(paper, lower_share * blueprint.total)
    return (*lines, *_between(forms, shared))


def _between(forms: Sequence[Form], shared: int) -> list[ProofLine]:
    """What holds between papers: how much any two have in common."""
    if not shared:
        uses = Counter(item_id for form in forms for item_id in {item.id for item in form.items})
        again = sum(1 for count in uses.values() if count > 1)
        return [
            ProofLine(
                form="", constraint="各卷之间重复的题", required="0", achieved=str(again), ok=again == 0
            )
        ]
    contents = [{item.id for item in form.items} for form in forms]
    most = max((len(one & other) for one, other in combinations(contents, 2)), default=0)
    return [
        ProofLine(
            form="",
            constraint="任意两卷重复的题",
            required=f"0..{shared}",
            achieved=str(most),
            ok=most <= shared,
        )
    ]


def publishable(lines: Iterable[ProofLine]) -> Decision:
    """Whether papers with this proof may be used."""
    return Decision.all_of(
        *(
            Reason(
                code="paper-proof",
                text=f"试卷 {line.form} {line.constraint}：应为 {line.required}，实为 {line.achieved}",
                met=line.ok,
                rule="组卷蓝图",
                remedy="请重新组卷",
            )
            for line in lines
        )
    )


def _marks_lines(paper: _Paper, blueprint: Blueprint) -> list[ProofLine]:
    items = paper.form.items
    lines = [_marks_line(paper, "总分", blueprint.total, items)]
    for row in blueprint.areas:
        own = [item for item in items if item.area == row.area]
        lines.append(_marks_line(paper, f"{row.title} 分值", row.marks, own))
    titled = {row.area for row in blueprint.areas}
    outside = sum(1 for item in items if item.area not in titled)
    return [*lines, paper.line("蓝图之外的范围", 0, outside)]


def _marks_line(paper: _Paper, name: str, required: Decimal, items: Iterable[PlacedItem]) -> ProofLine:
    achieved = sum((item.marks for item in items), Decimal(0))
    return paper.line(name, required, achieved, achieved == required)


def _type_lines(paper: _Paper, blueprint: Blueprint) -> list[ProofLine]:
    counts = Counter(str(item.type) for item in paper.form.items)
    lines = []
    for rule in blueprint.kinds:
        name = type_name(rule.type)
        lines.append(paper.line(f"{name} 题量", rule.count, counts[rule.type]))
        values = {item.marks for item in paper.form.items if item.type == rule.type}
        shown = "、".join(str(value) for value in sorted(values)) or "无"
        lines.append(paper.line(f"{name} 每题分值", rule.marks, shown, values <= {rule.marks}))
    wanted = [rule.type for rule in blueprint.kinds if rule.count]
    present = [*(kind for kind in wanted if counts[kind]), *sorted(set(counts) - set(wanted))]
    return [*lines, paper.line("题型", _names(wanted), _names(present))]


def _lower_lines(paper: _Paper, most: Decimal) -> list[ProofLine]:
    """A higher level covers the requirements of the lower ones, up to the marks agreed. Source: standard, part 3."""
    lower = {item.id for item in paper.known if item.lower}
    marks = sum((item.marks for item in paper.form.items if item.id in lower), Decimal(0))
    if not (most or lower):
        return []
    return [paper.line("低级别内容分值", f"0..{most.normalize():f}", marks, marks <= most)]


def _names(kinds: Iterable[str]) -> str:
    return "、".join(type_name(kind) for kind in kinds)


def _item_lines(paper: _Paper, bank: Mapping[str, PoolItem], blueprint: Blueprint) -> list[ProofLine]:
    ids = [item.id for item in paper.form.items]
    held = [(item, bank[item.id]) for item in paper.form.items if item.id in bank]
    altered = sum(1 for placed, own in held if (placed.area, placed.type) != (own.area, own.type))
    foreign = sum(1 for item in paper.known if not item.for_trade(blueprint.trade))
    lines = [
        paper.line("题库之外的题", 0, paper.strangers),
        paper.line("范围或题型与题库不符的题", 0, altered),
        paper.line("卷内重复的题", 0, len(ids) - len(set(ids))),
    ]
    if blueprint.trade is not None:
        lines.append(paper.line(f"不适用于工种 {blueprint.trade} 的题", 0, foreign))
    return lines


def _key_lines(paper: _Paper, blueprint: Blueprint) -> list[ProofLine]:
    band = key_band(sum(rule.count for rule in blueprint.kinds if rule.type == "single"))
    counts = _keys(paper.known)
    lines = []
    for letter in sorted({*KEY_LETTERS, *counts}):
        least = band.least if letter in KEY_LETTERS else 0
        count = counts.get(letter, 0)
        lines.append(
            paper.line(
                f"单选答案为 {letter} 的题", f"{least}..{band.most}", count, least <= count <= band.most
            )
        )
    return lines


def _keys(items: Iterable[PoolItem]) -> dict[str, int]:
    return dict(
        sorted(Counter(letter for item in items if item.type == "single" for letter in item.key).items())
    )


def deviation(forms: Sequence[Form], bank: Mapping[str, PoolItem], blueprint: Blueprint) -> Deviation:
    """The figures by which papers are compared; every item must be in the bank (`prove` says so)."""
    figures = tuple(_figures(form, bank, blueprint) for form in forms)
    scores = [entry.expected for entry in figures]
    columns = [
        column
        for column in zip(*(entry.curve for entry in figures), strict=True)
        if abs(column[0].ability) <= COMPARED
    ]
    return Deviation(
        forms=figures,
        expected_spread=_spread(scores),
        score_gap=max(
            (_spread([point.expected for point in column]) for column in columns), default=Decimal(0)
        ),
        information_gap=max(
            (_share([point.information for point in column]) for column in columns), default=Decimal(0)
        ),
    )


def _spread(values: Sequence[Decimal]) -> Decimal:
    return max(values, default=Decimal(0)) - min(values, default=Decimal(0))


def _share(values: Sequence[Decimal]) -> Decimal:
    least = min(values)
    return round(_spread(values) / least, 4) if least else Decimal(0)


def _figures(form: Form, bank: Mapping[str, PoolItem], blueprint: Blueprint) -> FormFigures:
    items = [bank[item.id] for item in form.items]
    by_type: dict[str, list[Decimal]] = {}
    for item in items:
        by_type.setdefault(item.type, []).append(item.difficulty)
    areas = {row.area for row in blueprint.areas}
    available = {
        code
        for item in bank.values()
        if item.area in areas and item.for_trade(blueprint.trade)
        for code in item.codes
    }
    return FormFigures(
        form=form.id,
        expected=sum((bank[item.id].difficulty * item.marks for item in form.items), Decimal(0)),
        difficulty_by_type={
            kind: (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.001"))
            for kind, values in by_type.items()
        },
        keys=_keys(items),
        codes_used=len({code for item in items for code in item.codes}),
        codes_available=len(available),
        curve=tuple(
            point_of(ability, [(bank[item.id], item.marks) for item in form.items]) for ability in PLOTTED
        ),
    )


def point_of(ability: Decimal, items: Sequence[tuple[PoolItem, Decimal]]) -> Point:
    """A paper at one ability, each item read as a Rasch item rated at its difficulty by candidates at the cut.

    odds of solving = d / (1 - d) x e^ability; a short answer of m marks counts as m steps. Source: Rasch (1960).
    """
    expected = information = Decimal(0)
    for item, marks in items:
        rating = min(max(item.difficulty, NEAREST), 1 - NEAREST)
        odds = rating / (1 - rating) * ability.exp()
        solved = odds / (1 + odds)
        expected += marks * solved
        information += (marks if item.type == "short" else 1) * solved * (1 - solved)
    return Point(ability=ability, expected=round(expected, 3), information=round(information, 4))
