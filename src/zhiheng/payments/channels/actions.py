"""Asking for money through a channel, and writing down what the channel's signed word says."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction

from zhiheng.foundation.errors import Refused
from zhiheng.payments.actions import settle
from zhiheng.payments.channels.base import Bill, Channel, Declined, Unreachable, as_refusal
from zhiheng.payments.channels.queries import open_payment_of, payment_numbered, settlement_of
from zhiheng.payments.channels.refunding.actions import take_refund_word
from zhiheng.payments.channels.registry import notify_url
from zhiheng.payments.core.notices import (
    Asked,
    Judgement,
    Notice,
    PaymentFacts,
    Verdict,
    is_fresh,
    judge_payment,
)
from zhiheng.payments.models import Order, Payment, PaymentNotice, Settlement
from zhiheng.payments.queries import balance_of
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named, next_number

CODE_LASTS = timedelta(hours=2)  # as long as WeChat's codes do


def ask_payment(*, by: Account, order: Order, channel: Channel) -> Payment:
    """A code to pay what is still owed; the one given out before while it can still be scanned.

    The provider is asked outside of any transaction. Raises: Refused when nothing is owed or the provider gives none.
    """
    payment = _write_payment(by=by, order=order, channel=channel)
    if payment.code:
        return payment
    bill = Bill(
        number=payment.number,
        amount_fen=payment.amount_fen,
        subject=f"职业技能评价费用 {order.reference}",
        expires_at=payment.expires_at,
        notify_url=notify_url(channel),
    )
    try:
        payment.code = channel.ask(bill)
    except (Unreachable, Declined) as problem:
        raise as_refusal(channel.method.label, problem) from None
    payment.save(update_fields=["code"])
    return payment


@transaction.atomic
def _write_payment(*, by: Account, order: Order, channel: Channel) -> Payment:
    lock_named(f"order:{order.id}")
    owed = balance_of(order).owed_fen
    if owed <= 0:
        raise Refused(what=f"订单 {order.reference} 已付清", remedy="请刷新页面查看", code="paid-already")
    if (known := open_payment_of(order, channel.method, owed)) is not None:
        return known
    serial = next_number(f"payment:{order.id}")
    payment = Payment.objects.create(
        order=order,
        channel=channel.method,
        number=f"{order.reference}_{serial}",
        amount_fen=owed,
        expires_at=clock.now() + CODE_LASTS,
        asked_by=by,
    )
    record(
        by=str(by.id),
        act="payment-asked",
        subject=f"order:{order.id}",
        detail={"channel": str(channel.method), "number": payment.number, "amount_fen": owed},
    )
    return payment


@transaction.atomic
def note_forgery(*, channel: Channel, body: bytes, why: str) -> None:
    """Somebody sent what the provider did not sign; nothing else is kept of it."""
    record(
        by=str(channel.method),
        act="payment-notice-refused",
        subject=f"channel:{channel.method}",
        detail={"code": "forged", "why": why, "sha256": hashlib.sha256(body).hexdigest()},
    )


@transaction.atomic
def take_notice(*, channel: Channel, notice: Notice, body: bytes) -> Judgement:
    """Carry out a notification whose signature held: once, whatever number of times it comes.

    Nothing is raised: a refusal is a judgement too, written down and answered to the provider.
    """
    digest = hashlib.sha256(body).hexdigest()
    if not is_fresh(notice.sent_at, now=clock.now(), for_=channel.fresh_for):
        judgement = Judgement(verdict=Verdict.REFUSED, code="stale", reason="通知已过期，或来自未来")
        return _note(channel, notice, digest, judgement, payment=None)
    kept = _take_nonce(channel, notice, digest)
    if kept is None:
        judgement = Judgement(verdict=Verdict.REFUSED, code="replayed", reason="同一份通知已经收到过")
        return _note(channel, notice, digest, judgement, payment=None)
    if isinstance(notice.facts, PaymentFacts):
        done = take_payment_word(channel=channel, facts=notice.facts)
        judgement, kept.payment = done.judgement, done.payment
    else:
        judgement = take_refund_word(channel=channel, facts=notice.facts)
    kept.outcome, kept.reason = judgement.verdict, judgement.reason[:200]
    kept.save(update_fields=["outcome", "reason", "payment"])
    return _note(channel, notice, digest, judgement, payment=kept.payment)


def _take_nonce(channel: Channel, notice: Notice, digest: str) -> PaymentNotice | None:
    """None when this very notification was taken before; two at once are decided by the unique key."""
    try:
        with transaction.atomic():
            return PaymentNotice.objects.create(
                channel=channel.method, notice_id=notice.id, nonce=notice.nonce, digest=digest
            )
    except IntegrityError:
        return None


def _note(
    channel: Channel, notice: Notice, digest: str, judgement: Judgement, *, payment: Payment | None
) -> Judgement:
    refused = judgement.verdict is Verdict.REFUSED
    record(
        by=str(channel.method),
        act="payment-notice-refused" if refused else "payment-notice-taken",
        subject=f"order:{payment.order_id}" if payment else f"channel:{channel.method}",
        detail={
            "notice": notice.id,
            "number": notice.facts.number,
            "verdict": str(judgement.verdict),
            "code": judgement.code,
            "why": judgement.reason,
            "sha256": digest,
        },
    )
    return judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a word about a payment led to."""

    judgement: Judgement
    payment: Payment | None


