"""Payments asked for, money in suspense, refunds on their way through a channel."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from zhiheng.payments.models import (
    ChannelRefund,
    Order,
    Payment,
    PaymentMethod,
    Refund,
    RefundDecision,
    RefundState,
    Settlement,
)
from zhiheng.people.models import Institution
from zhiheng.plumbing import clock


def payment_for(institution: Institution, payment_id: UUID) -> Payment | None:
    """A payment with its code, of the institution's own orders."""
    return (
        Payment.objects.filter(pk=payment_id, order__institution=institution)
        .exclude(code="")
        .select_related("order__sitting", "order__institution")
        .first()
    )


def open_payment_of(order: Order, method: str, amount_fen: int) -> Payment | None:
    """A code that can still be scanned for exactly this amount."""
    return (
        Payment.objects.filter(order=order, channel=method, amount_fen=amount_fen, expires_at__gt=clock.now())
        .exclude(code="")
        .exclude(Exists(Settlement.objects.filter(payment=OuterRef("pk"))))
        .first()
    )


def payment_numbered(number: str, method: str) -> Payment | None:
    return Payment.objects.filter(number=number, channel=method).first()


def settlement_of(payment: Payment) -> Settlement | None:
    """The money this payment brought, in suspense or not."""
    return Settlement.objects.filter(payment=payment).order_by("created_at", "id").first()


def payments_open(order: Order) -> QuerySet[Payment]:
    """Codes given out that nothing was received for."""
    return (
        Payment.objects.filter(order=order)
        .exclude(code="")
        .exclude(Exists(Settlement.objects.filter(payment=OuterRef("pk"))))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Returnable:
    """Money that came by a channel and may go back the same way."""

    settlement: Settlement
    left_fen: int  # neither given back nor asked for


def returnables_of(order: Order) -> list[Returnable]:
    """Of one order, in one query; those with nothing left are not among them."""
    return _returnable(Settlement.objects.filter(order=order))


def surpluses() -> list[Returnable]:
    """Everything in suspense nobody has asked to give back, the oldest first."""
    return _returnable(Settlement.objects.filter(suspense=True).select_related("order__institution"))


def left_of(settlement: Settlement, *, but: Refund | None = None) -> int:
    """What may still be asked back of a settlement; `but`: a refund not to count."""
    asked = _live_refunds().filter(settlement=settlement)
    if but is not None:
        asked = asked.exclude(pk=but.pk)
    return settlement.amount_fen - (asked.aggregate(sum=Sum("amount_fen"))["sum"] or 0)


def _returnable(found: QuerySet[Settlement]) -> list[Returnable]:
    asked = (
        _live_refunds()
        .filter(settlement=OuterRef("pk"))
        .order_by()
        .values("settlement")
        .annotate(sum=Sum("amount_fen"))
    )
    rows = (
        found.exclude(method=PaymentMethod.BANK_TRANSFER)
        .annotate(asked=Coalesce(Subquery(asked.values("sum")), 0))
        .order_by("created_at", "id")
    )
    return [
        Returnable(settlement=row, left_fen=row.amount_fen - row.asked)
        for row in rows
        if row.amount_fen > row.asked
    ]


def _live_refunds() -> QuerySet[Refund]:
    """Paid or waiting; not those somebody said no to."""
    no = RefundDecision.objects.filter(refund=OuterRef("pk"), approved=False)
    return Refund.objects.filter(~Exists(no))


def attempts_of(refund: Refund) -> list[ChannelRefund]:
    return list(ChannelRefund.objects.filter(refund=refund).select_related("by").order_by("created_at", "id"))


def live_attempt(refund: Refund) -> ChannelRefund | None:
    """The attempt that is on its way or done; a failed one no longer counts."""
    return ChannelRefund.objects.filter(refund=refund).exclude(state=RefundState.FAILED).first()


def attempt_numbered(number: str, method: str) -> ChannelRefund | None:
    return (
        ChannelRefund.objects.filter(number=number, refund__settlement__method=method)
        .select_related("refund__order", "refund__line", "refund__settlement__payment", "by")
        .first()
    )
