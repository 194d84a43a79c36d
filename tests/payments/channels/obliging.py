"""A channel that does what it is asked at once, for tests of what follows from that."""

from collections.abc import Mapping
from datetime import timedelta

from zhiheng.payments.channels.base import Bill, NotGenuine, Return
from zhiheng.payments.core.notices import Identity, Notice, Outcome, PaymentFacts, RefundFacts, TradeState
from zhiheng.payments.models import PaymentMethod
from zhiheng.plumbing import clock


class Obliging:
    method = PaymentMethod.WECHAT
    identity = Identity(merchant="m", app="a")
    fresh_for = timedelta(minutes=5)

    def __init__(self) -> None:
        self.bills: list[Bill] = []

    def ask(self, bill: Bill) -> str:
        self.bills.append(bill)
        return f"weixin://{bill.number}"

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        raise NotGenuine("nobody signs for this one")

    def look_up(self, number: str) -> PaymentFacts | None:
        bill = next((entry for entry in self.bills if entry.number == number), None)
        return paid(bill) if bill else None

    def give_back(self, back: Return) -> RefundFacts:
        return RefundFacts(
            merchant="m",
            number=back.number,
            reference=f"P{back.number}",
            amount_fen=back.amount_fen,
            outcome=Outcome.DONE,
            day=clock.today(),
        )

    def look_up_refund(self, back: Return) -> RefundFacts | None:
        return None


def paid(bill: Bill) -> PaymentFacts:
    return PaymentFacts(
        merchant="m",
        app="a",
        number=bill.number,
        transaction=f"T{bill.number}",
        amount_fen=bill.amount_fen,
        currency="CNY",
        state=TradeState.PAID,
        paid_on=clock.today(),
    )
