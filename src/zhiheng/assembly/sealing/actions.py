"""Approving, sealing and giving up papers; taking sealed ones out of use."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from zhiheng.assembly.models import (
    AssemblyRun,
    Paper,
    PaperApproval,
    PaperStatus,
    Retraction,
    RunKind,
    SealedContent,
)
from zhiheng.assembly.queries import bodies_of, content_hash_of
from zhiheng.assembly.sealing.content import packed
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.sittings.models import Offering

APPROVALS = 2


@transaction.atomic
def approve_paper(*, by: Account, paper: Paper) -> PaperApproval:
    """Say that a paper is fit to be sat; the second person's word seals it for good.

    Raises: Refused when it is no draft, the same person approved before, or its content is not what was assembled.
    """
    current = draft(paper)
    _require_unaltered([current])
    given = set(
        PaperApproval.objects.filter(paper=current, revision=current.revision).values_list("by_id", flat=True)
    )
    if by.id in given:
        raise Refused(
            what=f"您已审定过试卷 {current.label}",
            rule="每份试卷由两人审定",
            remedy="请由另一位同事审定",
            code="approved-already",
        )
    approval = PaperApproval.objects.create(paper=current, by=by, revision=current.revision)
    record(
        by=str(by.id),
        act="paper-approved",
        subject=f"paper:{current.id}",
        detail={"hash": current.content_hash},
    )
    if len(given) + 1 >= APPROVALS:
        _seal(by, [current])
    return approval


@transaction.atomic
def approve_pool(*, by: Account, run: AssemblyRun) -> int:
    """Say of every draft of a pool that it is fit to be sat; returns how many. The second person's word seals them.

    Raises: Refused when there are none, the same person approved them before, or one was altered.
    """
    papers = list(
        Paper.objects.select_for_update()
        .filter(run=run, run__kind=RunKind.POOL, status=PaperStatus.DRAFT)
        .order_by("form_id")
    )
    if not papers:
        raise Refused(what="这一批没有待审定的试卷", remedy="请刷新页面", code="pool-closed")
    given = list(PaperApproval.objects.filter(paper__in=papers).values_list("paper_id", "by_id"))
    own = {paper for paper, person in given if person == by.id}
    waiting = [paper for paper in papers if paper.id not in own]
    if not waiting:
        raise Refused(
            what="您已审定过这一批试卷",
            rule="每份试卷由两人审定",
            remedy="请由另一位同事审定",
            code="approved-already",
        )
    _require_unaltered(waiting)
    PaperApproval.objects.bulk_create(
        [PaperApproval(paper=paper, by=by, revision=paper.revision) for paper in waiting], batch_size=200
    )
    record(by=str(by.id), act="pool-approved", subject=f"run:{run.pk}", detail={"papers": len(waiting)})
    others = {paper for paper, person in given if person != by.id}
    ready = [paper for paper in waiting if paper.id in others]
    if ready:
        _seal(by, ready)
    return len(waiting)


def _require_unaltered(papers: Sequence[Paper]) -> None:
    bodies = bodies_of(papers)
    for paper in papers:
        if content_hash_of(paper, bodies) != paper.content_hash:
            raise Refused(
                what=f"试卷 {paper.form_id} 的内容与组卷时不一致",
                rule="封存的试卷不得改动",
                remedy="请弃用这份试卷，重新组卷",
                code="paper-altered",
            )


def _seal(by: Account, papers: Sequence[Paper]) -> None:
    """From here on the papers stand on their own: what they say is kept with them, encrypted."""
    content = SealedContent.objects.create(content=packed(bodies_of(papers)))
    now = clock.now()
    for paper in papers:
        paper.status, paper.sealed_at, paper.sealed_content = PaperStatus.SEALED, now, content
    Paper.objects.bulk_update(papers, ["status", "sealed_at", "sealed_content"], batch_size=100)
    if len(papers) == 1:
        record(
            by=str(by.id),
            act="paper-sealed",
            subject=f"paper:{papers[0].id}",
            detail={"hash": papers[0].content_hash, "form": papers[0].form_id},
        )
        return
    hashes = {paper.form_id: paper.content_hash for paper in papers}
    record(by=str(by.id), act="pool-sealed", subject=f"run:{papers[0].run_id}", detail=hashes)


@transaction.atomic
def discard_paper(*, by: Account, paper: Paper, reason: str = "") -> Paper:
    """Give up a draft. Raises: Refused for a sealed paper, which never changes."""
    current = draft(paper)
    current.status = PaperStatus.DISCARDED
    current.save(update_fields=["status"])
    record(
        by=str(by.id), act="paper-discarded", subject=f"paper:{current.id}", detail={"reason": reason.strip()}
    )
    return current


@transaction.atomic
def discard_pool(*, by: Account, run: AssemblyRun) -> int:
    """Give up every draft of a pool; returns how many. Raises: Refused when there are none."""
    drafts = Paper.objects.filter(run=run, run__kind=RunKind.POOL, status=PaperStatus.DRAFT)
    count = drafts.update(status=PaperStatus.DISCARDED)
    if not count:
        raise Refused(what="这一批没有可弃用的试卷", remedy="请刷新页面", code="pool-closed")
    record(by=str(by.id), act="pool-discarded", subject=f"run:{run.pk}", detail={"papers": count})
    return count


def draft(paper: Paper) -> Paper:
    """The paper as it stands, locked. Raises: Refused when it is no draft."""
    current = Paper.objects.select_for_update().get(pk=paper.pk)
    if current.status != PaperStatus.DRAFT:
        raise Refused(
            what=f"试卷 {current.label}（{current.form_id}）{current.get_status_display()}，不能再改动",
            rule="封存的试卷不得改动",
            remedy="需要更换的，请重新组卷并封存新卷，再由两人办理取代或撤回",
            code="paper-closed",
        )
    return current


# Sealed papers taken out of use


@transaction.atomic
def propose_retraction(
    *, by: Account, paper: Paper, reason: str, successor: Paper | None = None
) -> Retraction:
    """Ask that a sealed paper be taken out of use, with another sealed one in its place or none.

    Raises: Refused without a reason, for a paper that is not sealed or was handed to the hall, or an unfit successor.
    """
    current = _sealed(paper)
    if not reason.strip():
        raise Refused(what="没有写明原因", remedy="请写明为什么不再用这份试卷", code="reason-missing")
    if Retraction.objects.filter(paper=current, dropped_at=None).exists():
        raise Refused(
            what=f"试卷 {current.label} 已有人提出撤回或取代",
            remedy="请由另一位同事确认，或先放弃那次提议",
            code="retraction-open",
        )
    if successor is not None:
        _require_successor(current, successor)
    row = Retraction.objects.create(paper=current, successor=successor, reason=reason.strip()[:200], by=by)
    record(
        by=str(by.id),
        act="paper-retraction-proposed",
        subject=f"paper:{current.id}",
        detail={"reason": row.reason, "successor": successor.form_id if successor else ""},
    )
    return row


@transaction.atomic
def confirm_retraction(*, by: Account, retraction: Retraction) -> Paper:
    """The second person's word: the paper is superseded or withdrawn; what it says stays as it was sealed."""
    row = _open(retraction)
    if row.by_id == by.id:
        raise Refused(
            what="这次提议是您自己提出的",
            rule="封存试卷的撤回与取代由两人办理",
            remedy="请由另一位同事确认",
            code="own-proposal",
        )
    current = _sealed(row.paper)
    if row.successor is not None:
        _require_successor(current, row.successor)
    row.confirmed_by, row.confirmed_at = by, clock.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    current.status = PaperStatus.SUPERSEDED if row.successor else PaperStatus.WITHDRAWN
    current.save(update_fields=["status"])
    record(
        by=str(by.id),
        act=f"paper-{current.status}",
        subject=f"paper:{current.id}",
        detail={"reason": row.reason, "successor": row.successor.form_id if row.successor else ""},
    )
    return current


