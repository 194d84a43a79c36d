"""Ordering for approved candidates, and confirming the money."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.money import yuan
from zhiheng.payments import actions, queries, statements
from zhiheng.payments.channels.queries import returnables_of
from zhiheng.payments.channels.registry import channels
from zhiheng.payments.forms import OrderForm, TransferForm
from zhiheng.payments.invoices.queries import invoices_of, live_request
from zhiheng.payments.models import LedgerEntry, Order, OrderKind, PaymentMethod
from zhiheng.payments.refunds.queries import refunds_of
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Institution, Role
from zhiheng.people.queries import institution_of
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Sitting
from zhiheng.surface.forms import as_validation_error

PER_PAGE = 50
_FIELD_OF = {
    "amount": "amount",
    "future-date": "received_on",
    "bank-reference": "bank_reference",
    "bank-reference-used": "bank_reference",
}


def _institution(request: SignedInRequest) -> Institution:
    institution = institution_of(request.user)
    if institution is None:
        raise Http404
    return institution


def _basket_form(basket: queries.Basket, data: object = None) -> OrderForm:
    choices = [
        (
            str(application.id),
            f"{application.person.name} · {application.offering.title} · {yuan(basket.fees[application.id].amount_fen)} 元"
            f"{' · 原费用已全额退回' if application.id in basket.refunded else ''}",
        )
        for application in basket.applications
    ]
    everyone = [
        str(application.id) for application in basket.applications if application.id not in basket.refunded
    ]
    return OrderForm(
        data,
        choices=choices,
        initial={"applications": everyone},
        auto_id=f"basket_{basket.sitting.id}_{basket.kind}_%s",
    )


@allow(Role.INSTITUTION)
def orders(request: SignedInRequest) -> HttpResponse:
    """Who can be ordered for, and what has been ordered."""
    return _orders_page(request, _institution(request))


def _orders_page(
    request: SignedInRequest,
    institution: Institution,
    *,
    wrong: tuple[queries.Basket, OrderForm] | None = None,
) -> HttpResponse:
    baskets = [
        {
            "basket": basket,
            "form": wrong[1] if wrong and wrong[0] == basket else _basket_form(basket),
        }
        for basket in queries.baskets_of(institution)
    ]
    return render(
        request,
        "payments/orders.html",
        {
            "baskets": baskets,
            "accounts": queries.with_received(queries.orders_of(institution)),
            "sittings": queries.sittings_ordered(institution),
        },
        status=422 if wrong else 200,
    )


@allow(Role.INSTITUTION)
@require_POST
def place_order(request: SignedInRequest, sitting_id: UUID) -> HttpResponse:
    """One order for the chosen candidates of a sitting."""
    institution = _institution(request)
    kind = request.POST.get("kind", OrderKind.REGISTRATION)
    basket = next(
        (
            basket
            for basket in queries.baskets_of(institution)
            if basket.sitting.id == sitting_id and basket.kind == kind
        ),
        None,
    )
    if basket is None:
        messages.info(request, "这一考期没有等待下单的考生，可能已经下过单。")
        return redirect("orders")
    form = _basket_form(basket, request.POST)
    if form.is_valid():
        chosen = set(form.cleaned_data["applications"])
        try:
            order = actions.place_order(
                by=request.user,
                institution=institution,
                sitting=basket.sitting,
                applications=[entry for entry in basket.applications if str(entry.id) in chosen],
                kind=basket.kind,
            )
        except Refused as refused:
            form.add_error("applications", as_validation_error(refused))
        else:
            messages.success(request, f"订单 {order.reference} 已生成。")
            return redirect("order", order.id)
    return _orders_page(request, institution, wrong=(basket, form))


@allow(Role.INSTITUTION)
def order(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """What one order is for and what has arrived."""
    shown = queries.order_for(_institution(request), order_id)
    if shown is None:
        raise Http404
    ways = channels() if shown.paid_at is None else ()
    return render(request, "payments/order.html", _order_context(shown) | {"channels": ways})


def _order_context(shown: Order) -> dict[str, object]:
    arrived = queries.settlements_of(shown)
    return {
        "order": shown,
        "account": queries.account_of(shown),
        "lines": queries.lines_of(shown),
        "settlements": [entry for entry in arrived if not entry.suspense],
        "surplus": [entry for entry in arrived if entry.suspense],
        "refunds": refunds_of(shown),
        "invoices": invoices_of(shown),
        "can_invoice": shown.paid_at is not None and live_request(shown) is None,
    }


@allow(Role.INSTITUTION)
def statement(request: SignedInRequest, sitting_id: UUID) -> HttpResponse:
    """The institution's account for one sitting, ready to print."""
    institution = _institution(request)
    sittings = {sitting.id: sitting for sitting in queries.sittings_ordered(institution)}
    if sitting_id not in sittings:
        raise Http404
    return _statement_page(request, institution, sittings[sitting_id])


