"""Whatever happens to an institution's orders, the ledger and the statement say the same."""

from collections import Counter
from itertools import count
from typing import TypeVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.world import World
from tests.payments.channels.obliging import Obliging, paid
from zhiheng.enrolment.models import Application
from zhiheng.foundation.errors import Refused
from zhiheng.payments.actions import confirm_transfer, place_order
from zhiheng.payments.channels.actions import ask_payment, take_payment_word
from zhiheng.payments.channels.queries import left_of, returnables_of
from zhiheng.payments.channels.refunding.actions import send_refund
from zhiheng.payments.core.ledger import Balance
from zhiheng.payments.models import LedgerEntry, Order, Refund, RefundDecision, Settlement
from zhiheng.payments.queries import balance_of, lines_of
from zhiheng.payments.refunds.actions import approve_refund, reject_refund, request_refund
from zhiheng.payments.refunds.queries import waiting_refunds
from zhiheng.payments.statements import statement
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock

AMOUNTS = st.one_of(st.just(68000), st.integers(1, 40000), st.integers(0, 150000))
ACTS = {"order", "transfer", "ask", "ask-line", "pay", "reject", "code", "told", "return", "late"}
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*sorted(ACTS), "pay", "transfer", "code", "told", "return", "pay"]),
        st.integers(0, 5),
        AMOUNTS,
    ),
    min_size=6,
    max_size=20,
)
Thing = TypeVar("Thing")


class House:
    """Acts as institution and finance would, some of it refused."""

    def __init__(self, world: World, second: Account, applications: list[Application]) -> None:
        self.world, self.second, self.left = world, second, list(applications)
        self.serial = count(1)
        self.channel = Obliging()

    def act(self, step: str, place: int, amount: int) -> None:
        if step == "order":
            taken, self.left = self.left[: place + 1], self.left[place + 1 :]
            place_order(
                by=None,
                institution=self.world.institution,
                sitting=self.world.association.sitting,
                applications=taken,
            )
            return
        if step in {"pay", "reject"}:
            self._decide(step, place)
            return
        if step == "told":
            facts = paid(nth(self.channel.bills, place))
            assert take_payment_word(channel=self.channel, facts=facts).payment is not None
            return
        order = nth(list(Order.objects.order_by("created_at")), place)
        if step == "late":
            self._pay_late(order)
            return
        if step in {"code", "return"}:
            self._by_channel(step, order, place, amount)
            return
        if step == "transfer":
            confirm_transfer(
                by=self.second,
                order=order,
                bank_reference=f"B{next(self.serial)}",
                amount_fen=amount,
                received_on=clock.today(),
            )
            return
        line = nth(lines_of(order), place) if step == "ask-line" else None
        request_refund(by=self.world[Role.FINANCE], order=order, amount_fen=amount, reason="退", line=line)

    def _pay_late(self, order: Order) -> None:
        """The order is paid over the bank while its code is still being scanned."""
        payment = ask_payment(by=self.second, order=order, channel=self.channel)
        bill = next(entry for entry in self.channel.bills if entry.number == payment.number)
        self.act("transfer", list(Order.objects.order_by("created_at")).index(order), payment.amount_fen)
        assert take_payment_word(channel=self.channel, facts=paid(bill)).judgement.code == "surplus"

    def _by_channel(self, step: str, order: Order, place: int, amount: int) -> None:
        finance = self.world[Role.FINANCE]
        if step == "code":
            ask_payment(by=finance, order=order, channel=self.channel)
            return
        settlement = nth(returnables_of(order), place).settlement
        request_refund(by=finance, order=order, amount_fen=amount, reason="退", settlement=settlement)

    def _decide(self, step: str, place: int) -> None:
        refund: Refund = nth(list(waiting_refunds()), place)
        if step == "reject":
            reject_refund(by=self.second, refund=refund, note="不同意")
            return
        if refund.settlement is not None:
            send_refund(by=self.second, refund=refund, channel=self.channel)
            return
        approve_refund(
            by=self.second,
            refund=refund,
            bank_reference=f"R{next(self.serial)}",
            paid_on=clock.today(),
        )


class Nothing(Exception):
    """There is nothing yet to act upon."""


def nth(found: list[Thing], place: int) -> Thing:
    if not found:
        raise Nothing
    return found[place % len(found)]


def lies(account: str) -> int:
    return sum(LedgerEntry.objects.filter(account=account).values_list("amount_fen", flat=True))


def check(world: World) -> None:
    sums: Counter[object] = Counter()
    for entry in LedgerEntry.objects.all():
        sums[entry.posting] += entry.amount_fen
    assert set(sums.values()) <= {0}
    found = statement(world.institution, world.association.sitting)
    assert found.balanced
    held = [
        Settlement.objects.filter(suspense=True),
        RefundDecision.objects.filter(approved=True, refund__settlement__suspense=True),
    ]
    suspense = sum(held[0].values_list("amount_fen", flat=True))
    suspense -= sum(held[1].values_list("refund__amount_fen", flat=True))
    assert lies("suspense") == -suspense <= 0
    assert lies("bank") + lies("channel:wechat") == found.balance.held_fen + suspense
    assert found.balance.held_fen >= 0
    assert all(left_of(entry) >= 0 for entry in Settlement.objects.all())
    transactions = Settlement.objects.filter(method="wechat").values_list("payment", flat=True)
    assert len(set(transactions)) == len(transactions)
    for order in Order.objects.all():
        one = balance_of(order)
        assert one.owed_fen >= 0
        assert one.refunded_fen <= one.received_fen
        assert (order.paid_at is not None) == (one.owed_fen == 0)


@pytest.mark.either_database
def test_any_sequence_of_orders_transfers_and_refunds_balances(world: World, second: Account) -> None:
    applications = [world.approved() for _ in range(4)]
    kept = Counter[str]()
    surplus: set[bool] = set()

    @given(STEPS)
    @settings(max_examples=50, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    def hold(steps: list[tuple[str, int, int]]) -> None:
        with transaction.atomic():
            house = House(world, second, applications)
            house.act("order", 1, 0)
            house.act("transfer", 0, 68000)  # something to give back
            for step, place, amount in steps:
                try:
                    house.act(step, place, amount)
                    kept[step] += 1
                except (Refused, Nothing):
                    pass
                check(world)
            surplus.update({True} if Settlement.objects.filter(suspense=True).exists() else set())
            transaction.set_rollback(True)

    hold()
    assert set(kept) == ACTS
    assert surplus
    assert (Order.objects.count(), Settlement.objects.count(), RefundDecision.objects.count()) == (0, 0, 0)


@given(*[st.integers(0, 10**12)] * 4)
def test_a_balance_is_ordered_less_cancelled_less_received_plus_refunded(
    ordered: int, cancelled: int, received: int, refunded: int
) -> None:
    sums = Balance(ordered_fen=ordered, cancelled_fen=cancelled, received_fen=received, refunded_fen=refunded)
    assert sums.owed_fen == ordered - cancelled - sums.held_fen
