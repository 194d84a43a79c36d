"""What waits for institutions that owe, and for finance."""

from django.urls import reverse

from zhiheng.payments import queries
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of
from zhiheng.people.waiting import Waiting


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role == Role.INSTITUTION:
        return _for_institution(account)
    if role == Role.FINANCE:
        return _counted(queries.finance_orders(paid=False).count(), "份订单等待确认到账", "finance_orders")
    return []


def _for_institution(account: Account) -> list[Waiting]:
    institution = institution_of(account)
    if institution is None:
        return []
    unordered = queries.unordered_applications(institution).count()
    unpaid = queries.orders_of(institution).filter(paid_at=None).count()
    return [
        *_counted(unordered, "名已通过审核的考生尚未下单缴费", "orders"),
        *_counted(unpaid, "份订单尚未付清", "orders"),
    ]


def _counted(number: int, words: str, page: str) -> list[Waiting]:
    return [Waiting(title=f"{number} {words}", url=reverse(page), count=number)] if number else []
