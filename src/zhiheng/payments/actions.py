"""Placing orders and confirming the money."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.money import yuan
from zhiheng.payments.core.ledger import Posting, order_placed, transfer_received
from zhiheng.payments.models import LedgerEntry, Order, OrderKind, OrderLine, Settlement
from zhiheng.payments.queries import received_fen
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
    _check_orderable(institution, sitting, applications)
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
    reference = bank_reference.strip()
    if not reference:
        raise Refused(what="没有填写银行流水号", remedy="请按银行回单填写流水号", code="bank-reference")
    known = Settlement.objects.filter(bank_reference=reference).select_related("order").first()
    if known is not None:
        return _settled_before(known, order, amount_fen)
    _check_amount(order, amount_fen, received_on)
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
    if received_fen(order) == order.total_fen:
        order.paid_at = clock.now()
        order.save(update_fields=["paid_at"])
        publish("order-paid", order_id=str(order.id))
    return settlement


def _check_orderable(institution: Institution, sitting: Sitting, applications: Sequence[Application]) -> None:
    if not applications:
        raise Refused(what="没有选中任何考生", remedy="请先勾选审核通过的考生", code="order-empty")
    for application in applications:
        if application.institution_id != institution.id or application.sitting_id != sitting.id:
            raise Refused(
                what="所选考生不属于本机构的这一考期", remedy="请刷新页面后重新选择", code="order-foreign"
            )
        if application.status != ApplicationStatus.APPROVED:
            raise Refused(
                what=f"{application.person.name}的报名尚未审核通过",
                rule="先审核、后缴费",
                remedy="请等审核通过后再下单",
                code="order-unapproved",
            )


def _fee(application: Application, kind: OrderKind) -> int:
    offering = application.offering
    return offering.makeup_fee_fen if kind == OrderKind.MAKEUP else offering.fee_fen


def _check_amount(order: Order, amount_fen: int, received_on: date) -> None:
    owed = order.total_fen - received_fen(order)
    if amount_fen <= 0 or amount_fen > owed:
        raise Refused(
            what=f"到账金额 {yuan(amount_fen)} 元与订单 {order.reference} 尚欠的 {yuan(owed)} 元不符",
            rule="到账金额须大于零，且不超过尚欠金额",
            remedy="请核对银行回单；多付的款项请先退回",
            code="amount",
        )
    if received_on > clock.today():
        raise Refused(
            what=f"到账日期 {received_on.isoformat()} 在今天之后",
            remedy="请按银行回单填写",
            code="future-date",
        )


def _settled_before(known: Settlement, order: Order, amount_fen: int) -> Settlement:
    if known.order_id == order.id and known.amount_fen == amount_fen:
        return known
    raise Refused(
        what=f"银行流水号 {known.bank_reference} 已用于订单 {known.order.reference}（{yuan(known.amount_fen)} 元）",
        rule="一笔流水只确认一次",
        remedy="请核对流水号",
        code="bank-reference-used",
    )


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
