"""Giving money back the way it came: asked by one finance person, handed to the channel by another."""

from django.db import transaction

from zhiheng.foundation.errors import Refused
from zhiheng.payments.channels.base import Channel, Declined, Return, Unreachable, as_refusal
from zhiheng.payments.channels.queries import attempt_numbered
from zhiheng.payments.channels.registry import notify_url
from zhiheng.payments.core.notices import Judgement, Outcome, RefundFacts, Verdict, judge_refund
from zhiheng.payments.models import ChannelRefund, Refund, RefundDecision, RefundState, Settlement
from zhiheng.payments.refunds.actions import lock_for_decision, write_refund
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named, next_number

_UNDER_WAY = (RefundState.ASKED, RefundState.ACCEPTED)


def send_refund(*, by: Account, refund: Refund, channel: Channel) -> ChannelRefund:
    """The second finance person hands the refund to the channel; without an answer it stays asked and can be repeated.

    The provider is asked outside of any transaction. Raises: Refused as approve_refund, or without a channel's money.
    """
    attempt = _hand_over(by=by, refund=refund, channel=channel)
    return _carry(attempt, channel)


def ask_refund(*, by: Account, attempt: ChannelRefund, channel: Channel) -> ChannelRefund:
    """Ask the provider what became of a refund; one it never heard of is handed over again under the same number.

    Raises: Refused when the provider gives no answer.
    """
    if attempt.state not in _UNDER_WAY:
        return attempt
    try:
        facts = channel.look_up_refund(_return_of(attempt, channel))
    except (Unreachable, Declined) as problem:
        raise as_refusal(channel.method.label, problem) from None
    if facts is None:
        return _carry(attempt, channel)
    take_refund_word(channel=channel, facts=facts)
    attempt.refresh_from_db()
    return attempt


@transaction.atomic
def _hand_over(*, by: Account, refund: Refund, channel: Channel) -> ChannelRefund:
    settlement = refund.settlement
    if settlement is None or settlement.method != channel.method:
        raise Refused(
            what="这笔退款不经支付渠道退回", remedy="请按银行回单登记退款", code="refund-not-by-channel"
        )
    order = lock_for_decision(refund, by, paying=True)
    serial = next_number(f"channel-refund:{order.id}")
    attempt = ChannelRefund.objects.create(refund=refund, number=f"{order.reference}_R{serial}", by=by)
    record(
        by=str(by.id),
        act="refund-handed-over",
        subject=f"order:{order.id}",
        detail={
            "refund": str(refund.id),
            "number": attempt.number,
            "channel": str(channel.method),
            "amount_fen": refund.amount_fen,
        },
    )
    return attempt


def _carry(attempt: ChannelRefund, channel: Channel) -> ChannelRefund:
    try:
        facts = channel.give_back(_return_of(attempt, channel))
    except Unreachable:
        _set(attempt, RefundState.ASKED, note="渠道暂时没有回音，请稍后查询")
    except Declined as no:
        _set(attempt, RefundState.FAILED, note=str(no))
    else:
        take_refund_word(channel=channel, facts=facts)
    attempt.refresh_from_db()
    return attempt


def _return_of(attempt: ChannelRefund, channel: Channel) -> Return:
    settlement = _settlement(attempt)
    return Return(
        number=attempt.number,
        payment_number=settlement.payment.number if settlement.payment else "",
        transaction=settlement.bank_reference,
        amount_fen=attempt.refund.amount_fen,
        total_fen=settlement.amount_fen,
        reason=attempt.refund.reason,
        notify_url=notify_url(channel),
    )


def _settlement(attempt: ChannelRefund) -> Settlement:
    settlement = attempt.refund.settlement
    assert settlement is not None  # _hand_over makes no attempt without one
    return settlement


@transaction.atomic
def take_refund_word(*, channel: Channel, facts: RefundFacts) -> Judgement:
    """What the provider says about a refund, told by itself or asked for by us; booked once, when it is done."""
    attempt = attempt_numbered(facts.number, channel.method)
    if attempt is not None:
        lock_named(f"order:{attempt.refund.order_id}")
        attempt = attempt_numbered(facts.number, channel.method)
    judgement = judge_refund(
        facts,
        merchant=channel.identity.merchant,
        amount_fen=attempt.refund.amount_fen if attempt else None,
        open_=attempt is not None and attempt.state in _UNDER_WAY,
    )
    if attempt is None or judgement.verdict is not Verdict.NOTED:
        return judgement
    if facts.outcome is Outcome.ACCEPTED:
        _set(attempt, RefundState.ACCEPTED, reference=facts.reference)
    elif facts.outcome is Outcome.FAILED:
        _set(attempt, RefundState.FAILED, reference=facts.reference, note=facts.note)
    else:
        return _book(attempt, facts)
    return judgement


def _book(attempt: ChannelRefund, facts: RefundFacts) -> Judgement:
    if RefundDecision.objects.filter(bank_reference=facts.reference).exists():
        return Judgement(
            verdict=Verdict.REFUSED,
            code="reference-used",
            reason=f"退款单号 {facts.reference} 已用于另一笔退款",
        )
    assert facts.day is not None  # judge_refund refuses one that is done without a day
    _set(attempt, RefundState.DONE, reference=facts.reference)
    write_refund(by=attempt.by, refund=attempt.refund, reference=facts.reference, paid_on=facts.day)
    return Judgement(verdict=Verdict.SETTLED, code="refunded", reason="已退回")


@transaction.atomic
def _set(attempt: ChannelRefund, state: RefundState, *, reference: str = "", note: str = "") -> None:
    attempt.state, attempt.note = state, note[:200]
    attempt.reference = reference or attempt.reference
    attempt.save(update_fields=["state", "note", "reference"])
    record(
        by="channel",
        act=f"channel-refund-{state}",
        subject=f"order:{attempt.refund.order_id}",
        detail={"number": attempt.number, "reference": attempt.reference, "note": attempt.note},
    )
