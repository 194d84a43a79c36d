"""Asking for papers, making them in the background, stopping that."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiheng.assembly.core.proof import deviation, prove, publishable
from zhiheng.assembly.core.terms import Assembled, Form, Nearness, ProofLine
from zhiheng.assembly.figures import figures_of
from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus, RunKind, RunStatus
from zhiheng.assembly.pool_terms import PoolMade
from zhiheng.assembly.queries import bodies_of, content_hash_of
from zhiheng.assembly.supplies import Supplies, supplies_of, used_in
from zhiheng.assembly.wishes import Wishes, require_range, require_wishes
from zhiheng.bank.queries import PoolEntry
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.plumbing.outbox import publish
from zhiheng.sittings.models import Offering

MOST_FORMS = 20
MOST_IN_POOL = 1000
SEED_LIMIT = 2**31
TELL_EVERY = 0.5
"""Seconds between two looks at whether somebody stopped the run."""
LABELS = "甲乙丙丁戊己庚辛壬癸"
logger = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody cancelled the run while it was at work."""


@transaction.atomic
def request_papers(
    *,
    by: Account,
    offering: Offering,
    forms: int,
    seed: int,
    kind: RunKind = RunKind.PARALLEL,
    wishes: Wishes | None = None,
) -> AssemblyRun:
    """Ask for so many parallel papers, or a pool of so many; they are made in the background.

    seed: chooses among equally good papers, 0 to 2³¹-1.
    Raises: Refused for numbers out of range, and for items that cannot be as wished.
    """
    most = MOST_FORMS if kind == RunKind.PARALLEL else MOST_IN_POOL
    asked = wishes or Wishes()
    require_range("份数", forms, 1, most, "forms-range")
    if not 0 <= seed < SEED_LIMIT:
        raise Refused(
            what=f"种子 {seed} 不是 0 至 {SEED_LIMIT - 1} 的整数", remedy="请改正种子", code="seed-range"
        )
    require_wishes(offering, forms, kind, asked)
    run = AssemblyRun.objects.create(
        offering=offering,
        kind=kind,
        forms=forms,
        seed=seed,
        required=sorted(set(asked.required)),
        forbidden=sorted(set(asked.forbidden)),
        shared=asked.shared,
        avoid_sittings=asked.avoid_sittings,
        lower_share=asked.lower_share,
        requested_by=by,
    )
    record(
        by=str(by.id),
        act="papers-requested",
        subject=f"run:{run.id}",
        detail={"offering": str(offering.id), "forms": forms, "seed": seed, "kind": str(kind)},
    )
    publish("assembly-requested", run_id=str(run.id))
    return run


@transaction.atomic
def cancel_run(*, by: Account, run: AssemblyRun) -> None:
    """Stop a run that waits or is at work; nothing of it is kept. Raises: Refused when it is over."""
    moved = AssemblyRun.objects.filter(pk=run.pk, status__in=[RunStatus.QUEUED, RunStatus.RUNNING]).update(
        status=RunStatus.CANCELLED, finished_at=clock.now()
    )
    if not moved:
        raise Refused(
            what="这次组卷已经结束，没有可取消的",
            remedy="不需要的试卷可以在试卷页弃用",
            code="run-over",
        )
    record(by=str(by.id), act="assembly-cancelled", subject=f"run:{run.pk}")


def run_now(*, run_id: UUID | str) -> AssemblyRun:
    """Make the papers of a waiting run, or say why there are none. A run that has started is left alone.

    Not one transaction: the search takes seconds, and meanwhile nobody else's writes may wait for it.
    """
    now = clock.now()
    started = AssemblyRun.objects.filter(pk=run_id, status=RunStatus.QUEUED).update(
        status=RunStatus.RUNNING, started_at=now, touched_at=now
    )
    run = AssemblyRun.objects.select_related("offering__revision", "offering__sitting").get(pk=run_id)
    if not started:
        return run
    try:
        _make(run)
    except Stopped:
        pass  # whoever cancelled it has put it away
    except Refused as refused:
        _fail(run, refused.sentence)
    except Exception:  # whatever goes wrong, the page must not show a run that never ends
        logger.exception("assembly run %s failed", run.id)
        _fail(run, "组卷时出现意外错误，已记入日志。请联系管理员；可换一个种子再试。")
    run.refresh_from_db()
    return run


class Watch:
    """Writes down how far a run has come, and stops it when somebody has cancelled it."""

    def __init__(self, run: AssemblyRun) -> None:
        self.run, self.told = run, 0.0

    def __call__(self, made: int, asked: int) -> bool:
        now = monotonic()
        if now - self.told >= TELL_EVERY or made == asked:
            self.told = now
            self._write(made=made, asked=asked)
        return True

    def near(self, nearness: Nearness) -> None:
        self._write(nearness=nearness_words(nearness))

    def _write(self, **values: Any) -> None:
        rows = AssemblyRun.objects.filter(pk=self.run.pk, status=RunStatus.RUNNING)
        if not rows.update(touched_at=clock.now(), **values):
            raise Stopped


def nearness_words(nearness: Nearness | None) -> dict[str, str]:
    return {} if nearness is None else {name: str(value) for name, value in asdict(nearness).items()}


