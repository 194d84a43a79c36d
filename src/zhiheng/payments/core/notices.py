"""What a payment provider says about a payment or a refund, and what follows from it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from zhiheng.foundation.money import yuan

CURRENCY = "CNY"
_LONGEST_NAME = 64  # of a transaction or refund at a provider
AHEAD = timedelta(minutes=5)  # how far a provider's clock may run before ours


class TradeState(StrEnum):
    PAID = "paid"
    OPEN = "open"  # not paid yet
    CLOSED = "closed"  # can no longer be paid


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """A payment as the provider tells it. number: our name for it; transaction: the provider's, empty until paid.

    amount_fen is None when the provider's amount cannot be read; paid_on is the day in Shanghai, None until paid.
    """

    merchant: str
    app: str
    number: str
    transaction: str
    amount_fen: int | None
    currency: str
    state: TradeState
    paid_on: date | None


class Outcome(StrEnum):
    """What became of a refund at the provider."""

    ACCEPTED = "accepted"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFacts:
    """A refund as the provider tells it. number: our name for it; day is None until it is done."""

    merchant: str
    number: str
    reference: str
    amount_fen: int | None
    outcome: Outcome
    day: date | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notification whose signature held. nonce: taken once, empty where the provider has none."""

    id: str
    nonce: str
    sent_at: datetime
    facts: PaymentFacts | RefundFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are at the provider."""

    merchant: str
    app: str


class Verdict(StrEnum):
    SETTLED = "settled"
    SUSPENDED = "suspended"  # real money, but more than is owed: it waits in suspense for its refund
    REPEATED = "repeated"  # this money has been written down already
    NOTED = "noted"  # true, and nothing to write down
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """code: a stable word for the audit trail; reason: the same in a sentence."""

    verdict: Verdict
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A payment as we asked for it, and how its order stands now."""

    amount_fen: int
    owed_fen: int
    transaction: str = ""  # the provider's transaction already written down for it


def is_fresh(sent_at: datetime, *, now: datetime, for_: timedelta) -> bool:
    """Neither older than the provider's deadline nor from a future no clock explains."""
    return now - for_ <= sent_at <= now + AHEAD


def judge_payment(facts: PaymentFacts, asked: Asked | None, *, identity: Identity) -> Judgement:
    """What to do with a provider's word; asked is None when no payment of ours has that number."""
    if (facts.merchant, facts.app) != (identity.merchant, identity.app):
        return _refused("merchant", f"商户号 {facts.merchant} 或应用 {facts.app} 不是本平台的")
    if asked is None:
        return _refused("unknown", f"没有商户订单号为 {facts.number} 的支付")
    if facts.state is not TradeState.PAID:
        return Judgement(verdict=Verdict.NOTED, code=str(facts.state), reason="尚未付款或已关闭")
    if facts.currency != CURRENCY:
        return _refused("currency", f"币种 {facts.currency} 不是人民币")
    if facts.amount_fen != asked.amount_fen:
        told = "读不懂" if facts.amount_fen is None else f"{yuan(facts.amount_fen)} 元"
        return _refused("amount", f"金额{told}，应为 {yuan(asked.amount_fen)} 元")
    if not _is_name(facts.transaction) or facts.paid_on is None:
        return _refused("incomplete", "没有交易号或付款时间")
    if asked.transaction == facts.transaction:
        return Judgement(verdict=Verdict.REPEATED, code="repeated", reason="这笔交易已经入账")
    if asked.transaction or asked.amount_fen > asked.owed_fen:
        return Judgement(
            verdict=Verdict.SUSPENDED,
            code="surplus",
            reason=f"订单尚欠 {yuan(asked.owed_fen)} 元，收到 {yuan(asked.amount_fen)} 元，整笔暂收待退",
        )
    return Judgement(verdict=Verdict.SETTLED, code="settled", reason="到账")


def judge_refund(facts: RefundFacts, *, merchant: str, amount_fen: int | None, open_: bool) -> Judgement:
    """What to do with a provider's word about a refund; amount_fen is None when no refund of ours has that number."""
    if facts.merchant != merchant:
        return _refused("merchant", f"商户号 {facts.merchant} 不是本平台的")
    if amount_fen is None:
        return _refused("unknown", f"没有商户退款单号为 {facts.number} 的退款")
    if facts.amount_fen != amount_fen:
        return _refused("amount", f"退款金额与批准的 {yuan(amount_fen)} 元不符")
    if not open_:
        return Judgement(verdict=Verdict.REPEATED, code="repeated", reason="这笔退款已有结果")
    if facts.outcome is Outcome.DONE and (not _is_name(facts.reference) or facts.day is None):
        return _refused("incomplete", "没有退款单号或退款时间")
    return Judgement(verdict=Verdict.NOTED, code=str(facts.outcome), reason=facts.note)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME


def _refused(code: str, reason: str) -> Judgement:
    return Judgement(verdict=Verdict.REFUSED, code=code, reason=reason)
