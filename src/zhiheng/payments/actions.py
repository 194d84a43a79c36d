"""Placing orders and confirming the money."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from zhiheng.enrolment.models import Application
from zhiheng.foundation.errors import Refused
from zhiheng.payments.core.ledger import (
    Posting,
    fee_cancelled,
    order_placed,
    refund_paid,
    transfer_received,
)
from zhiheng.payments.models import (
    LedgerEntry,
    Order,
    OrderKind,
    OrderLine,
    Refund,
    RefundDecision,
    Settlement,
)
from zhiheng.payments.queries import balance_of
from zhiheng.payments.refunds import line_gone_fen, promised_fen
from zhiheng.payments.refusals import (
    check_orderable,
    check_past,
    check_receipt,
    check_refundable,
    check_second,
    check_undecided,
    filled,
    settled_before,
)
from zhiheng.people.models import Account, Institution
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named, next_number
from zhiheng.plumbing.outbox import publish
from zhiheng.sittings.models import Sitting


@transaction.atomic
def place_order(
    *,
    by: Account | None,
    institution: Institution,
    sitting: Sitting,
    applications: Sequence[Application],
    kind: OrderKind = OrderKind.REGISTRATION,
) -> Order:
    """One order for approved applications of one institution and sitting.

    Raises: Refused for an empty order, a foreign or unapproved application, or one already ordered.
    """
    check_orderable(institution, sitting, applications)
    fees = [_fee(application, kind) for application in applications]
    serial = next_number(f"order:{sitting.day:%y%m}")
    order = Order.objects.create(
        reference=f"ZH{sitting.day:%y%m}{institution.code}{serial:04d}",
        institution=institution,
        sitting=sitting,
        kind=kind,
        total_fen=sum(fees),
        placed_by=by,
    )
    try:
        with transaction.atomic():
            OrderLine.objects.bulk_create(
                OrderLine(
                    order=order,
                    application=application,
                    amount_fen=fee,
                    description=f"{application.offering.title}{kind.label}",
                )
                for application, fee in zip(applications, fees, strict=True)
            )
    except IntegrityError:
        raise Refused(
            what="所选考生中有人已在另一份订单里", remedy="请刷新页面后重新选择", code="ordered-already"
        ) from None
    _post(
        order,
        order_placed(
            institution=str(institution.id), kind=kind, total_fen=order.total_fen, reference=order.reference
        ),
    )
    record(
        by=str(by.id) if by else "service",
        act="order-placed",
        subject=f"order:{order.id}",
        detail={"reference": order.reference, "total_fen": order.total_fen, "lines": len(fees)},
    )
    return order


@transaction.atomic
def confirm_transfer(
    *, by: Account, order: Order, bank_reference: str, amount_fen: int, received_on: date
) -> Settlement:
    """Write down money the bank has shown; the same bank reference for the same order counts once.

    Raises: Refused for a reference used elsewhere, a future day, or more than is owed.
    """
    lock_named(f"order:{order.id}")
    reference = filled(
        bank_reference, what="没有填写银行流水号", remedy="请按银行回单填写流水号", code="bank-reference"
    )
    known = Settlement.objects.filter(bank_reference=reference).select_related("order").first()
    if known is not None:
        return settled_before(known, order, amount_fen)
    check_receipt(order, amount_fen, received_on)
    settlement = Settlement.objects.create(
        order=order,
        bank_reference=reference,
        amount_fen=amount_fen,
        received_on=received_on,
        confirmed_by=by,
    )
    _post(
        order,
        transfer_received(
            institution=str(order.institution_id),
            amount_fen=amount_fen,
            reference=order.reference,
            bank_reference=reference,
        ),
    )
    record(
        by=str(by.id),
        act="transfer-confirmed",
        subject=f"order:{order.id}",
        detail={"bank_reference": reference, "amount_fen": amount_fen},
    )
    if balance_of(order).owed_fen == 0:
        order.paid_at = clock.now()
        order.save(update_fields=["paid_at"])
        publish("order-paid", order_id=str(order.id))
    return settlement


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
        _post(order, cancelled)
    paid = refund_paid(
        institution=institution,
        amount_fen=amount,
        reference=order.reference,
        bank_reference=bank_reference,
    )
    _post(order, paid)


def _fee(application: Application, kind: OrderKind) -> int:
    offering = application.offering
    return offering.makeup_fee_fen if kind == OrderKind.MAKEUP else offering.fee_fen


def _post(order: Order, posting: Posting) -> None:
    group = uuid.uuid4()
    at = clock.now()
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            posting=group,
            at=at,
            account=side.account,
            amount_fen=side.amount_fen,
            order=order,
            memo=posting.memo,
        )
        for side in posting.sides
    )
