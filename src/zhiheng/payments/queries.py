"""What is owed and what has arrived."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.payments.core.fees import Fee
from zhiheng.payments.core.ledger import Balance
from zhiheng.payments.fees.queries import fees_for
from zhiheng.payments.models import (
    LedgerEntry,
    Order,
    OrderKind,
    OrderLine,
    RefundDecision,
    Settlement,
)
from zhiheng.people.models import Institution
from zhiheng.sittings.models import Sitting


def _paid_lines() -> QuerySet[OrderLine]:
    """Fees that have arrived and were not cancelled again by refunds."""
    cancelled = _summed(
        RefundDecision.objects.filter(approved=True, refund__line=OuterRef("pk")),
        by="refund__line",
        amount="refund__amount_fen",
    )
    return (
        OrderLine.objects.filter(order__paid_at__isnull=False, released=False)
        .annotate(cancelled_fen=cancelled)
        .filter(amount_fen__gt=F("cancelled_fen"))
    )


def _summed(found: QuerySet[Any], *, by: str, amount: str) -> Coalesce:
    """The sum of an amount over the rows of a subquery; 0 for none."""
    return Coalesce(Subquery(found.order_by().values(by).annotate(sum=Sum(amount)).values("sum")), 0)


def is_paid(application: Application) -> bool:
    """Whether the fee of this application has arrived in full and was not refunded in full."""
    return _paid_lines().filter(application=application).exists()


def paid_applications() -> QuerySet[Application]:
    return Application.objects.filter(Exists(_paid_lines().filter(application=OuterRef("pk"))))


def unordered_applications(institution: Institution) -> QuerySet[Application]:
    """Approved applications no order has been placed for, or whose fee was refunded in full."""
    ordered = OrderLine.objects.filter(application=OuterRef("pk"), released=False)
    return (
        Application.objects.filter(institution=institution, status=ApplicationStatus.APPROVED)
        .filter(~Exists(ordered))
        .select_related("person", "offering", "sitting")
        .order_by("sitting__day", "person__name")
    )


def never_ordered(institution: Institution) -> QuerySet[Application]:
    """Those of them no order has ever been placed for."""
    refunded = OrderLine.objects.filter(application=OuterRef("pk"), released=True)
    return unordered_applications(institution).filter(~Exists(refunded))


def orders_of(institution: Institution) -> QuerySet[Order]:
    return Order.objects.filter(institution=institution).select_related("sitting")


def unpaid_orders() -> list[Order]:
    """What finance waits for, the oldest first."""
    return list(
        Order.objects.filter(paid_at=None).select_related("institution", "sitting").order_by("created_at")
    )


def ledger_balance() -> int:
    """The sum over the whole ledger; anything but zero means it was tampered with."""
    return sum(LedgerEntry.objects.values_list("amount_fen", flat=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """Approved candidates of one sitting no order has been placed for; make-ups apart."""

    sitting: Sitting
    kind: OrderKind
    applications: tuple[Application, ...]
    fees: Mapping[UUID, Fee]  # by application
    refunded: frozenset[UUID]  # applications whose fee went back in full before

    @property
    def total_fen(self) -> int:
        return sum(self.fees[application.id].amount_fen for application in self.applications)


def baskets_of(institution: Institution) -> list[Basket]:
    """One basket a sitting, the next one first, at the fees that hold today.

    Who was refunded in full is among them, so that the candidate can be ordered for again.
    """
    waiting = list(unordered_applications(institution))
    released = OrderLine.objects.filter(application__in=waiting, released=True)
    refunded = frozenset(released.values_list("application_id", flat=True))
    apart = {
        OrderKind.REGISTRATION: [entry for entry in waiting if entry.resit_of_id is None],
        OrderKind.MAKEUP: [entry for entry in waiting if entry.resit_of_id is not None],
    }
    baskets = [
        Basket(sitting=sitting, kind=kind, applications=tuple(some), fees=fees, refunded=refunded)
        for kind, those in apart.items()
        if those
        for fees in [fees_for(institution, those, kind=kind)]
        for sitting, some in groupby(those, key=lambda entry: entry.sitting)
    ]
    return sorted(baskets, key=lambda basket: (basket.sitting.day, basket.kind == OrderKind.MAKEUP))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAccount:
    """An order with what became of it."""

    order: Order
    balance: Balance

    @property
    def received_fen(self) -> int:
        return self.balance.received_fen

    @property
    def owed_fen(self) -> int:
        return self.balance.owed_fen


def with_received(orders: QuerySet[Order]) -> list[OrderAccount]:
    """Orders with what has arrived for each and went back, in one query."""
    refunds = RefundDecision.objects.filter(approved=True, refund__order=OuterRef("pk")).exclude(
        refund__settlement__suspense=True
    )
    arrived = Settlement.objects.filter(order=OuterRef("pk"), suspense=False)
    amounts = {"by": "refund__order", "amount": "refund__amount_fen"}
    summed = orders.annotate(
        arrived=_summed(arrived, by="order", amount="amount_fen"),
        refunded=_summed(refunds, **amounts),
        cancelled=_summed(refunds.exclude(refund__line=None), **amounts),
    )
    return [
        OrderAccount(
            order=order,
            balance=Balance(
                ordered_fen=order.total_fen,
                cancelled_fen=order.cancelled,
                received_fen=order.arrived,
                refunded_fen=order.refunded,
            ),
        )
        for order in summed
    ]


def account_of(order: Order) -> OrderAccount:
    return with_received(Order.objects.filter(pk=order.pk).select_related("institution", "sitting"))[0]


def balance_of(order: Order) -> Balance:
    """What has been ordered, cancelled, received and refunded, read anew."""
    return account_of(order).balance


def order_for(institution: Institution, order_id: UUID) -> Order | None:
    return orders_of(institution).filter(pk=order_id).select_related("institution", "sitting").first()


def order_with_everything(order_id: UUID) -> Order | None:
    return Order.objects.filter(pk=order_id).select_related("institution", "sitting").first()


def lines_of(order: Order) -> list[OrderLine]:
    return list(
        OrderLine.objects.filter(order=order)
        .select_related("application__person", "application__offering")
        .order_by("application__person__name", "id")
    )


def settlements_of(order: Order) -> list[Settlement]:
    return list(
        Settlement.objects.filter(order=order).select_related("confirmed_by").order_by("created_at", "id")
    )


def finance_orders(*, paid: bool) -> QuerySet[Order]:
    """Orders for finance: the unpaid ones oldest first, the paid ones latest first."""
    found = Order.objects.select_related("institution", "sitting")
    if paid:
        return found.exclude(paid_at=None).order_by("-paid_at", "id")
    return found.filter(paid_at=None).order_by("created_at", "id")


def sittings_ordered(institution: Institution) -> list[Sitting]:
    """The sittings an institution has an order for, the latest first."""
    ordered = Order.objects.filter(institution=institution).order_by().values("sitting_id")
    return list(Sitting.objects.filter(pk__in=ordered).order_by("-day"))


def ledger_entries() -> QuerySet[LedgerEntry]:
    """The ledger, latest posting first, its sides together."""
    return LedgerEntry.objects.select_related("order__institution").order_by("-at", "posting", "-amount_fen")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSums:
    """The ledger by kind of account, in fen; positive = debit. difference must be zero."""

    bank_fen: int
    channels_fen: int
    receivable_fen: int
    suspense_fen: int
    income_fen: int

    @property
    def difference_fen(self) -> int:
        return self.bank_fen + self.channels_fen + self.receivable_fen + self.suspense_fen + self.income_fen


def ledger_sums() -> LedgerSums:
    """Whatever no other name fits counts with the income, so that nothing is left out of the difference."""
    kinds = {
        "bank_fen": Q(account="bank"),
        "channels_fen": Q(account__startswith="channel:"),
        "receivable_fen": Q(account__startswith="institution:"),
        "suspense_fen": Q(account="suspense"),
    }
    rest = ~reduce(or_, kinds.values())
    sums = LedgerEntry.objects.aggregate(
        **{
            name: Coalesce(Sum("amount_fen", filter=which), 0)
            for name, which in {**kinds, "income_fen": rest}.items()
        }
    )
    return LedgerSums(**sums)


def ordered_together(institution_id: UUID, sitting_id: UUID) -> Order | None:
    """Any order of an institution for a sitting; None when there is nothing to account for."""
    return (
        Order.objects.filter(institution=institution_id, sitting=sitting_id)
        .select_related("institution", "sitting")
        .first()
    )
