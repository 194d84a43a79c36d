"""Changing the fee table: rows are proposed by one finance person and approved by another, never altered."""

from datetime import date

from django.db import transaction

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.payments.core.amounts import MOST_FEN
from zhiheng.payments.models import FeeDecision, FeeRow, OrderKind
from zhiheng.payments.refusals import check_second, check_undecided, filled
from zhiheng.people.models import Account, Institution
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.standards.core.loader import load_rule_set


@transaction.atomic
def propose_fee(
    *,
    by: Account,
    rule_set: str,
    amount_fen: int,
    valid_from: date,
    reason: str,
    kind: OrderKind = OrderKind.REGISTRATION,
    programme: str = "",
    level: str = "",
    institution: Institution | None = None,
    valid_until: date | None = None,
) -> FeeRow:
    """A new fee for registering or, by kind, for one attempt of a make-up; an empty programme, level or institution means every one.

    Raises: Refused for a scope the rule set does not have, no amount, or days in the wrong order or in the past.
    """
    rules = load_rule_set(rule_set)
    why = filled(reason, what="没有填写调整原因", remedy="请写明依据，例如会议纪要", code="fee-reason")
    if not 0 < amount_fen <= MOST_FEN:
        raise Refused(what="费用须大于零", remedy="请按元填写，例如 680.00", code="amount")
    if valid_from < clock.today():
        raise Refused(
            what=f"生效日期 {chinese_day(valid_from)} 已经过去",
            rule="已下订单的费用不追改",
            remedy="请填写今天或以后的日期",
            code="fee-past",
        )
    if valid_until is not None and valid_until < valid_from:
        raise Refused(
            what=f"截止日期 {chinese_day(valid_until)} 早于生效日期 {chinese_day(valid_from)}",
            remedy="请核对两个日期",
            code="fee-period",
        )
    row = FeeRow.objects.create(
        kind=kind,
        rule_set=rules.id,
        programme=rules.programme(programme).id if programme else "",
        level=rules.level(level).id if level else "",
        institution=institution,
        amount_fen=amount_fen,
        valid_from=valid_from,
        valid_until=valid_until,
        reason=why,
        proposed_by=by,
    )
    record(
        by=str(by.id),
        act="fee-proposed",
        subject=f"fee:{row.id}",
        detail={
            "kind": str(kind),
            "rule_set": row.rule_set,
            "amount_fen": amount_fen,
            "valid_from": valid_from.isoformat(),
        },
    )
    return row


@transaction.atomic
def decide_fee(*, by: Account, row: FeeRow, approved: bool, note: str = "") -> FeeDecision:
    """Another finance person approves the row, or says why not.

    Raises: Refused for the proposer, a row already decided, or a no without a reason.
    """
    lock_named(f"fee:{row.id}")
    check_second(row.proposed_by, by)
    check_undecided(FeeDecision.objects.filter(row=row).exists())
    if not approved:
        note = filled(note, what="没有填写不同意的原因", remedy="请写明原因", code="note")
    decision = FeeDecision.objects.create(row=row, approved=approved, note=note, by=by)
    record(
        by=str(by.id),
        act="fee-approved" if approved else "fee-rejected",
        subject=f"fee:{row.id}",
        detail={"amount_fen": row.amount_fen, "note": note},
    )
    return decision
