"""What was asked back, and what became of it."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from zhiheng.payments.models import Order, OrderLine, Refund, RefundDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundCase:
    refund: Refund
    decision: RefundDecision | None


def _decided(*, approved: bool | None = None) -> Exists:
    found = RefundDecision.objects.filter(refund=OuterRef("pk"))
    return Exists(found if approved is None else found.filter(approved=approved))


def promised_fen(order: Order, *, but: Refund) -> int:
    """Other refunds of the order that wait for a decision; money in suspense is no part of the order's."""
    waiting = Refund.objects.filter(~_decided(), order=order).exclude(settlement__suspense=True)
    return _sum(waiting.exclude(pk=but.pk))


def line_gone_fen(line: OrderLine | None, *, but: Refund) -> int:
    """Other refunds of one candidate's fee, paid or waiting; 0 for no line."""
    return _sum(Refund.objects.filter(~_decided(approved=False), line=line).exclude(pk=but.pk)) if line else 0


def cancelled_fen(line: OrderLine) -> int:
    """What of a candidate's fee has gone back."""
    return _sum(Refund.objects.filter(_decided(approved=True), line=line))


def _sum(found: QuerySet[Refund]) -> int:
    return found.aggregate(sum=Sum("amount_fen"))["sum"] or 0


def waiting_refunds() -> QuerySet[Refund]:
    return _with_everything(Refund.objects.filter(~_decided())).order_by("created_at", "id")


def decided_refunds() -> QuerySet[RefundDecision]:
    return RefundDecision.objects.select_related(
        "refund__order__institution", "refund__line__application__person", "refund__requested_by", "by"
    ).order_by("-created_at", "id")


def refunds_of(order: Order) -> list[RefundCase]:
    """Every refund of an order with its decision, in two queries."""
    found = list(_with_everything(Refund.objects.filter(order=order)).order_by("created_at", "id"))
    decisions = {
        decision.refund_id: decision
        for decision in RefundDecision.objects.filter(Q(refund__order=order)).select_related("by")
    }
    return [RefundCase(refund=refund, decision=decisions.get(refund.id)) for refund in found]


def refund_case(refund_id: UUID) -> RefundCase | None:
    refund = _with_everything(Refund.objects.filter(pk=refund_id)).first()
    if refund is None:
        return None
    decision = RefundDecision.objects.filter(refund=refund).select_related("by").first()
    return RefundCase(refund=refund, decision=decision)


def _with_everything(found: QuerySet[Refund]) -> QuerySet[Refund]:
    return found.select_related(
        "order__institution",
        "order__sitting",
        "line__application__person",
        "settlement__payment",
        "requested_by",
    )