def _statement_page(request: SignedInRequest, institution: Institution, sitting: Sitting) -> HttpResponse:
    return render(
        request,
        "payments/statement.html",
        {
            "institution": institution,
            "sitting": sitting,
            "statement": statements.statement(institution, sitting),
            "printed_at": clock.now(),
        },
    )


@allow(Role.FINANCE)
def finance_orders(request: SignedInRequest) -> HttpResponse:
    """Which orders wait for money."""
    paid = request.GET.get("show") == "paid"
    page = Paginator(queries.finance_orders(paid=paid), PER_PAGE).get_page(request.GET.get("page"))
    shown = [entry.pk for entry in page]
    accounts = queries.with_received(queries.finance_orders(paid=paid).filter(pk__in=shown))
    base = reverse("finance_orders")
    tabs = [
        {"url": base, "label": "待到账", "current": not paid},
        {"url": f"{base}?show=paid", "label": "已付清", "current": paid},
    ]
    return render(
        request,
        "payments/finance_orders.html",
        {"page": page, "accounts": accounts, "paid": paid, "tabs": tabs},
    )


@allow(Role.FINANCE)
def finance_order(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """One order, and a transfer to confirm for it."""
    shown = queries.order_with_everything(order_id)
    if shown is None:
        raise Http404
    form = TransferForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.confirm_transfer(
                by=request.user,
                order=shown,
                bank_reference=form.cleaned_data["bank_reference"],
                amount_fen=form.cleaned_data["amount"],
                received_on=form.cleaned_data["received_on"],
            )
        except Refused as refused:
            form.add_error(_FIELD_OF.get(refused.code), as_validation_error(refused))
        else:
            messages.success(request, f"到账 {yuan(form.cleaned_data['amount'])} 元已确认。")
            return redirect("finance_order", shown.id)
    status = 422 if form.errors else 200
    has_surplus = any(entry.settlement.suspense for entry in returnables_of(shown))
    context = _order_context(shown) | {"form": form, "has_surplus": has_surplus}
    return render(request, "payments/finance_order.html", context, status=status)


@allow(Role.FINANCE)
def finance_statement(request: SignedInRequest, institution_id: UUID, sitting_id: UUID) -> HttpResponse:
    """Any institution's account for one sitting."""
    found = queries.ordered_together(institution_id, sitting_id)
    if found is None:
        raise Http404
    return _statement_page(request, found.institution, found.sitting)


@allow(Role.FINANCE)
def ledger(request: SignedInRequest) -> HttpResponse:
    """Does the ledger sum to zero?"""
    page = Paginator(queries.ledger_entries(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "payments/ledger.html",
        {"page": page, "rows": [_named(entry) for entry in page], "sums": queries.ledger_sums()},
    )


def _named(entry: LedgerEntry) -> dict[str, object]:
    kind, _, rest = entry.account.partition(":")
    words = {
        "bank": "银行存款",
        "channel": f"渠道待结算：{dict(PaymentMethod.choices).get(rest, rest)}",
        "suspense": f"暂收款：{entry.order.institution.name}",
        "institution": f"应收：{entry.order.institution.name}",
        "income": f"收入：{dict(OrderKind.choices).get(rest, rest)}",
    }
    return {"entry": entry, "account": words.get(kind, entry.account)}
