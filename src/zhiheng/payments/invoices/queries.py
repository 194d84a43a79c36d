"""Which invoices were asked for, and what became of them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from zhiheng.payments.models import InvoiceAnswer, InvoiceRequest, Order, RedInvoice


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCase:
    request: InvoiceRequest
    answer: InvoiceAnswer | None
    red: RedInvoice | None = None  # it has taken the issued one back


def _answered(*, issued: bool | None = None) -> Exists:
    found = InvoiceAnswer.objects.filter(request=OuterRef("pk"))
    return Exists(found if issued is None else found.filter(issued=issued))


def live_request(order: Order) -> InvoiceRequest | None:
    """The request of an order that waits or was issued; one declined or taken back in red no longer counts."""
    red = RedInvoice.objects.filter(answer__request=OuterRef("pk"))
    return InvoiceRequest.objects.filter(~_answered(issued=False), ~Exists(red), order=order).first()


def standing_invoice(order: Order) -> InvoiceAnswer | None:
    """The issued invoice no red one has taken back."""
    red = RedInvoice.objects.filter(answer=OuterRef("pk"))
    return InvoiceAnswer.objects.filter(~Exists(red), request__order=order, issued=True).first()


def invoices_of(order: Order) -> list[InvoiceCase]:
    """Every request of an order with its answer and what took it back, in three queries."""
    answers = {answer.request_id: answer for answer in InvoiceAnswer.objects.filter(request__order=order)}
    reds = {
        red.answer.request_id: red
        for red in RedInvoice.objects.filter(answer__request__order=order).select_related("answer")
    }
    found = InvoiceRequest.objects.filter(order=order).order_by("created_at", "id")
    return [
        InvoiceCase(request=request, answer=answers.get(request.id), red=reds.get(request.id))
        for request in found
    ]


def waiting_invoices() -> QuerySet[InvoiceRequest]:
    return (
        InvoiceRequest.objects.filter(~_answered())
        .select_related("order__institution")
        .order_by("created_at", "id")
    )


def answered_invoices() -> QuerySet[InvoiceAnswer]:
    return InvoiceAnswer.objects.select_related("request__order__institution", "by").order_by(
        "-created_at", "id"
    )


def invoice_case(request_id: UUID) -> InvoiceCase | None:
    request = (
        InvoiceRequest.objects.filter(pk=request_id)
        .select_related("order__institution", "requested_by")
        .first()
    )
    if request is None:
        return None
    return InvoiceCase(
        request=request,
        answer=InvoiceAnswer.objects.filter(request=request).select_related("by").first(),
        red=RedInvoice.objects.filter(answer__request=request).select_related("by").first(),
    )
