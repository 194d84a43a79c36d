"""Paying an order through a channel, and what the channel tells us about it."""

from uuid import UUID

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.payments import queries
from zhiheng.payments.channels import actions
from zhiheng.payments.channels.base import Channel, NotGenuine
from zhiheng.payments.channels.queries import payment_for, settlement_of
from zhiheng.payments.channels.registry import channel_for
from zhiheng.payments.core.notices import Verdict
from zhiheng.payments.models import Payment, PaymentMethod
from zhiheng.people.access import SignedInRequest, allow, public
from zhiheng.people.models import Role
from zhiheng.people.queries import institution_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.throttle import admit

LARGEST = 64 * 1024  # a notification has some two thousand bytes
NOTICES_A_MINUTE = 600  # from one address: a provider's busiest minute
FORGERIES_A_MINUTE = 30  # written into the audit trail; more from one address are only turned away
LOOK_UPS_A_MINUTE = 10


@allow(Role.INSTITUTION)
@require_POST
def pay(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """A code to scan for what is still owed."""
    institution = institution_of(request.user)
    order = queries.order_for(institution, order_id) if institution else None
    channel = channel_for(request.POST.get("channel", ""))
    if order is None:
        raise Http404
    if channel is None:
        raise Refused(what="这种付款方式没有启用", remedy="请用银行转账", code="channel-absent")
    return redirect("payment", actions.ask_payment(by=request.user, order=order, channel=channel).id)


@allow(Role.INSTITUTION)
@never_cache
def payment(request: SignedInRequest, payment_id: UUID) -> HttpResponse:
    """The code, until the money is there."""
    shown = _payment(request, payment_id)
    state = _state(shown)
    context = {
        "payment": shown,
        "state": state,
        "code": segno.make(shown.code, error="m").svg_data_uri(scale=4, border=4, light="#fff", dark="#000")
        if state == "waiting"
        else "",
        "is_link": shown.code.startswith("https://"),
    }
    return render(request, "payments/payment.html", context)


@allow(Role.INSTITUTION)
@never_cache
def payment_state(request: SignedInRequest, payment_id: UUID) -> HttpResponse:
    """For the page that waits: has the money come?"""
    return JsonResponse({"state": _state(_payment(request, payment_id))})


@allow(Role.INSTITUTION)
@require_POST
def look_up_payment(request: SignedInRequest, payment_id: UUID) -> HttpResponse:
    """Ask the provider, when its notification does not come."""
    shown = _payment(request, payment_id)
    admit(request, name="payment-look-up", limit=LOOK_UPS_A_MINUTE)
    channel = channel_for(shown.channel)
    if channel is None:
        raise Refused(what="这种付款方式没有启用", remedy="请用银行转账", code="channel-absent")
    judgement = actions.ask_what_became(by=request.user, payment=shown, channel=channel)
    if judgement.verdict is Verdict.NOTED:
        messages.info(request, f"{channel.method.label}还没有收到这笔付款。")
    elif judgement.verdict is Verdict.REFUSED:
        messages.warning(request, f"{channel.method.label}的回答与订单不符：{judgement.reason}。请联系财务。")
    return redirect("payment", shown.id)


def _payment(request: SignedInRequest, payment_id: UUID) -> Payment:
    institution = institution_of(request.user)
    found = payment_for(institution, payment_id) if institution else None
    if found is None:
        raise Http404
    return found


def _state(shown: Payment) -> str:
    """paid, surplus (it came, but was not owed any more), settled (the order is paid otherwise), expired, waiting."""
    brought = settlement_of(shown)
    if brought is not None:
        return "surplus" if brought.suspense else "paid"
    if shown.order.paid_at is not None:
        return "settled"
    return "waiting" if clock.now() < shown.expires_at else "expired"


@public
@csrf_exempt  # the provider has no page of ours to take a token from; its signature is what counts
@require_POST
def payment_notice(request: HttpRequest, method: str) -> HttpResponse:
    """What a provider says about a payment or a refund, signed over the body as it came."""
    channel = channel_for(method)
    if channel is None:
        raise Http404
    if _length(request) > LARGEST:
        return _answer(channel, taken=False, status=413)
    try:
        admit(request, name="payment-notice", limit=NOTICES_A_MINUTE)
    except Refused:
        return _answer(channel, taken=False, status=429)
    body = request.body
    try:
        notice = channel.read_notice(request.headers, body)
    except NotGenuine as why:
        return _turn_away(request, channel, body, str(why))
    judgement = actions.take_notice(channel=channel, notice=notice, body=body)
    taken = judgement.verdict is not Verdict.REFUSED
    return _answer(channel, taken=taken, status=200 if taken else 400)


def _turn_away(request: HttpRequest, channel: Channel, body: bytes, why: str) -> HttpResponse:
    try:
        admit(request, name="payment-forgery", limit=FORGERIES_A_MINUTE)
    except Refused:
        return _answer(channel, taken=False, status=429)
    actions.note_forgery(channel=channel, body=body, why=why)
    return _answer(channel, taken=False, status=401)


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() else LARGEST + 1


def _answer(channel: Channel, *, taken: bool, status: int) -> HttpResponse:
    """WeChat reads the status and a code, Alipay one word and always status 200; both come again after a no."""
    if channel.method == PaymentMethod.ALIPAY:
        return HttpResponse("success" if taken else "fail", content_type="text/plain; charset=utf-8")
    words = {"code": "SUCCESS", "message": "成功"} if taken else {"code": "FAIL", "message": "未受理"}
    return JsonResponse(words, status=status, json_dumps_params={"ensure_ascii": False})
