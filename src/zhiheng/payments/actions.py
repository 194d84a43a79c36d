"""Placing orders and confirming the money."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from zhiheng.enrolment.models import Application
from zhiheng.foundation.errors import Refused
from zhiheng.payments.core.ledger import (
    Posting,
    order_placed,
    surplus_received,
    transfer_received,
)
from zhiheng.payments.fees.queries import fees_for
from zhiheng.payments.models import (
    LedgerEntry,
    Order,
    OrderKind,
    OrderLine,
    PaymentMethod,
    Settlement,
)
from zhiheng.payments.queries import balance_of
from zhiheng.payments.refusals import (
    check_orderable,
    check_receipt,
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
    """One order for approved applications of one institution and sitting, at the fees that hold today.

    Raises: Refused for an empty order, a foreign or unapproved application, or one already ordered.
    """
    check_orderable(institution, sitting, applications)
    by_application = fees_for(institution, applications, kind=kind)
    fees = [by_application[application.id] for application in applications]
    serial = next_number(f"order:{sitting.day:%y%m}")
    order = Order.objects.create(
        reference=f"ZH{sitting.day:%y%m}{institution.code}{serial:04d}",
        institution=institution,
        sitting=sitting,
        kind=kind,
        total_fen=sum(fee.amount_fen for fee in fees),
        placed_by=by,
    )
    try:
        with transaction.atomic():
            OrderLine.objects.bulk_create(
                OrderLine(
                    order=order,
                    application=application,
                    amount_fen=fee.amount_fen,
                    basis=fee.basis,
                    fee_id=fee.row,
                    description=f"{application.offering.title}{kind.label}",
                )
                for application, fee in zip(applications, fees, strict=True)
            )
    except IntegrityError:
        raise Refused(
            what="所选考生中有人已在另一份订单里", remedy="请刷新页面后重新选择", code="ordered-already"
        ) from None
    post_entries(
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


def settle(settlement: Settlement, *, by: str) -> Settlement:
    """Write down money that arrived, inside the caller's transaction and under the order's lock; the books follow.

    by: the account's id, or the channel that said so.
    """
    order = settlement.order
    settlement.save(force_insert=True)
    post_entries(order, _posting_of(settlement))
    record(
        by=by,
        act="surplus-received" if settlement.suspense else "transfer-confirmed",
        subject=f"order:{order.id}",
        detail={"bank_reference": settlement.bank_reference, "amount_fen": settlement.amount_fen},
    )
    if not settlement.suspense and balance_of(order).owed_fen == 0:
        order.paid_at = clock.now()
        order.save(update_fields=["paid_at"])
        publish("order-paid", order_id=str(order.id))
    return settlement


def _posting_of(settlement: Settlement) -> Posting:
    order, place = settlement.order, place_of(settlement.method)
    words = {"reference": order.reference, "bank_reference": settlement.bank_reference, "place": place}
    if settlement.suspense:
        return surplus_received(amount_fen=settlement.amount_fen, **words)
    return transfer_received(institution=str(order.institution_id), amount_fen=settlement.amount_fen, **words)


def place_of(method: str) -> str:
    """The ledger's account where money of a method lies."""
    return "bank" if method == PaymentMethod.BANK_TRANSFER else f"channel:{method}"


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
    settlement = Settlement(
        order=order,
        bank_reference=reference,
        amount_fen=amount_fen,
        received_on=received_on,
        confirmed_by=by,
    )
    return settle(settlement, by=str(by.id))


def post_entries(order: Order, posting: Posting) -> None:
    """Write a posting's sides into the ledger, inside the caller's transaction."""
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
