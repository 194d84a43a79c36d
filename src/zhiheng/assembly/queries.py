"""Runs and papers, and what is printed on them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from zhiheng.assembly.models import (
    AssemblyRun,
    Paper,
    PaperApproval,
    PaperStatus,
    Replacement,
    Retraction,
    RunKind,
    RunStatus,
    SealedContent,
)
from zhiheng.assembly.sealing.content import Bodies, unpacked
from zhiheng.bank.core.files import Place, item_from
from zhiheng.bank.core.terms import Medium, Option, Point
from zhiheng.bank.queries import versions_by_id
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


def bodies_of(papers: Iterable[Paper]) -> Bodies:
    """What every question of the papers says: as sealed, or as their pinned versions say while they are drafts."""
    found: Bodies = {}
    rows = list(papers)
    sealed = {paper.sealed_content_id for paper in rows if paper.sealed_content_id}
    for content in SealedContent.objects.filter(pk__in=sealed):
        found |= unpacked(content.content)
    loose = {line["version"] for paper in rows for line in paper.lines} - set(found)
    if loose:
        found |= {name: row.body for name, row in versions_by_id(loose).items()}
    return found


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
    media: tuple[Medium, ...] = ()
    key: tuple[str, ...] = ()
    answer: str = ""
    points: tuple[Point, ...] = ()
    explanation: str = ""
    law: tuple[str, ...] = ()


def paper_content(paper: Paper, *, keys: bool = True, bodies: Bodies | None = None) -> tuple[PaperItem, ...]:
    """The full questions of a paper in printed order.

    bodies: where several papers are looked at, what `bodies_of` gave for them all. keys: False for whatever a candidate's machine may hold: wording only.
    Raises: Refused when a version is missing or is not what the paper pinned.
    """
    known = bodies_of([paper]) if bodies is None else bodies
    found = []
    for number, line in enumerate(paper.lines, 1):
        body = known.get(line["version"])
        if body is None or digest(body) != line["hash"]:
            raise Refused(
                what=f"试卷 {paper.form_id} 第 {number} 题（{line['item']}）与组卷时的内容不一致",
                rule="封存的试卷不得改动",
                remedy="请停用这份试卷并联系管理员核查题库",
                code="paper-altered",
            )
        question = item_from(body, place=Place())
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
                media=question.media,
                **secret,
            )
        )
    return tuple(found)


def content_hash_of(paper: Paper, bodies: Bodies | None = None) -> str:
    """SHA-256 over everything the paper is: its lines with the wording and keys behind them."""
    return digest(
        {
            "form": paper.form_id,
            "offering": str(paper.offering_id),
            "label": paper.label,
            "total": str(Decimal(paper.total).normalize()),
            "lines": paper.lines,
            "content": [_plain(item) for item in paper_content(paper, bodies=bodies)],
        }
    )


def _plain(item: PaperItem) -> dict[str, Any]:
    shown = [[medium.sha256, medium.where, medium.alt] for medium in item.media]
    return {
        **({"media": shown} if shown else {}),  # papers of words alone keep the hash they have
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
    """Whether nothing has been heard of a run for so long that its worker must have gone."""
    working = run.status in (RunStatus.QUEUED, RunStatus.RUNNING)
    return working and clock.now() - (run.touched_at or run.created_at) > PATIENCE


def runs() -> QuerySet[AssemblyRun]:
    return AssemblyRun.objects.select_related("offering__sitting", "requested_by")


def papers_of(found: Iterable[AssemblyRun]) -> dict[UUID, list[Paper]]:
    """The papers of several runs, pools apart, in one query."""
    by_run: dict[UUID, list[Paper]] = {}
    wanted = [run.id for run in found if run.kind == RunKind.PARALLEL]
    for paper in Paper.objects.filter(run__in=wanted).order_by("form_id"):
        by_run.setdefault(paper.run_id, []).append(paper)
    return by_run


def pool_counts(found: Iterable[AssemblyRun]) -> dict[UUID, Counter[str]]:
    """How many papers of each status the pools among these runs have, in one query."""
    by_run: dict[UUID, Counter[str]] = {}
    rows = Paper.objects.filter(run__in=[run.id for run in found if run.kind == RunKind.POOL])
    for run_id, status in rows.order_by().values_list("run_id", "status"):
        by_run.setdefault(run_id, Counter())[status] += 1
    return by_run


def pool_papers(run: AssemblyRun) -> QuerySet[Paper]:
    """A pool's papers without what they consist of, by number."""
    return Paper.objects.filter(run=run).defer("lines", "proof", "deviation").order_by("form_id")


