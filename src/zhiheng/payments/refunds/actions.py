"""Giving money back: asked by one finance person, paid by another."""

from datetime import date

from django.db import transaction

from zhiheng.foundation.errors import Refused
from zhiheng.payments.actions import place_of, post_entries
from zhiheng.payments.channels.queries import left_of, live_attempt
from zhiheng.payments.core.ledger import fee_cancelled, refund_paid, surplus_returned
from zhiheng.payments.models import Order, OrderLine, Refund, RefundDecision, Settlement
from zhiheng.payments.queries import balance_of
from zhiheng.payments.refunds.queries import cancelled_fen, line_gone_fen, promised_fen
from zhiheng.payments.refusals import (
    check_no_invoice,
    check_past,
    check_refundable,
    check_returnable,
    check_second,
    check_undecided,
    filled,
)
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named


@transaction.atomic
def request_refund(
    *,
    by: Account,
    order: Order,
    amount_fen: int,
    reason: str,
    line: OrderLine | None = None,
    settlement: Settlement | None = None,
) -> Refund:
    """Ask for money to be given back; with a line, that candidate's fee is cancelled by as much; with a settlement,
    it goes back the way that money came, and money in suspense touches nothing of the order.

    Raises: Refused for no reason given, more than was received and not yet given back or promised, or an invoice
    that still stands.
    """
    lock_named(f"order:{order.id}")
    why = filled(reason, what="没有填写退款原因", remedy="请写明为何退款", code="refund-reason")
    refund = Refund(
        order=order, line=line, settlement=settlement, amount_fen=amount_fen, reason=why, requested_by=by
    )
    _check(order, refund)
    refund.save(force_insert=True)
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
    lock_for_decision(refund, by, paying=True)
    if refund.settlement is not None:
        raise Refused(
            what=f"这笔退款须经{refund.settlement.get_method_display()}原路退回",
            rule="来自支付渠道的款项退回原渠道",
            remedy="请用“原路退回”；要改用银行退款，请先不同意这一笔，再另行提出",
            code="refund-by-channel",
        )
    reference = filled(
        bank_reference, what="没有填写退款流水号", remedy="请按银行付款回单填写", code="bank-reference"
    )
    check_past("退款日期", paid_on)
    if RefundDecision.objects.filter(bank_reference=reference).exists():
        raise Refused(
            what=f"退款流水号 {reference} 已用于另一笔退款",
            rule="一笔付款只登记一次",
            remedy="请核对流水号",
            code="bank-reference-used",
        )
    return write_refund(by=by, refund=refund, reference=reference, paid_on=paid_on)


def write_refund(*, by: Account, refund: Refund, reference: str, paid_on: date) -> RefundDecision:
    """The money has gone back: booked inside the caller's transaction and under the order's lock.

    A candidate whose whole fee went back may be ordered for again.
    """
    order = Order.objects.get(pk=refund.order_id)
    decision = RefundDecision.objects.create(
        refund=refund, approved=True, bank_reference=reference, paid_on=paid_on, by=by
    )
    _book_refund(order, refund, reference)
    if refund.line is not None and cancelled_fen(refund.line) == refund.line.amount_fen:
        refund.line.released = True
        refund.line.save(update_fields=["released"])
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
    order = lock_for_decision(refund, by)
    why = filled(note, what="没有填写不同意的原因", remedy="请写明原因", code="note")
    decision = RefundDecision.objects.create(refund=refund, approved=False, note=why, by=by)
    record(
        by=str(by.id),
        act="refund-rejected",
        subject=f"order:{order.id}",
        detail={"refund": str(refund.id), "note": why},
    )
    return decision


def lock_for_decision(refund: Refund, by: Account, *, paying: bool = False) -> Order:
    """The order, locked, when this account may decide about the refund now; paying: and the money may go."""
    lock_named(f"order:{refund.order_id}")
    check_second(refund.requested_by, by)
    check_undecided(RefundDecision.objects.filter(refund=refund).exists())
    if live_attempt(refund) is not None:
        raise Refused(
            what="这笔退款正在支付渠道处理",
            remedy="请先查询渠道的结果；渠道退款失败后才能另行处理",
            code="refund-under-way",
        )
    order = Order.objects.get(pk=refund.order_id)
    if paying:
        _check(order, refund)
    return order


def _check(order: Order, refund: Refund) -> None:
    """Judged the same when asked for and when paid; a refund already kept does not count against itself."""
    if refund.settlement is not None:
        check_returnable(
            order,
            refund.settlement,
            refund.line,
            refund.amount_fen,
            left_fen=left_of(refund.settlement, but=refund),
        )
        if refund.settlement.suspense:
            return
    check_no_invoice(order)
    check_refundable(
        order,
        refund.line,
        refund.amount_fen,
        promised_fen=promised_fen(order, but=refund),
        line_gone_fen=line_gone_fen(refund.line, but=refund),
    )


def _book_refund(order: Order, refund: Refund, bank_reference: str) -> None:
    institution, amount = str(order.institution_id), refund.amount_fen
    place = place_of(refund.settlement.method) if refund.settlement else "bank"
    if refund.settlement is not None and refund.settlement.suspense:
        returned = surplus_returned(
            amount_fen=amount, reference=order.reference, bank_reference=bank_reference, place=place
        )
        post_entries(order, returned)
        return
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
        place=place,
    )
    post_entries(order, paid)
