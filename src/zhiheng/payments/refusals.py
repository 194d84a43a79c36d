"""What must hold before money is asked for, written down or given back."""

from collections.abc import Sequence
from datetime import date

from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.foundation.money import yuan
from zhiheng.payments.invoices.queries import standing_invoice
from zhiheng.payments.models import Order, OrderLine, PaymentMethod, Settlement
from zhiheng.payments.queries import balance_of
from zhiheng.people.models import Account, Institution
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Sitting


def check_orderable(institution: Institution, sitting: Sitting, applications: Sequence[Application]) -> None:
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


def check_receipt(order: Order, amount_fen: int, received_on: date) -> None:
    owed = balance_of(order).owed_fen
    if amount_fen <= 0 or amount_fen > owed:
        raise Refused(
            what=f"到账金额 {yuan(amount_fen)} 元与订单 {order.reference} 尚欠的 {yuan(owed)} 元不符",
            rule="到账金额须大于零，且不超过尚欠金额",
            remedy="请核对银行回单；多付的款项请先退回",
            code="amount",
        )
    check_past("到账日期", received_on)


def check_past(label: str, day: date) -> None:
    if day > clock.today():
        raise Refused(
            what=f"{label} {chinese_day(day)} 在今天之后",
            remedy="请按银行回单填写",
            code="future-date",
        )


def settled_before(known: Settlement, order: Order, amount_fen: int) -> Settlement:
    """The settlement already there, if it is the same money for the same order."""
    if known.order_id == order.id and known.amount_fen == amount_fen:
        return known
    raise Refused(
        what=f"银行流水号 {known.bank_reference} 已用于订单 {known.order.reference}（{yuan(known.amount_fen)} 元）",
        rule="一笔流水只确认一次",
        remedy="请核对流水号",
        code="bank-reference-used",
    )


def filled(text: str, *, what: str, remedy: str, code: str) -> str:
    """The text without its margins. Raises: Refused when nothing is left."""
    if not (kept := text.strip()):
        raise Refused(what=what, remedy=remedy, code=code)
    return kept


def check_second(first: Account, by: Account) -> None:
    """Four eyes: whoever asks does not decide."""
    if first.id == by.id:
        raise Refused(
            what="这一项是您自己提出的，不能由您批准",
            rule="提出与批准须为不同的财务人员",
            remedy="请另一位财务人员处理",
            code="same-person",
        )


def check_undecided(decided: bool) -> None:
    if decided:
        raise Refused(what="这一项已经处理过", remedy="请刷新页面查看结果", code="decided-already")


def check_returnable(
    order: Order, settlement: Settlement, line: OrderLine | None, amount_fen: int, *, left_fen: int
) -> None:
    """What goes back the way it came is no more than came; money in suspense belongs to no candidate."""
    if settlement.order_id != order.id or settlement.method == PaymentMethod.BANK_TRANSFER:
        raise Refused(what="所选到账不能原路退回", remedy="请刷新页面后重新选择", code="refund-settlement")
    if settlement.suspense and line is not None:
        raise Refused(what="暂收款不属于任何考生", remedy="退暂收款时，“退给谁”请选全单", code="refund-line")
    if not 0 < amount_fen <= left_fen:
        raise Refused(
            what=f"这笔{settlement.get_method_display()}到账最多还能退 {yuan(left_fen)} 元，不能退 {yuan(amount_fen)} 元",
            rule="原路退回大于零，且不超过该笔到账未退回、未在申请中的金额",
            remedy="请核对金额",
            code="refund-amount",
        )


def check_refundable(
    order: Order, line: OrderLine | None, amount_fen: int, *, promised_fen: int, line_gone_fen: int
) -> None:
    """Never more back than was received, nor more for a candidate than that candidate's fee.

    promised_fen: other refunds of the order not yet decided. line_gone_fen: refunds of the line, decided or not.
    """
    held = balance_of(order).held_fen - promised_fen
    if not 0 < amount_fen <= held:
        raise Refused(
            what=f"订单 {order.reference} 最多还能退 {yuan(max(held, 0))} 元，不能退 {yuan(amount_fen)} 元",
            rule="退款大于零，且不超过已到账、未退回、未在申请中的金额",
            remedy="请核对金额",
            code="refund-amount",
        )
    if line is None:
        return
    if line.order_id != order.id:
        raise Refused(what="所选考生不在这份订单里", remedy="请刷新页面后重新选择", code="refund-line")
    if amount_fen > line.amount_fen - line_gone_fen:
        raise Refused(
            what=f"这名考生最多还能退 {yuan(line.amount_fen - line_gone_fen)} 元，不能退 {yuan(amount_fen)} 元",
            rule="退款不超过该考生的费用",
            remedy="请核对金额",
            code="refund-amount",
        )


def check_no_invoice(order: Order) -> None:
    """Money an invoice stands for goes back only after a red invoice. Raises: Refused."""
    if (invoice := standing_invoice(order)) is not None:
        raise Refused(
            what=f"订单 {order.reference} 已开发票 {invoice.number}",
            rule="已开发票的款项，先开红字发票再退款",
            remedy="请在发票页登记红字发票，退款后由机构按实收重新申请",
            code="invoice-stands",
        )
