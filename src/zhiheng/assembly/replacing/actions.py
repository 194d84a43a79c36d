"""Replacing one question of a draft by hand."""

from dataclasses import asdict

from django.db import transaction

from zhiheng.assembly.actions import line_of
from zhiheng.assembly.core.proof import deviation, prove, publishable
from zhiheng.assembly.core.replacing import offers, replaced
from zhiheng.assembly.figures import figures_of
from zhiheng.assembly.models import Paper, PaperStatus, Replacement, RunKind
from zhiheng.assembly.queries import content_hash_of
from zhiheng.assembly.replacing.queries import room_of
from zhiheng.assembly.sealing.actions import draft
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named


@transaction.atomic
def replace_item(*, by: Account, paper: Paper, removed: str, added: str, reason: str) -> Replacement:
    """Exchange one question of a draft; the paper is proved anew, and what was approved before no longer counts.

    Raises: Refused without a reason, for a sealed paper, one of a pool, or a question that breaks a rule there.
    """
    lock_named(f"papers:{paper.offering_id}")
    current = draft(paper)
    if current.run.kind == RunKind.POOL:
        raise Refused(
            what="一人一卷的试卷不逐份换题",
            rule="每份试卷须能由题库、请求与编号重新算出",
            remedy="请弃用这一批，把有问题的题填入禁用题后重新组卷",
            code="pool-fixed",
        )
    if not reason.strip():
        raise Refused(what="没有写明换题的原因", remedy="请写明为什么换下这道题", code="reason-missing")
    if removed not in {line["item"] for line in current.lines}:
        raise Refused(what=f"试卷里没有试题 {removed}", remedy="请刷新页面", code="item-absent")
    room = room_of(current)
    setting = room.setting
    fit = {offer.item.id: offer.item for offer in offers(setting, removed)}
    if added not in fit:
        raise Refused(
            what=f"试题 {added} 不能替换 {removed}",
            rule="替换的题须同范围、同题型，不与卷内的题互斥，没有用在本科目的试卷里，并保持答案分布",
            remedy="请从列出的候选题里选择",
            code="offer-unfit",
        )
    form = replaced(setting.form, removed, fit[added], setting.blueprint)
    forms = [form, *setting.siblings]
    run = current.run
    lines = prove(
        forms,
        setting.bank,
        setting.blueprint,
        enemies=setting.enemies,
        forbidden=frozenset(run.forbidden),
        required=frozenset(run.required),
        shared=run.shared,
        lower_share=run.lower_share,
    )
    publishable(lines).require()
    old = {line["item"]: line for line in current.lines}
    before = current.content_hash
    current.lines = [
        old.get(placed.id) or line_of(placed, room.stock.entries[placed.id]) for placed in form.items
    ]
    current.proof = [asdict(line) for line in lines if line.form in ("", form.id)]
    figures = figures_of(deviation(sorted(forms, key=lambda one: one.id), setting.bank, setting.blueprint))
    current.deviation, current.revision = figures, current.revision + 1
    current.content_hash = content_hash_of(current)
    current.save(update_fields=["lines", "proof", "deviation", "revision", "content_hash"])
    drafts = [other.pk for other in room.siblings if other.status == PaperStatus.DRAFT]
    Paper.objects.filter(pk__in=drafts).update(deviation=figures)
    record(
        by=str(by.id),
        act="paper-item-replaced",
        subject=f"paper:{current.id}",
        detail={
            "removed": removed,
            "added": added,
            "reason": reason.strip(),
            "before": before,
            "hash": current.content_hash,
        },
    )
    return Replacement.objects.create(
        paper=current,
        revision=current.revision,
        by=by,
        removed=removed,
        added=added,
        reason=reason.strip()[:200],
        hash_before=before,
        hash_after=current.content_hash,
    )