@transaction.atomic
def drop_retraction(*, by: Account, retraction: Retraction) -> None:
    """Give a proposal up: the paper stays in use."""
    row = _open(retraction)
    row.dropped_at = clock.now()
    row.save(update_fields=["dropped_at"])
    record(by=str(by.id), act="paper-retraction-dropped", subject=f"paper:{row.paper_id}")


def _open(retraction: Retraction) -> Retraction:
    row = (
        Retraction.objects.select_for_update(of=("self",))
        .select_related("paper", "successor")
        .get(pk=retraction.pk)
    )
    if row.confirmed_at is not None or row.dropped_at is not None:
        raise Refused(what="这次提议已有结果", remedy="请刷新页面查看", code="retraction-over")
    return row


def _sealed(paper: Paper) -> Paper:
    """The paper as it stands, locked. Raises: Refused when it is not sealed, or candidates may have it."""
    current = Paper.objects.select_for_update(of=("self",)).select_related("offering").get(pk=paper.pk)
    if current.status != PaperStatus.SEALED:
        raise Refused(
            what=f"试卷 {current.label}（{current.form_id}）{current.get_status_display()}，不在封存状态",
            rule="只有封存的试卷可以撤回或被取代",
            remedy="草稿请直接弃用",
            code="paper-not-sealed",
        )
    if current.handed_over_at is not None:
        begun = clock.now() >= current.offering.starts_at
        raise Refused(
            what=f"试卷 {current.label} 已随考场数据包发出" + ("，考试已经开始" if begun else ""),
            rule="发到考场的试卷不能撤回，也不能被取代",
            remedy="试题有误的，在成绩复核中按题处理"
            if begun
            else "确需换卷的，请停考本科目并另行安排考期，不要让考生作答这份试卷",
            code="paper-in-sitting" if begun else "paper-handed-over",
        )
    return current


def _require_successor(paper: Paper, successor: Paper) -> None:
    fit = (
        successor.pk != paper.pk
        and successor.offering_id == paper.offering_id
        and Paper.objects.filter(pk=successor.pk, status=PaperStatus.SEALED).exists()
    )
    if not fit:
        raise Refused(
            what="取代的试卷不是本科目另一份封存的试卷",
            rule="封存的试卷只能由新的封存试卷取代",
            remedy="请先重新组卷，由两人审定封存，再来办理取代",
            code="successor-unfit",
        )


@transaction.atomic
def hand_over(*, papers: Iterable[Paper], offering: Offering) -> None:
    """Note that the papers went to the hall: from now on they cannot be taken back.

    Raises: Refused when one was taken out of use meanwhile.
    """
    wanted = [paper.pk for paper in papers]
    rows = Paper.objects.filter(pk__in=wanted, offering=offering, status=PaperStatus.SEALED)
    if rows.update(handed_over_at=clock.now()) != len(wanted):
        raise Refused(
            what=f"{offering.title}有试卷刚刚被撤回或取代",
            rule="只有封存的试卷可以发到考场",
            remedy="请刷新页面后重新发布",
            code="paper-not-sealed",
        )
