"""Refunds as finance sees them: asking, paying, saying no."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.money import yuan
from zhiheng.payments.channels.queries import (
    Returnable,
    attempts_of,
    live_attempt,
    returnables_of,
    surpluses,
)
from zhiheng.payments.channels.refunding.actions import ask_refund
from zhiheng.payments.channels.refunding.actions import send_refund as send
from zhiheng.payments.channels.registry import channel_for
from zhiheng.payments.forms import NoteForm, RefundForm, RefundPaymentForm
from zhiheng.payments.models import RefundState
from zhiheng.payments.queries import account_of, lines_of, order_with_everything
from zhiheng.payments.refunds import actions, queries
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.surface.forms import as_validation_error

PER_PAGE = 50
_FIELD_OF = {
    "refund-amount": "amount",
    "refund-reason": "reason",
    "refund-line": "line",
    "refund-settlement": "way",
    "bank-reference": "bank_reference",
    "bank-reference-used": "bank_reference",
    "future-date": "paid_on",
    "note": "note",
}


@allow(Role.FINANCE)
def refunds(request: SignedInRequest) -> HttpResponse:
    """What waits to be paid back, and what was decided."""
    page = Paginator(queries.decided_refunds(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "payments/refunds.html",
        {"waiting": list(queries.waiting_refunds()), "surpluses": surpluses(), "page": page},
    )


@allow(Role.FINANCE)
def request_refund(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Ask for money of an order to be given back."""
    order = order_with_everything(order_id)
    if order is None:
        raise Http404
    lines = {str(line.id): line for line in lines_of(order)}
    choices = [
        (key, f"{line.application.person.name} · {line.description} · {yuan(line.amount_fen)} 元")
        for key, line in lines.items()
    ]
    ways = {str(entry.settlement.id): entry for entry in returnables_of(order)}
    form = RefundForm(
        request.POST or None,
        lines=choices,
        ways=[(key, _way_words(entry)) for key, entry in ways.items()],
        initial=_surplus_wish(ways.get(request.GET.get("surplus", ""))),
    )
    if request.method == "POST" and form.is_valid():
        chosen = ways.get(form.cleaned_data.get("way", ""))
        try:
            actions.request_refund(
                by=request.user,
                order=order,
                amount_fen=form.cleaned_data["amount"],
                reason=form.cleaned_data["reason"],
                line=lines.get(form.cleaned_data["line"]),
                settlement=chosen.settlement if chosen else None,
            )
        except Refused as refused:
            form.add_error(_FIELD_OF.get(refused.code), as_validation_error(refused))
        else:
            messages.success(request, "已提出退款，等另一位财务人员批准。")
            return redirect("refunds")
    return render(
        request,
        "payments/refund_form.html",
        {"order": order, "account": account_of(order), "form": form},
        status=422 if form.errors else 200,
    )


def _way_words(entry: Returnable) -> str:
    kind = "暂收款退回" if entry.settlement.suspense else "退回"
    return f"{kind}{entry.settlement.get_method_display()}（{entry.settlement.bank_reference}，最多 {yuan(entry.left_fen)} 元）"


def _surplus_wish(entry: Returnable | None) -> dict[str, str]:
    """What a surplus is given back with: the whole of it, for a reason finance may change."""
    if entry is None:
        return {}
    return {
        "line": "",
        "way": str(entry.settlement.id),
        "amount": yuan(entry.left_fen),
        "reason": "订单已付清，多收的款项退回",
    }


@allow(Role.FINANCE)
def refund(request: SignedInRequest, refund_id: UUID) -> HttpResponse:
    """One refund; whoever did not ask for it pays it or says no."""
    case = queries.refund_case(refund_id)
    if case is None:
        raise Http404
    saying_no = request.POST.get("verdict") == "reject"
    data = request.POST or None
    payment = RefundPaymentForm(None if saying_no else data)
    note = NoteForm(data if saying_no else None)
    form = note if saying_no else payment
    if request.method == "POST" and form.is_valid():
        try:
            if saying_no:
                actions.reject_refund(by=request.user, refund=case.refund, note=form.cleaned_data["note"])
            else:
                actions.approve_refund(by=request.user, refund=case.refund, **form.cleaned_data)
        except Refused as refused:
            form.add_error(_field(form, refused.code), as_validation_error(refused))
        else:
            messages.success(request, "已写明不同意的原因。" if saying_no else "退款已入账。")
            return redirect("refund", case.refund.id)
    return render(
        request,
        "payments/refund.html",
        {
            "case": case,
            "own": case.refund.requested_by_id == request.user.id,
            "attempts": attempts_of(case.refund),
            "live": live_attempt(case.refund),
            "payment": payment,
            "note": note,
        },
        status=422 if form.errors else 200,
    )


@allow(Role.FINANCE)
@require_POST
def send_refund(request: SignedInRequest, refund_id: UUID) -> HttpResponse:
    """Hand the refund to the channel its money came by, or ask what became of it there."""
    case = queries.refund_case(refund_id)
    if case is None or case.refund.settlement is None:
        raise Http404
    channel = channel_for(case.refund.settlement.method)
    if channel is None:
        raise Refused(
            what=f"{case.refund.settlement.get_method_display()}在这里没有启用",
            remedy="请管理员补全商户设置",
            code="channel-absent",
        )
    live = live_attempt(case.refund)
    if live is None:
        attempt = send(by=request.user, refund=case.refund, channel=channel)
    else:
        attempt = ask_refund(by=request.user, attempt=live, channel=channel)
    words = f"{channel.method.label}：{attempt.get_state_display()}{'，' + attempt.note if attempt.note else ''}。"
    (messages.warning if attempt.state == RefundState.FAILED else messages.success)(request, words)
    return redirect("refund", case.refund.id)


def _field(form: NoteForm | RefundPaymentForm, code: str) -> str | None:
    name = _FIELD_OF.get(code)
    return name if name in form.fields else None