@transaction.atomic
def take_payment_word(*, channel: Channel, facts: PaymentFacts) -> Taken:
    """What the provider says about a payment, told by itself or asked for by us."""
    payment = payment_numbered(facts.number, channel.method)
    if payment is None:
        return Taken(judgement=judge_payment(facts, None, identity=channel.identity), payment=None)
    lock_named(f"order:{payment.order_id}")
    order = Order.objects.get(pk=payment.order_id)
    brought = settlement_of(payment)
    asked = Asked(
        amount_fen=payment.amount_fen,
        owed_fen=balance_of(order).owed_fen,
        transaction=brought.bank_reference if brought else "",
    )
    judgement = judge_payment(facts, asked, identity=channel.identity)
    if judgement.verdict in (Verdict.SETTLED, Verdict.SUSPENDED):
        judgement = _receive(order, payment, facts, judgement, channel)
    return Taken(judgement=judgement, payment=payment)


def _receive(
    order: Order, payment: Payment, facts: PaymentFacts, judgement: Judgement, channel: Channel
) -> Judgement:
    """The transaction's unique number has the last word between two that come at once."""
    known = Settlement.objects.filter(bank_reference=facts.transaction).select_related("order").first()
    if known is not None:
        same = known.order_id == order.id and known.amount_fen == facts.amount_fen
        if same:
            return Judgement(verdict=Verdict.REPEATED, code="repeated", reason="这笔交易已经入账")
        return Judgement(
            verdict=Verdict.REFUSED,
            code="transaction-used",
            reason=f"交易号已用于订单 {known.order.reference}",
        )
    settle(
        Settlement(
            order=order,
            method=channel.method,
            payment=payment,
            suspense=judgement.verdict is Verdict.SUSPENDED,
            bank_reference=facts.transaction,
            amount_fen=payment.amount_fen,
            received_on=facts.paid_on or clock.today(),
        ),
        by=str(channel.method),
    )
    return judgement


def ask_what_became(*, by: Account, payment: Payment, channel: Channel) -> Judgement:
    """Ask the provider whether a payment was made, when its notification does not come.

    Raises: Refused when the provider gives no answer.
    """
    try:
        facts = channel.look_up(payment.number)
    except (Unreachable, Declined) as problem:
        raise as_refusal(channel.method.label, problem) from None
    if facts is None:
        return Judgement(verdict=Verdict.NOTED, code="unknown", reason="尚未付款")
    if facts.number != payment.number:
        raise as_refusal(channel.method.label, Unreachable("another payment"))
    taken = take_payment_word(channel=channel, facts=facts)
    _note_lookup(by, payment, taken.judgement)
    return taken.judgement


@transaction.atomic
def _note_lookup(by: Account, payment: Payment, judgement: Judgement) -> None:
    record(
        by=str(by.id),
        act="payment-looked-up",
        subject=f"order:{payment.order_id}",
        detail={"number": payment.number, "verdict": str(judgement.verdict), "code": judgement.code},
    )
