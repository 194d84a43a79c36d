"""Runs and papers, and what is printed on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from zhiheng.assembly.core.pool import allowed_points, blueprint_of, enemies_of, pool_of
from zhiheng.assembly.core.terms import Request
from zhiheng.assembly.models import AssemblyRun, Paper, PaperApproval, PaperStatus, RunStatus
from zhiheng.bank.core.terms import Option, Point
from zhiheng.bank.queries import PoolEntry, live_pool, question_of, versions_by_id
from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for
from zhiheng.standards.core.loader import load_blueprint
from zhiheng.standards.core.terms import Blueprint

PATIENCE = timedelta(minutes=10)


def plan_of(offering: Offering) -> Blueprint:
    """The published blueprint of an offering's theory paper."""
    rules = rules_for(offering)
    return load_blueprint(rules.id, offering.programme, offering.level, offering.trade or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies:
    """What a run works on: the request for the solver, and the bank's rows behind its items."""

    request: Request
    entries: dict[str, PoolEntry]


def supplies_of(run: AssemblyRun) -> Supplies:
    """The live pool against the blueprint; items of the offering's other papers are forbidden.

    Raises: Refused for a blueprint that contradicts itself.
    """
    plan = plan_of(run.offering)
    entries = {entry.item.id: entry for entry in live_pool(plan.standard)}
    items = [entry.item for entry in entries.values()]
    pool = pool_of(items, allowed=allowed_points(plan), trade=plan.trade)
    drawn = {entry.id for entry in pool}
    request = Request(
        blueprint=blueprint_of(plan),
        pool=pool,
        forms=run.forms,
        seed=run.seed,
        enemies=enemies_of(item for item in items if item.id in drawn),
        forbidden=used_in(run.offering),
    )
    return Supplies(request=request, entries=entries)


def used_in(offering: Offering) -> frozenset[str]:
    """The items of an offering's papers, discarded ones apart."""
    papers = Paper.objects.filter(offering=offering).exclude(status=PaperStatus.DISCARDED)
    return frozenset(line["item"] for paper in papers for line in paper.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperItem:
    """One question in its place. key, answer, points and explanation are empty where keys were not asked for."""

    number: int
    item: str
    version: str
    area: str
    type: str
    marks: Decimal
    stem: str
    options: tuple[Option, ...]
    key: tuple[str, ...] = ()
    answer: str = ""
    points: tuple[Point, ...] = ()
    explanation: str = ""
    law: tuple[str, ...] = ()


def paper_content(paper: Paper, *, keys: bool = True) -> tuple[PaperItem, ...]:
    """The full questions of a paper in printed order.

    keys: False for whatever a candidate's machine may hold: wording only.
    Raises: Refused when a version is missing or is not what the paper pinned.
    """
    versions = versions_by_id(line["version"] for line in paper.lines)
    found = []
    for number, line in enumerate(paper.lines, 1):
        row = versions.get(line["version"])
        if row is None or row.content_hash != line["hash"] or digest(row.body) != line["hash"]:
            raise Refused(
                what=f"试卷 {paper.form_id} 第 {number} 题（{line['item']}）与组卷时的内容不一致",
                rule="封存的试卷不得改动",
                remedy="请停用这份试卷并联系管理员核查题库",
                code="paper-altered",
            )
        question = question_of(row)
        secret: dict[str, Any] = {}
        if keys:
            names = ("key", "answer", "points", "explanation", "law")
            secret = {name: getattr(question, name) for name in names}
        found.append(
            PaperItem(
                number=number,
                item=line["item"],
                version=line["version"],
                area=line["area"],
                type=line["type"],
                marks=Decimal(line["marks"]),
                stem=question.stem,
                options=question.options,
                **secret,
            )
        )
    return tuple(found)


def content_hash_of(paper: Paper) -> str:
    """SHA-256 over everything the paper is: its lines with the wording and keys behind them."""
    return digest(
        {
            "form": paper.form_id,
            "offering": str(paper.offering_id),
            "label": paper.label,
            "total": str(Decimal(paper.total).normalize()),
            "lines": paper.lines,
            "content": [_plain(item) for item in paper_content(paper)],
        }
    )


def _plain(item: PaperItem) -> dict[str, Any]:
    return {
        "stem": item.stem,
        "options": [[option.letter, option.text] for option in item.options],
        "key": list(item.key),
        "answer": item.answer,
        "points": [[point.text, str(point.marks)] for point in item.points],
        "explanation": item.explanation,
    }


def sealed_papers(offering: Offering) -> list[Paper]:
    """The papers that may be sat, 甲 before 乙."""
    rows = Paper.objects.filter(offering=offering, status=PaperStatus.SEALED).select_related("offering")
    return list(rows.order_by("run__created_at", "form_id"))


def run_with_offering(run_id: UUID | str) -> AssemblyRun | None:
    return (
        AssemblyRun.objects.filter(pk=run_id)
        .select_related("offering__sitting", "offering__revision", "requested_by")
        .first()
    )


def is_stuck(run: AssemblyRun) -> bool:
    """Whether a run has been at work so long that its worker must have gone."""
    working = run.status in (RunStatus.QUEUED, RunStatus.RUNNING)
    return working and clock.now() - run.created_at > PATIENCE


def runs() -> QuerySet[AssemblyRun]:
    return AssemblyRun.objects.select_related("offering__sitting", "requested_by")


def papers_of(found: Iterable[AssemblyRun]) -> dict[UUID, list[Paper]]:
    """The papers of several runs, in one query."""
    by_run: dict[UUID, list[Paper]] = {}
    for paper in Paper.objects.filter(run__in=[run.id for run in found]).order_by("form_id"):
        by_run.setdefault(paper.run_id, []).append(paper)
    return by_run


def paper_with_everything(paper_id: UUID | str) -> Paper | None:
    return (
        Paper.objects.filter(pk=paper_id)
        .select_related("run", "offering__sitting", "offering__revision")
        .first()
    )


def approvals_of(paper: Paper) -> list[PaperApproval]:
    return list(PaperApproval.objects.filter(paper=paper).select_related("by").order_by("created_at"))


def papers_awaiting(account: Account) -> QuerySet[Paper]:
    """Drafts this account has not approved yet."""
    own = PaperApproval.objects.filter(by=account).values("paper_id")
    drafts = Paper.objects.filter(status=PaperStatus.DRAFT).exclude(id__in=own)
    return drafts.select_related("offering").order_by("offering__starts_at", "form_id")


def offerings_ahead(day: date) -> QuerySet[Offering]:
    return Offering.objects.filter(sitting__day__gte=day).select_related("sitting", "revision")


def offerings_without_paper(day: date) -> QuerySet[Offering]:
    """Offerings from a day on for which no paper stands and no run is at work."""
    made = Paper.objects.exclude(status=PaperStatus.DISCARDED).values("offering_id")
    working = AssemblyRun.objects.filter(status__in=[RunStatus.QUEUED, RunStatus.RUNNING]).values(
        "offering_id"
    )
    return offerings_ahead(day).exclude(id__in=made).exclude(id__in=working)


def papers_using(name: str) -> list[Paper]:
    """The papers an item stands in, the newest first."""
    rows = Paper.objects.select_related("offering__sitting").order_by("-created_at")
    return [paper for paper in rows if any(line["item"] == name for line in paper.lines)]