def _make(run: AssemblyRun) -> None:
    # The solver takes over a second and much memory to load; web processes must never hold it.
    from zhiheng.assembly.core.assembling import assemble  # noqa: PLC0415
    from zhiheng.assembly.pools import make_pool  # noqa: PLC0415

    watch = Watch(run)
    watch(0, run.forms)
    supplies = supplies_of(run)
    if run.kind == RunKind.POOL:
        pool = make_pool(supplies, progress=watch, told=watch.near)
        outcome = pool.infeasible
        if outcome is None:
            _keep_pool(run, supplies, pool)
            return
    else:
        found = assemble(supplies.request, progress=watch, told=watch.near)
        if isinstance(found, Assembled):
            _keep(run, supplies, found)
            return
        outcome = found
    _finish(run, RunStatus.INFEASIBLE, conflict=[asdict(conflict) for conflict in outcome.conflicts])


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
        lower_share=request.lower_share,
    )
    publishable(lines).require()
    figures = figures_of(deviation(outcome.forms, bank, request.blueprint))
    with transaction.atomic():
        lock_named(f"papers:{run.offering_id}")
        _require_unused(run.offering, outcome.forms)
        labels = _free_labels(run.offering, len(outcome.forms))
        papers = [
            _paper(run, form, label, supplies.entries, lines, figures)
            for form, label in zip(outcome.forms, labels, strict=True)
        ]
        _store(papers)
        _finish(
            run,
            RunStatus.DONE,
            digest=request.digest,
            nearness=nearness_words(outcome.nearness),
            made=len(papers),
        )


def _keep_pool(run: AssemblyRun, supplies: Supplies, pool: PoolMade) -> None:
    """Store a pool of which every paper is proved. Raises: Refused; nothing is kept then."""
    publishable(pool.lines).require()
    with transaction.atomic():
        lock_named(f"papers:{run.offering_id}")
        _require_unused(run.offering, pool.forms)
        labels = _free_numbers(run.offering, len(pool.forms))
        papers = [
            _paper(
                run, form, label, supplies.entries, pool.proofs[form.id], figures_of(pool.figures[form.id])
            )
            for form, label in zip(pool.forms, labels, strict=True)
        ]
        _store(papers)
        _finish(
            run,
            RunStatus.DONE,
            digest=pool.digest,
            nearness=nearness_words(pool.nearness),
            made=len(papers),
            summary=pool.summary,
        )


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


def _paper(
    run: AssemblyRun,
    form: Form,
    label: str,
    entries: dict[str, PoolEntry],
    lines: Sequence[ProofLine],
    figures: dict[str, Any],
) -> Paper:
    return Paper(
        run=run,
        offering=run.offering,
        form_id=form.id,
        label=label,
        total=form.total,
        lines=[line_of(placed, entries[placed.id]) for placed in form.items],
        proof=[asdict(line) for line in lines if line.form in ("", form.id)],
        deviation=figures,
    )


def _store(papers: Sequence[Paper]) -> None:
    bodies = bodies_of(papers)
    for paper in papers:
        paper.content_hash = content_hash_of(paper, bodies)
    try:
        with transaction.atomic():
            Paper.objects.bulk_create(papers, batch_size=100)
    except IntegrityError:
        raise Refused(
            what=f"试卷 {papers[0].form_id} 已经存在：同样的题库、蓝图、份数与种子组出的是同样的试卷",
            remedy="请换一个种子再组卷",
            code="paper-exists",
        ) from None


def line_of(placed: Any, entry: PoolEntry) -> dict[str, str]:
    return {
        "item": placed.id,
        "version": str(entry.version),
        "hash": entry.hash,
        "area": placed.area,
        "type": placed.type,
        "marks": str(placed.marks),
    }


def _free_labels(offering: Offering, count: int) -> list[str]:
    taken = set(
        Paper.objects.filter(offering=offering)
        .exclude(status=PaperStatus.DISCARDED)
        .values_list("label", flat=True)
    )
    names = [*LABELS, *(str(number) for number in range(len(LABELS) + 1, 1000))]
    return [name for name in names if name not in taken][:count]


def _free_numbers(offering: Offering, count: int) -> list[str]:
    """0001, 0002, ... after the highest number an earlier pool has."""
    rows = Paper.objects.filter(offering=offering, run__kind=RunKind.POOL).values_list("label", flat=True)
    first = max((int(label) for label in rows), default=0) + 1
    return [f"{number:04d}" for number in range(first, first + count)]


@transaction.atomic
def _finish(
    run: AssemblyRun,
    status: RunStatus,
    *,
    conflict: list[dict[str, Any]] | None = None,
    digest: str = "",
    **values: Any,
) -> None:
    """Raises: Stopped when somebody cancelled the run meanwhile."""
    now = clock.now()
    moved = AssemblyRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(
        status=status,
        conflict=conflict or [],
        request_digest=digest,
        finished_at=now,
        touched_at=now,
        **values,
    )
    if not moved:
        raise Stopped
    record(by="assembly", act=f"assembly-{status}", subject=f"run:{run.id}")


def _fail(run: AssemblyRun, sentence: str) -> None:
    with suppress(Stopped):  # cancelled in the same moment
        _finish(run, RunStatus.FAILED, conflict=[{"sentence": sentence}])
