"""A stored proof in the shapes pages and documents show."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhiheng.assembly.models import Paper
from zhiheng.assembly.queries import plan_of
from zhiheng.bank.core.terms import TYPE_NAMES, TYPES
from zhiheng.foundation.decision import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRow:
    """One area of a paper. counts: items of each type, in the order of the paper; marks: achieved, due: asked."""

    title: str
    counts: tuple[int, ...]
    marks: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What one form of the run is like beside the others."""

    label: str
    form: str
    expected: str
    keys: str
    codes: str
    own: bool


def proof_reasons(paper: Paper) -> list[Reason]:
    """The proof as a reckoning: each requirement, asked and achieved."""
    plan = plan_of(paper.offering)
    printed = {f"{row.title} 分值" for row in plan.areas}
    return [
        Reason(
            code="paper-proof",
            text=f"{line['constraint']}：应为 {line['required']}，实为 {line['achieved']}",
            met=line["ok"],
            rule=plan.source if line["constraint"] in printed else "",
        )
        for line in paper.proof
    ]


def area_titles(paper: Paper) -> dict[str, str]:
    return {row.area_slug: row.title for row in plan_of(paper.offering).areas}


def type_titles() -> list[str]:
    return [TYPE_NAMES[kind] for kind in TYPES]


def cell_rows(paper: Paper) -> list[CellRow]:
    """Area by type, counted from the lines themselves."""
    rows = []
    for area in plan_of(paper.offering).areas:
        own = [line for line in paper.lines if line["area"] == area.area_slug]
        rows.append(
            CellRow(
                title=area.title,
                counts=tuple(sum(1 for line in own if line["type"] == kind) for kind in TYPES),
                marks=sum((Decimal(line["marks"]) for line in own), Decimal(0)),
                due=area.marks,
            )
        )
    return rows


def likenesses(paper: Paper, siblings: Iterable[Paper]) -> list[Likeness]:
    """The forms of the run side by side; a discarded one keeps its place."""
    labels = {sibling.form_id: sibling.label for sibling in siblings}
    return [
        Likeness(
            label=labels.get(entry["form"], ""),
            form=entry["form"],
            expected=entry["expected"],
            keys="　".join(f"{letter} {count}" for letter, count in sorted(entry["keys"].items())),
            codes=f"{entry['codes_used']}/{entry['codes_available']}",
            own=entry["form"] == paper.form_id,
        )
        for entry in paper.deviation["forms"]
    ]


def conflict_rows(conflict: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The short cells of an infeasible run, with the type in words."""
    names = {str(kind): name for kind, name in TYPE_NAMES.items()}
    return [
        {**entry, "type_name": names.get(entry["type"], "")}
        for entry in conflict
        if entry.get("area") and entry.get("type")
    ]
