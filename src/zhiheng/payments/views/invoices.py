"""Invoices: asked for by institutions, recorded by finance."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from zhiheng.foundation.errors import Refused
from zhiheng.payments.forms import InvoiceForm, InvoiceIssueForm, NoteForm, RedInvoiceForm
from zhiheng.payments.invoices import actions, queries
from zhiheng.payments.models import InvoiceKind
from zhiheng.payments.queries import account_of, order_for
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.people.queries import institution_of
from zhiheng.surface.forms import as_validation_error

PER_PAGE = 50
_FIELD_OF = {
    "invoice-title": "title",
    "tax-number": "tax_number",
    "invoice-number": "number",
    "invoice-number-used": "number",
    "future-date": "issued_on",
    "red-before": "issued_on",
    "note": "note",
}


@allow(Role.INSTITUTION)
def request_invoice(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """What the invoice is to be made out to."""
    institution = institution_of(request.user)
    order = order_for(institution, order_id) if institution else None
    if institution is None or order is None:
        raise Http404
    form = InvoiceForm(request.POST or None, initial={"title": institution.name})
    if request.method == "POST" and form.is_valid():
        try:
            actions.request_invoice(
                by=request.user,
                order=order,
                kind=InvoiceKind(form.cleaned_data["kind"]),
                title=form.cleaned_data["title"],
                tax_number=form.cleaned_data["tax_number"],
            )
        except Refused as refused:
            form.add_error(_FIELD_OF.get(refused.code), as_validation_error(refused))
        else:
            messages.success(request, "已申请发票，开具后会显示在订单页。")
            return redirect("order", order.id)
    return render(
        request,
        "payments/invoice_form.html",
        {"order": order, "account": account_of(order), "form": form},
        status=422 if form.errors else 200,
    )


@allow(Role.FINANCE)
def invoices(request: SignedInRequest) -> HttpResponse:
    """Which invoices wait, and which were answered."""
    page = Paginator(queries.answered_invoices(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "payments/invoices.html", {"waiting": list(queries.waiting_invoices()), "page": page}
    )


@allow(Role.FINANCE)
def invoice(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    """One request: write down the number, or say why there is none."""
    case = queries.invoice_case(request_id)
    if case is None:
        raise Http404
    verdict = request.POST.get("verdict", "issue")
    forms = {
        name: kind(request.POST if request.method == "POST" and verdict == name else None)
        for name, kind in _ANSWERS.items()
    }
    form = forms.get(verdict)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            words = _answer(request, case, verdict, form.cleaned_data)
        except Refused as refused:
            name = _FIELD_OF.get(refused.code)
            form.add_error(name if name in form.fields else None, as_validation_error(refused))
        else:
            messages.success(request, words)
            return redirect("invoice", case.request.id)
    return render(
        request,
        "payments/invoice.html",
        {"case": case, "issue": forms["issue"], "note": forms["decline"], "red": forms["red"]},
        status=422 if form is not None and form.errors else 200,
    )


_ANSWERS: dict[str, type[InvoiceIssueForm | NoteForm | RedInvoiceForm]] = {
    "issue": InvoiceIssueForm,
    "decline": NoteForm,
    "red": RedInvoiceForm,
}


def _answer(request: SignedInRequest, case: queries.InvoiceCase, verdict: str, sent: dict[str, Any]) -> str:
    """Carry out what finance said about a request; what to tell it afterwards."""
    if verdict == "decline":
        actions.decline_invoice(by=request.user, request=case.request, **sent)
        return "已写明原因。"
    if verdict == "issue":
        actions.record_invoice(by=request.user, request=case.request, **sent)
        return "发票号码已登记。"
    if case.answer is None:
        raise Refused(what="这张发票还没有开具", remedy="请刷新页面查看", code="invoice-not-standing")
    actions.record_red_invoice(by=request.user, answer=case.answer, **sent)
    return "红字发票已登记，可以退款；机构可按实收重新申请发票。"