def paper_with_everything(paper_id: UUID | str) -> Paper | None:
    return (
        Paper.objects.filter(pk=paper_id)
        .select_related("run", "offering__sitting", "offering__revision")
        .first()
    )


def approvals_of(paper: Paper) -> list[PaperApproval]:
    """Those given for the paper as it stands; what was said of an earlier revision no longer counts."""
    rows = PaperApproval.objects.filter(paper=paper, revision=paper.revision)
    return list(rows.select_related("by").order_by("created_at"))


def replacements_of(paper: Paper) -> list[Replacement]:
    return list(Replacement.objects.filter(paper=paper).select_related("by"))


def retractions_of(paper: Paper) -> list[Retraction]:
    """What was proposed about a sealed paper, the last last."""
    rows = Retraction.objects.filter(paper=paper)
    return list(rows.select_related("by", "confirmed_by", "successor"))


def replaced_by(paper: Paper) -> list[Retraction]:
    """The retractions in which a paper took another's place."""
    rows = Retraction.objects.filter(successor=paper, confirmed_at__isnull=False)
    return list(rows.select_related("paper"))


def open_retractions(offering: Offering) -> list[Retraction]:
    """Proposals about sealed papers of an offering that nobody has decided."""
    rows = Retraction.objects.filter(
        paper__offering=offering, paper__status=PaperStatus.SEALED, confirmed_at=None, dropped_at=None
    )
    return list(rows.select_related("paper"))


def retractions_awaiting(account: Account) -> QuerySet[Retraction]:
    """Proposals of others about sealed papers."""
    rows = Retraction.objects.filter(confirmed_at=None, dropped_at=None).exclude(by=account)
    return rows.select_related("paper__offering")


def successors_of(paper: Paper) -> QuerySet[Paper]:
    """The sealed papers that may take a paper's place."""
    rows = Paper.objects.filter(offering=paper.offering_id, status=PaperStatus.SEALED).exclude(pk=paper.pk)
    return rows.order_by("label")


def retraction_with_paper(retraction_id: UUID | str) -> Retraction | None:
    return Retraction.objects.filter(pk=retraction_id).select_related("paper__offering").first()


def papers_awaiting(account: Account) -> QuerySet[Paper]:
    """Drafts this account has not approved as they stand, pools apart."""
    own = PaperApproval.objects.filter(by=account, paper=OuterRef("pk"), revision=OuterRef("revision"))
    drafts = Paper.objects.filter(~Exists(own), status=PaperStatus.DRAFT, run__kind=RunKind.PARALLEL)
    return drafts.select_related("offering").order_by("offering__starts_at", "form_id")


def pools_awaiting(account: Account) -> QuerySet[AssemblyRun]:
    """Pools with drafts this account has not approved."""
    own = PaperApproval.objects.filter(by=account, paper=OuterRef("pk"))
    drafts = Paper.objects.filter(~Exists(own), run=OuterRef("pk"), status=PaperStatus.DRAFT)
    pools = AssemblyRun.objects.filter(Exists(drafts), kind=RunKind.POOL)
    return pools.select_related("offering").order_by("offering__starts_at")


def offerings_ahead(day: date) -> QuerySet[Offering]:
    return Offering.objects.filter(sitting__day__gte=day).select_related("sitting", "revision")


def offerings_without_paper(day: date) -> QuerySet[Offering]:
    """Offerings from a day on for which no paper stands and no run is at work."""
    gone = [PaperStatus.DISCARDED, PaperStatus.SUPERSEDED, PaperStatus.WITHDRAWN]
    made = Paper.objects.exclude(status__in=gone).values("offering_id")
    working = AssemblyRun.objects.filter(status__in=[RunStatus.QUEUED, RunStatus.RUNNING]).values(
        "offering_id"
    )
    return offerings_ahead(day).exclude(id__in=made).exclude(id__in=working)


def papers_using(name: str) -> list[Paper]:
    """The papers an item stands in, the newest first."""
    rows = Paper.objects.select_related("offering__sitting").order_by("-created_at")
    return [paper for paper in rows if any(line["item"] == name for line in paper.lines)]
