"""A stored proof in the shapes pages and documents show."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus
from zhiheng.assembly.queries import plan_of
from zhiheng.bank.core.terms import TYPE_NAMES, TYPES
from zhiheng.bank.queries import bank_level
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering
from zhiheng.standards.core.terms import Blueprint


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRow:
    """One requirement. slack: how much room is left to its nearer bound; 恰好 where there is none to have."""

    constraint: str
    required: str
    achieved: str
    slack: str
    ok: bool
    rule: str


def proof_rows(lines: Iterable[dict[str, Any]], plan: Blueprint | None = None) -> list[ProofRow]:
    """Stored proof lines, with the source of those the blueprint prints."""
    printed = {f"{row.title} 分值" for row in plan.areas} if plan else set()
    return [
        ProofRow(
            constraint=line["constraint"],
            required=line["required"].replace("..", " 至 "),
            achieved=line["achieved"],
            slack=slack_of(line["required"], line["achieved"]),
            ok=line["ok"],
            rule=plan.source if plan and line["constraint"] in printed else "",
        )
        for line in lines
    ]


def slack_of(required: str, achieved: str) -> str:
    """ "7..13" and "9" leave 2; what must be met exactly leaves nothing; words leave nothing to count."""
    least, dots, most = required.partition("..")
    try:
        value = Decimal(achieved)
        if not dots:
            return "恰好" if Decimal(required) == value else str(value - Decimal(required))
        room = min(value - Decimal(least), Decimal(most) - value)
    except InvalidOperation:
        return "—"
    return f"{room.normalize():f}"


def between_rows(deviation: dict[str, Any], nearness: dict[str, str]) -> list[ProofRow]:
    """How far the forms of a run differ; papers stored before these figures were have fewer lines."""
    found = []
    if "expected_spread" in deviation:
        limit = _double(nearness.get("at_cut"))
        found.append(_gap("及格线上各卷预期得分最大相差（分）", deviation["expected_spread"], limit))
    if "score_gap" in deviation:
        limit = _double(nearness.get("score"))
        found.append(_gap("能力 -1.5 至 1.5 之间预期得分最大相差（分）", deviation["score_gap"], limit))
    if "information_gap" in deviation:
        gap = Decimal(deviation["information_gap"])
        limit = _double(nearness.get("information"))
        found.append(
            ProofRow(
                constraint="同一区间信息量最大相差",
                required=f"不超过 {limit:.1%}" if limit is not None else "—",
                achieved=f"{gap:.2%}",
                slack=f"{limit - gap:.2%}" if limit is not None else "—",
                ok=True,
                rule="",
            )
        )
    return found


def _double(text: str | None) -> Decimal | None:
    """Each paper is within this of the target, so two of them are within twice that of each other."""
    return None if text is None else 2 * Decimal(text)


def _gap(words: str, achieved: str, limit: Decimal | None) -> ProofRow:
    value = Decimal(achieved)
    return ProofRow(
        constraint=words,
        required=f"不超过 {limit:.2f}" if limit is not None else "—",
        achieved=f"{value:.2f}",
        slack=f"{limit - value:.2f}" if limit is not None else "—",
        ok=True,
        rule="",
    )


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


def conflict_rows(
    conflict: Iterable[dict[str, Any]], offering: Offering | None = None
) -> list[dict[str, Any]]:
    """The short cells of an infeasible run, with the type in words and where to look at the cell's items."""
    names = {str(kind): name for kind, name in TYPE_NAMES.items()}
    level = bank_level(plan_of(offering)) if offering and conflict else ""
    return [
        {
            **entry,
            "type_name": names.get(entry["type"], ""),
            "query": urlencode(
                {"level": level, "area": entry["area"], "type": entry["type"], "pool": "live"}
            ),
        }
        for entry in conflict
        if entry.get("area") and entry.get("type")
    ]


def pool_words(counts: Counter[str]) -> str:
    """How many papers of a pool are drafts, sealed, given up."""
    return "，".join(
        f"{counts[status]} 份{PaperStatus(status).label}" for status in PaperStatus if counts[status]
    )


def elapsed_words(run: AssemblyRun) -> str:
    """How long a run has been at work, or took."""
    if run.started_at is None:
        return ""
    seconds = max(0, round(((run.finished_at or clock.now()) - run.started_at).total_seconds()))
    return f"{seconds // 60} 分 {seconds % 60} 秒" if seconds >= 60 else f"{seconds} 秒"


def wish_words(run: AssemblyRun) -> list[tuple[str, str]]:
    """What a request asked beside its blueprint; nothing for a plain one."""
    named = [("必选题", run.required), ("禁用题", run.forbidden)]
    found = [(label, "、".join(names)) for label, names in named if names]
    if run.shared:
        found.append(("任意两卷允许重复", f"{run.shared} 题"))
    if run.avoid_sittings:
        found.append(("尽量避开", f"最近 {run.avoid_sittings} 个考期用过的题"))
    if run.lower_share:
        found.append(("低级别内容", f"至多 {run.lower_share * 100:.1f}%"))
    return found


def total_of(run: AssemblyRun) -> Decimal:
    """The marks of every paper of a run."""
    return sum((area.marks for area in plan_of(run.offering).areas), Decimal(0))


def exposure_columns(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """The histogram of how often a pool's items are used, from the rarest."""
    columns = summary.get("exposure", {}).get("columns", [])
    tallest = max((column["items"] for column in columns), default=0)
    return [
        {"up_to": f"{Decimal(column['up_to']):.1%}", "items": column["items"], "tallest": tallest or 1}
        for column in columns
    ]
