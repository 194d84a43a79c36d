"""Giving money back: asked by one finance person, paid by another."""

from datetime import date

from django.db import transaction

from zhiheng.foundation.errors import Refused
from zhiheng.payments.actions import post_entries
from zhiheng.payments.core.ledger import fee_cancelled, refund_paid
from zhiheng.payments.models import Order, OrderLine, Refund, RefundDecision
from zhiheng.payments.queries import balance_of
from zhiheng.payments.refunds.queries import line_gone_fen, promised_fen
from zhiheng.payments.refusals import check_past, check_refundable, check_second, check_undecided, filled
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named


@transaction.atomic
def request_refund(
    *, by: Account, order: Order, amount_fen: int, reason: str, line: OrderLine | None = None
) -> Refund:
    """Ask for money to be given back; with a line, that candidate's fee is cancelled by as much.

    Raises: Refused for no reason given, or more than was received and not yet given back or promised.
    """
    lock_named(f"order:{order.id}")
    why = filled(reason, what="没有填写退款原因", remedy="请写明为何退款", code="refund-reason")
    check_refundable(
        order, line, amount_fen, promised_fen=promised_fen(order), line_gone_fen=line_gone_fen(line)
    )
    refund = Refund.objects.create(order=order, line=line, amount_fen=amount_fen, reason=why, requested_by=by)
    record(
        by=str(by.id),
        act="refund-requested",
        subject=f"order:{order.id}",
        detail={"refund": str(refund.id), "amount_fen": amount_fen, "reason": why},
    )
    return refund


@transaction.atomic
def approve_refund(*, by: Account, refund: Refund, bank_reference: str, paid_on: date) -> RefundDecision:
    """The second finance person has paid it back: booked, and the fee cancelled where it names a candidate.

    Raises: Refused for the person who asked, a refund already decided, a payment used before, or too much.
    """
    order = _lock_for_decision(refund, by)
    reference = filled(
        bank_reference, what="没有填写退款流水号", remedy="请按银行付款回单填写", code="bank-reference"
    )
    check_past("退款日期", paid_on)
    check_refundable(
        order,
        refund.line,
        refund.amount_fen,
        promised_fen=promised_fen(order) - refund.amount_fen,
        line_gone_fen=line_gone_fen(refund.line) - refund.amount_fen,
    )
    if RefundDecision.objects.filter(bank_reference=reference).exists():
        raise Refused(
            what=f"退款流水号 {reference} 已用于另一笔退款",
            rule="一笔付款只登记一次",
            remedy="请核对流水号",
            code="bank-reference-used",
        )
    decision = RefundDecision.objects.create(
        refund=refund, approved=True, bank_reference=reference, paid_on=paid_on, by=by
    )
    _book_refund(order, refund, reference)
    if order.paid_at is not None and balance_of(order).owed_fen > 0:
        order.paid_at = None
        order.save(update_fields=["paid_at"])
    record(
        by=str(by.id),
        act="refund-paid",
        subject=f"order:{order.id}",
        detail={"refund": str(refund.id), "amount_fen": refund.amount_fen, "bank_reference": reference},
    )
    return decision


@transaction.atomic
def reject_refund(*, by: Account, refund: Refund, note: str) -> RefundDecision:
    """The second finance person says no. Raises: Refused without a reason, or as approve_refund."""
    order = _lock_for_decision(refund, by)
    why = filled(note, what="没有填写不同意的原因", remedy="请写明原因", code="note")
    decision = RefundDecision.objects.create(refund=refund, approved=False, note=why, by=by)
    record(
        by=str(by.id),
        act="refund-rejected",
        subject=f"order:{order.id}",
        detail={"refund": str(refund.id), "note": why},
    )
    return decision


def _lock_for_decision(refund: Refund, by: Account) -> Order:
    lock_named(f"order:{refund.order_id}")
    check_second(refund.requested_by, by)
    check_undecided(RefundDecision.objects.filter(refund=refund).exists())
    return Order.objects.get(pk=refund.order_id)


def _book_refund(order: Order, refund: Refund, bank_reference: str) -> None:
    institution, amount = str(order.institution_id), refund.amount_fen
    if refund.line_id:
        cancelled = fee_cancelled(
            institution=institution, kind=order.kind, amount_fen=amount, reference=order.reference
        )
        post_entries(order, cancelled)
    paid = refund_paid(
        institution=institution,
        amount_fen=amount,
        reference=order.reference,
        bank_reference=bank_reference,
    )
    post_entries(order, paid)
