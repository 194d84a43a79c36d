"""What follows from a provider's word, case by case."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from zhiheng.foundation.moment import SHANGHAI
from zhiheng.payments.core.ledger import (
    order_placed,
    refund_paid,
    surplus_received,
    surplus_returned,
    transfer_received,
)
from zhiheng.payments.core.notices import (
    Asked,
    Identity,
    Outcome,
    PaymentFacts,
    RefundFacts,
    TradeState,
    Verdict,
    is_fresh,
    judge_payment,
    judge_refund,
)

US = Identity(merchant="m", app="a")
NOW = datetime(2026, 11, 10, 10, tzinfo=SHANGHAI)
DAY = date(2026, 11, 10)


def told(**change: Any) -> PaymentFacts:
    words: dict[str, Any] = {
        "merchant": "m",
        "app": "a",
        "number": "N",
        "transaction": "T",
        "amount_fen": 100,
        "currency": "CNY",
        "state": TradeState.PAID,
        "paid_on": DAY,
    }
    return PaymentFacts(**(words | change))


def verdict(asked: Asked | None, **change: Any) -> tuple[Verdict, str]:
    judged = judge_payment(told(**change), asked, identity=US)
    return judged.verdict, judged.code


@pytest.mark.parametrize(
    ("asked", "change", "expected"),
    [
        (Asked(amount_fen=100, owed_fen=100), {}, (Verdict.SETTLED, "settled")),
        (Asked(amount_fen=100, owed_fen=101), {}, (Verdict.SETTLED, "settled")),
        (Asked(amount_fen=100, owed_fen=99), {}, (Verdict.SUSPENDED, "surplus")),
        (Asked(amount_fen=100, owed_fen=0, transaction="T"), {}, (Verdict.REPEATED, "repeated")),
        (Asked(amount_fen=100, owed_fen=100, transaction="U"), {}, (Verdict.SUSPENDED, "surplus")),
        (None, {}, (Verdict.REFUSED, "unknown")),
        (None, {"merchant": "x"}, (Verdict.REFUSED, "merchant")),
        (Asked(amount_fen=100, owed_fen=100), {"app": "x"}, (Verdict.REFUSED, "merchant")),
        (Asked(amount_fen=100, owed_fen=100), {"state": TradeState.OPEN}, (Verdict.NOTED, "open")),
        (Asked(amount_fen=100, owed_fen=100), {"state": TradeState.CLOSED}, (Verdict.NOTED, "closed")),
        (Asked(amount_fen=100, owed_fen=100), {"currency": "USD"}, (Verdict.REFUSED, "currency")),
        (Asked(amount_fen=100, owed_fen=100), {"amount_fen": 99}, (Verdict.REFUSED, "amount")),
        (Asked(amount_fen=100, owed_fen=100), {"amount_fen": None}, (Verdict.REFUSED, "amount")),
        (Asked(amount_fen=100, owed_fen=100), {"transaction": ""}, (Verdict.REFUSED, "incomplete")),
        (Asked(amount_fen=100, owed_fen=100), {"transaction": "9" * 65}, (Verdict.REFUSED, "incomplete")),
        (Asked(amount_fen=100, owed_fen=100), {"paid_on": None}, (Verdict.REFUSED, "incomplete")),
    ],
)
def test_a_payment(asked: Asked | None, change: dict[str, Any], expected: tuple[Verdict, str]) -> None:
    assert verdict(asked, **change) == expected


@pytest.mark.parametrize(
    ("change", "amount", "open_", "expected"),
    [
        ({}, 100, True, (Verdict.NOTED, "done")),
        ({"outcome": Outcome.ACCEPTED, "day": None}, 100, True, (Verdict.NOTED, "accepted")),
        ({"outcome": Outcome.FAILED, "reference": ""}, 100, True, (Verdict.NOTED, "failed")),
        ({}, 100, False, (Verdict.REPEATED, "repeated")),
        ({"merchant": "x"}, 100, True, (Verdict.REFUSED, "merchant")),
        ({}, None, True, (Verdict.REFUSED, "unknown")),
        ({}, 99, True, (Verdict.REFUSED, "amount")),
        ({"reference": ""}, 100, True, (Verdict.REFUSED, "incomplete")),
        ({"day": None}, 100, True, (Verdict.REFUSED, "incomplete")),
    ],
)
def test_a_refund(
    change: dict[str, Any], amount: int | None, open_: bool, expected: tuple[Verdict, str]
) -> None:
    words: dict[str, Any] = {
        "merchant": "m",
        "number": "R",
        "reference": "P",
        "amount_fen": 100,
        "outcome": Outcome.DONE,
        "day": DAY,
    }
    judged = judge_refund(RefundFacts(**(words | change)), merchant="m", amount_fen=amount, open_=open_)
    assert (judged.verdict, judged.code) == expected


def test_freshness_has_two_ends() -> None:
    limit = timedelta(minutes=5)
    seconds = (-301, -300, 0, 300, 301)
    fresh = [is_fresh(NOW + timedelta(seconds=step), now=NOW, for_=limit) for step in seconds]
    assert fresh == [False, True, True, True, False]


def test_every_posting_says_where_the_money_lies() -> None:
    words: dict[str, Any] = {
        "amount_fen": 100,
        "reference": "O",
        "bank_reference": "T",
        "place": "channel:wechat",
    }
    postings = (
        order_placed(institution="i", kind="registration", total_fen=100, reference="O"),
        transfer_received(institution="i", **words),
        surplus_received(**words),
        surplus_returned(**words),
        refund_paid(institution="i", **words),
    )
    assert [tuple((side.account, side.amount_fen) for side in posting.sides) for posting in postings] == [
        (("institution:i", 100), ("income:registration", -100)),
        (("channel:wechat", 100), ("institution:i", -100)),
        (("channel:wechat", 100), ("suspense", -100)),
        (("suspense", 100), ("channel:wechat", -100)),
        (("institution:i", 100), ("channel:wechat", -100)),
    ]
