"""Invoices: an institution asks for one, finance writes down the number it was issued under."""

import re
from datetime import date

from django.db import transaction

from zhiheng.foundation.credit_code import parse_credit_code
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.foundation.money import yuan
from zhiheng.payments.invoices.queries import live_request
from zhiheng.payments.models import InvoiceAnswer, InvoiceKind, InvoiceRequest, Order, RedInvoice
from zhiheng.payments.queries import balance_of
from zhiheng.payments.refusals import check_past, check_undecided, filled
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named


@transaction.atomic
def request_invoice(
    *, by: Account, order: Order, kind: InvoiceKind, title: str, tax_number: str
) -> InvoiceRequest:
    """Ask for an invoice over what the order has brought in.

    Raises: Refused for an order not paid, a title or tax number that cannot be, or a request already there.
    """
    lock_named(f"order:{order.id}")
    order = Order.objects.get(pk=order.pk)
    name = filled(title, what="没有填写发票抬头", remedy="请按营业执照填写名称", code="invoice-title")
    number = parse_credit_code(tax_number, field="纳税人识别号", code="tax-number")
    amount = balance_of(order).held_fen
    if order.paid_at is None or amount <= 0:
        raise Refused(
            what=f"订单 {order.reference} 还没有付清，或已全额退款",
            rule="按实际收到的金额开票",
            remedy="请付清后再申请",
            code="invoice-unpaid",
        )
    if live_request(order) is not None:
        raise Refused(
            what=f"订单 {order.reference} 已经申请过发票",
            rule="一份订单一张发票",
            remedy="请在订单页查看开票情况",
            code="invoiced-already",
        )
    request = InvoiceRequest.objects.create(
        order=order, kind=kind, title=name, tax_number=number, amount_fen=amount, requested_by=by
    )
    record(
        by=str(by.id),
        act="invoice-requested",
        subject=f"order:{order.id}",
        detail={"invoice": str(request.id), "kind": str(kind), "amount_fen": amount},
    )
    return request


@transaction.atomic
def record_invoice(*, by: Account, request: InvoiceRequest, number: str, issued_on: date) -> InvoiceAnswer:
    """Write down the invoice as issued.

    Raises: Refused for a number no invoice has or used before, a future day, or an amount refunds have changed.
    """
    _lock(request)
    digits = _new_number(number)
    check_past("开票日期", issued_on)
    held = balance_of(request.order).held_fen
    if held != request.amount_fen:
        raise Refused(
            what=f"申请时订单实收 {yuan(request.amount_fen)} 元，现在是 {yuan(held)} 元",
            rule="按实际收到的金额开票",
            remedy="请不予开票并写明原因，由机构重新申请",
            code="invoice-amount",
        )
    answer = InvoiceAnswer.objects.create(
        request=request, issued=True, number=digits, issued_on=issued_on, by=by
    )
    record(
        by=str(by.id),
        act="invoice-issued",
        subject=f"order:{request.order_id}",
        detail={"invoice": str(request.id), "number": digits},
    )
    return answer


@transaction.atomic
def record_red_invoice(*, by: Account, answer: InvoiceAnswer, number: str, issued_on: date) -> RedInvoice:
    """Write down the red invoice that takes an issued one back; the institution may then ask for a new one.

    Raises: Refused for an invoice never issued or taken back before, a number no invoice has or used before, or a
    day in the future or before the invoice it takes back.
    """
    lock_named(f"order:{answer.request.order_id}")
    if not answer.issued or RedInvoice.objects.filter(answer=answer).exists():
        raise Refused(
            what="这张发票没有开具，或已登记过红字发票", remedy="请刷新页面查看", code="invoice-not-standing"
        )
    digits = _new_number(number)
    check_past("红字发票日期", issued_on)
    if answer.issued_on is not None and issued_on < answer.issued_on:
        raise Refused(
            what=f"红字发票日期 {chinese_day(issued_on)} 早于原发票的 {chinese_day(answer.issued_on)}",
            remedy="请照红字发票填写",
            code="red-before",
        )
    red = RedInvoice.objects.create(answer=answer, number=digits, issued_on=issued_on, by=by)
    record(
        by=str(by.id),
        act="red-invoice-recorded",
        subject=f"order:{answer.request.order_id}",
        detail={"invoice": answer.number, "number": digits},
    )
    return red


def _new_number(number: str) -> str:
    digits = "".join(number.split())
    if not re.fullmatch(r"[0-9]{8}|[0-9]{20}", digits):
        raise Refused(
            what=f"发票号码“{number}”有误",
            rule="数电发票 20 位数字，纸质发票 8 位数字",
            remedy="请照发票填写",
            code="invoice-number",
        )
    used = (InvoiceAnswer.objects.filter(number=digits), RedInvoice.objects.filter(number=digits))
    if any(found.exists() for found in used):
        raise Refused(what=f"发票号码 {digits} 已登记过", remedy="请核对号码", code="invoice-number-used")
    return digits


@transaction.atomic
def decline_invoice(*, by: Account, request: InvoiceRequest, note: str) -> InvoiceAnswer:
    """No invoice, and why; the institution may ask again. Raises: Refused without a reason or when answered."""
    _lock(request)
    why = filled(note, what="没有填写不予开票的原因", remedy="请写明原因", code="note")
    answer = InvoiceAnswer.objects.create(request=request, issued=False, note=why, by=by)
    record(
        by=str(by.id),
        act="invoice-declined",
        subject=f"order:{request.order_id}",
        detail={"invoice": str(request.id), "note": why},
    )
    return answer


def _lock(request: InvoiceRequest) -> None:
    lock_named(f"order:{request.order_id}")
    check_undecided(InvoiceAnswer.objects.filter(request=request).exists())
