"""Asking for papers, making them, approving and sealing them."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiheng.assembly.core.proof import Deviation, deviation, prove, publishable
from zhiheng.assembly.core.terms import Assembled, Form, Infeasible, ProofLine
from zhiheng.assembly.models import AssemblyRun, Paper, PaperApproval, PaperStatus, RunStatus
from zhiheng.assembly.queries import Supplies, content_hash_of, supplies_of, used_in
from zhiheng.bank.queries import PoolEntry
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.plumbing.outbox import publish
from zhiheng.sittings.models import Offering

MOST_FORMS = 20
SEED_LIMIT = 2**31
APPROVALS = 2
LABELS = "甲乙丙丁戊己庚辛壬癸"
logger = logging.getLogger(__name__)


@transaction.atomic
def request_papers(*, by: Account, offering: Offering, forms: int, seed: int) -> AssemblyRun:
    """Ask for so many parallel papers; they are made in the background.

    seed: chooses among equally good papers, 0 to 2³¹-1. Raises: Refused for numbers out of range.
    """
    if not 1 <= forms <= MOST_FORMS:
        raise Refused(
            what=f"份数 {forms} 不在 1 至 {MOST_FORMS} 之间", remedy="请改正份数", code="forms-range"
        )
    if not 0 <= seed < SEED_LIMIT:
        raise Refused(
            what=f"种子 {seed} 不是 0 至 {SEED_LIMIT - 1} 的整数", remedy="请改正种子", code="seed-range"
        )
    run = AssemblyRun.objects.create(offering=offering, forms=forms, seed=seed, requested_by=by)
    record(
        by=str(by.id),
        act="papers-requested",
        subject=f"run:{run.id}",
        detail={"offering": str(offering.id), "forms": forms, "seed": seed},
    )
    publish("assembly-requested", run_id=str(run.id))
    return run


def run_now(*, run_id: UUID | str) -> AssemblyRun:
    """Make the papers of a waiting run, or say why there are none. A run that has started is left alone.

    Not one transaction: the search takes seconds, and meanwhile nobody else's writes may wait for it.
    """
    started = AssemblyRun.objects.filter(pk=run_id, status=RunStatus.QUEUED).update(status=RunStatus.RUNNING)
    run = AssemblyRun.objects.select_related("offering__revision", "offering__sitting").get(pk=run_id)
    if not started:
        return run
    try:
        _make(run)
    except Refused as refused:
        _finish(run, RunStatus.FAILED, conflict=[{"sentence": refused.sentence}])
    except Exception:  # whatever goes wrong, the page must not show a run that never ends
        logger.exception("assembly run %s failed", run.id)
        told = "组卷时出现意外错误，已记入日志。请联系管理员；可换一个种子再试。"
        _finish(run, RunStatus.FAILED, conflict=[{"sentence": told}])
    return run


def _make(run: AssemblyRun) -> None:
    # The solver takes over a second and much memory to load; web processes must never hold it.
    from zhiheng.assembly.core.assembling import assemble  # noqa: PLC0415

    supplies = supplies_of(run)
    outcome = assemble(supplies.request)
    if isinstance(outcome, Infeasible):
        _finish(run, RunStatus.INFEASIBLE, conflict=[asdict(conflict) for conflict in outcome.conflicts])
        return
    _keep(run, supplies, outcome)


def _keep(run: AssemblyRun, supplies: Supplies, outcome: Assembled) -> None:
    """Store papers that an independent count has proved. Raises: Refused; nothing is kept then."""
    request = supplies.request
    bank = {item.id: item for item in request.pool}
    lines = prove(
        outcome.forms,
        bank,
        request.blueprint,
        enemies=request.enemies,
        forbidden=request.forbidden,
        required=request.required,
        shared=request.shared,
    )
    publishable(lines).require()
    figures = deviation(outcome.forms, bank, request.blueprint)
    with transaction.atomic():
        lock_named(f"papers:{run.offering_id}")
        _require_unused(run.offering, outcome.forms)
        labels = _free_labels(run.offering, len(outcome.forms))
        for form, label in zip(outcome.forms, labels, strict=True):
            _keep_form(run, form, label, supplies.entries, lines, figures)
        _finish(run, RunStatus.DONE)


def _require_unused(offering: Offering, forms: Sequence[Form]) -> None:
    """Another run for the same offering may have finished while this one was at work."""
    taken = used_in(offering) & {placed.id for form in forms for placed in form.items}
    if taken:
        raise Refused(
            what=f"组卷期间，本科目的另一组试卷用去了其中 {len(taken)} 道题",
            rule="同一科目的试卷互不重题",
            remedy="请重新组卷",
            code="items-taken",
        )


def _keep_form(
    run: AssemblyRun,
    form: Form,
    label: str,
    entries: dict[str, PoolEntry],
    lines: tuple[ProofLine, ...],
    figures: Deviation,
) -> None:
    paper = Paper(
        run=run,
        offering=run.offering,
        form_id=form.id,
        label=label,
        total=form.total,
        lines=[_line(placed, entries[placed.id]) for placed in form.items],
        proof=[asdict(line) for line in lines if line.form in ("", form.id)],
        deviation=_figures(figures),
    )
    paper.content_hash = content_hash_of(paper)
    try:
        with transaction.atomic():
            paper.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            what=f"试卷 {form.id} 已经存在：同样的题库、蓝图、份数与种子组出的是同样的试卷",
            remedy="请换一个种子再组卷",
            code="paper-exists",
        ) from None


def _line(placed: Any, entry: PoolEntry) -> dict[str, str]:
    return {
        "item": placed.id,
        "version": str(entry.version),
        "hash": entry.hash,
        "area": placed.area,
        "type": placed.type,
        "marks": str(placed.marks),
    }


def _figures(figures: Deviation) -> dict[str, Any]:
    """All forms of the run side by side, decimals as text."""
    return {
        "expected_spread": str(figures.expected_spread),
        "score_gap": str(figures.score_gap),
        "information_gap": str(figures.information_gap),
        "forms": [
            {
                "form": entry.form,
                "expected": str(entry.expected),
                "difficulty_by_type": {kind: str(value) for kind, value in entry.difficulty_by_type.items()},
                "keys": entry.keys,
                "codes_used": entry.codes_used,
                "codes_available": entry.codes_available,
                "curve": [
                    [str(point.ability), str(point.expected), str(point.information)] for point in entry.curve
                ],
            }
            for entry in figures.forms
        ],
    }


def _free_labels(offering: Offering, count: int) -> list[str]:
    taken = set(
        Paper.objects.filter(offering=offering)
        .exclude(status=PaperStatus.DISCARDED)
        .values_list("label", flat=True)
    )
    names = [*LABELS, *(str(number) for number in range(len(LABELS) + 1, 1000))]
    return [name for name in names if name not in taken][:count]


def _finish(run: AssemblyRun, status: RunStatus, *, conflict: list[dict[str, Any]] | None = None) -> None:
    run.status, run.conflict, run.finished_at = status, conflict or [], clock.now()
    with transaction.atomic():
        run.save(update_fields=["status", "conflict", "finished_at"])
        record(by="assembly", act=f"assembly-{status}", subject=f"run:{run.id}")


@transaction.atomic
def approve_paper(*, by: Account, paper: Paper) -> PaperApproval:
    """Say that a paper is fit to be sat; the second person's word seals it for good.

    Raises: Refused when it is no draft, the same person approved before, or its content is not what was assembled.
    """
    current = _draft(paper)
    if content_hash_of(current) != current.content_hash:
        raise Refused(
            what=f"试卷 {current.form_id} 的内容与组卷时不一致",
            rule="封存的试卷不得改动",
            remedy="请弃用这份试卷，重新组卷",
            code="paper-altered",
        )
    given = set(PaperApproval.objects.filter(paper=current).values_list("by_id", flat=True))
    if by.id in given:
        raise Refused(
            what=f"您已审定过试卷 {current.label}",
            rule="每份试卷由两人审定",
            remedy="请由另一位同事审定",
            code="approved-already",
        )
    approval = PaperApproval.objects.create(paper=current, by=by)
    record(
        by=str(by.id),
        act="paper-approved",
        subject=f"paper:{current.id}",
        detail={"hash": current.content_hash},
    )
    if len(given) + 1 >= APPROVALS:
        current.status, current.sealed_at = PaperStatus.SEALED, clock.now()
        current.save(update_fields=["status", "sealed_at"])
        record(
            by=str(by.id),
            act="paper-sealed",
            subject=f"paper:{current.id}",
            detail={"hash": current.content_hash, "form": current.form_id},
        )
    return approval


@transaction.atomic
def discard_paper(*, by: Account, paper: Paper, reason: str = "") -> Paper:
    """Give up a draft. Raises: Refused for a sealed paper, which never changes."""
    current = _draft(paper)
    current.status = PaperStatus.DISCARDED
    current.save(update_fields=["status"])
    record(
        by=str(by.id), act="paper-discarded", subject=f"paper:{current.id}", detail={"reason": reason.strip()}
    )
    return current


def _draft(paper: Paper) -> Paper:
    current = Paper.objects.select_for_update().get(pk=paper.pk)
    if current.status != PaperStatus.DRAFT:
        raise Refused(
            what=f"试卷 {current.label}（{current.form_id}）{current.get_status_display()}，不能再改动",
            rule="封存的试卷不得改动",
            remedy="需要更换的，请重新组卷并封存新卷",
            code="paper-closed",
        )
    return current
