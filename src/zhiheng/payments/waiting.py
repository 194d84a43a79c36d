"""What waits for institutions that owe, and for finance."""

from django.urls import reverse

from zhiheng.payments import queries
from zhiheng.payments.bank_files.queries import bank_files
from zhiheng.payments.channels.queries import surpluses
from zhiheng.payments.fees.queries import waiting_fees
from zhiheng.payments.invoices.queries import waiting_invoices
from zhiheng.payments.refunds.queries import waiting_refunds
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of
from zhiheng.people.waiting import Waiting


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role == Role.INSTITUTION:
        return _for_institution(account)
    if role == Role.FINANCE:
        return _for_finance(account)
    return []


def _for_finance(account: Account) -> list[Waiting]:
    """What others have asked for waits; what this account asked for itself waits for somebody else."""
    return [
        *_counted(queries.finance_orders(paid=False).count(), "份订单等待确认到账", "finance_orders"),
        *_counted(bank_files().filter(confirmed_at=None).count(), "份银行明细等待确认", "bank_files"),
        *_counted(waiting_refunds().exclude(requested_by=account).count(), "笔退款等待批准", "refunds"),
        *_counted(waiting_fees().exclude(proposed_by=account).count(), "项新费用等待批准", "fee_table"),
        *_counted(len(surpluses()), "笔暂收款等待退回", "refunds"),
        *_counted(waiting_invoices().count(), "张发票等待开具", "invoices"),
    ]


def _for_institution(account: Account) -> list[Waiting]:
    institution = institution_of(account)
    if institution is None:
        return []
    unordered = queries.never_ordered(institution).count()
    unpaid = queries.orders_of(institution).filter(paid_at=None).count()
    return [
        *_counted(unordered, "名已通过审核的考生尚未下单缴费", "orders"),
        *_counted(unpaid, "份订单尚未付清", "orders"),
    ]


def _counted(number: int, words: str, page: str) -> list[Waiting]:
    return [Waiting(title=f"{number} {words}", url=reverse(page), count=number)] if number else []
