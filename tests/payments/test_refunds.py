"""Refunds: asked by one, paid by another, never more than came in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.factories.world import World
from zhiheng.foundation.errors import Refused
from zhiheng.payments.actions import confirm_transfer
from zhiheng.payments.models import LedgerEntry, Order, Refund, RefundDecision
from zhiheng.payments.queries import balance_of, is_paid, ledger_balance, lines_of, paid_applications
from zhiheng.payments.refunds.actions import approve_refund, reject_refund, request_refund
from zhiheng.payments.refunds.queries import refunds_of, waiting_refunds
from zhiheng.payments.statements import statement
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import Event

FEE = 68000


def refuse(code: str, act: Callable[..., object], **words: Any) -> None:
    with pytest.raises(Refused) as refused:
        act(**words)
    assert refused.value.code == code


def test_a_candidates_fee_goes_back_and_is_no_longer_owed(
    world: World, second: Account, ordered: Callable[..., Order]
) -> None:
    order = ordered(2)
    world.settle(order)
    leaving, staying = lines_of(order)

    refund = request_refund(
        by=world[Role.FINANCE], order=order, amount_fen=FEE, reason=" 考生退考 ", line=leaving
    )
    assert (refund.reason, list(waiting_refunds()), ledger_balance()) == ("考生退考", [refund], 0)
    assert balance_of(order).refunded_fen == 0

    approve_refund(by=second, refund=refund, bank_reference="R1", paid_on=clock.today())
    sums = statement(order.institution, order.sitting).balance

    assert (sums.ordered_fen, sums.cancelled_fen, sums.received_fen, sums.refunded_fen, sums.owed_fen) == (
        2 * FEE,
        FEE,
        2 * FEE,
        FEE,
        0,
    )
    order.refresh_from_db()
    assert order.paid_at is not None
    assert (is_paid(leaving.application), is_paid(staying.application)) == (False, True)
    assert list(paid_applications()) == [staying.application]
    assert statement(order.institution, order.sitting).balanced


def test_money_returned_without_a_candidate_is_owed_again_and_can_be_paid_again(
    world: World, second: Account, ordered: Callable[..., Order]
) -> None:
    order = ordered()
    world.settle(order)
    refund = request_refund(by=world[Role.FINANCE], order=order, amount_fen=FEE, reason="付款户名不对")
    approve_refund(by=second, refund=refund, bank_reference="R1", paid_on=clock.today())
    order.refresh_from_db()

    assert (order.paid_at, balance_of(order).owed_fen) == (None, FEE)
    assert not paid_applications().exists()

    confirm_transfer(by=second, order=order, bank_reference="B2", amount_fen=FEE, received_on=clock.today())
    assert (balance_of(order).owed_fen, Event.objects.filter(name="order-paid").count()) == (0, 2)
    assert statement(order.institution, order.sitting).balanced


def test_a_part_of_a_fee_lowers_it_and_the_candidate_stays_paid(
    world: World, second: Account, ordered: Callable[..., Order]
) -> None:
    order = ordered()
    world.settle(order)
    (line,) = lines_of(order)
    refund = request_refund(by=world[Role.FINANCE], order=order, amount_fen=8000, reason="减免", line=line)
    approve_refund(by=second, refund=refund, bank_reference="R1", paid_on=clock.today())

    assert is_paid(line.application)
    refuse(
        "refund-amount",
        request_refund,
        by=second,
        order=order,
        amount_fen=FEE - 7999,
        reason="再退",
        line=line,
    )


def test_never_more_than_was_received_even_by_several_requests(
    world: World, second: Account, ordered: Callable[..., Order]
) -> None:
    order, other = ordered(2), ordered()
    words: dict[str, Any] = {"by": world[Role.FINANCE], "order": order, "reason": "退"}

    refuse("refund-amount", request_refund, **words, amount_fen=1)
    confirm_transfer(
        by=second, order=order, bank_reference="B", amount_fen=FEE + 5, received_on=clock.today()
    )
    refuse("refund-amount", request_refund, **words, amount_fen=0)
    refuse("refund-amount", request_refund, **words, amount_fen=-1)
    refuse("refund-reason", request_refund, **(words | {"reason": " "}), amount_fen=1)
    refuse("refund-line", request_refund, **words, amount_fen=1, line=lines_of(other)[0])
    first = request_refund(**words, amount_fen=FEE, line=lines_of(order)[0])
    refuse("refund-amount", request_refund, **words, amount_fen=1, line=lines_of(order)[0])
    refuse("refund-amount", request_refund, **words, amount_fen=6)
    rest = request_refund(**words, amount_fen=5)

    approve_refund(by=second, refund=first, bank_reference="R1", paid_on=clock.today())
    approve_refund(by=second, refund=rest, bank_reference="R2", paid_on=clock.today())
    assert (balance_of(order).held_fen, ledger_balance(), Refund.objects.count()) == (0, 0, 2)


def test_four_eyes_and_one_decision(world: World, second: Account, ordered: Callable[..., Order]) -> None:
    order = ordered()
    world.settle(order)
    finance = world[Role.FINANCE]
    refund = request_refund(by=finance, order=order, amount_fen=100, reason="退")
    words: dict[str, Any] = {"refund": refund, "bank_reference": "R1", "paid_on": clock.today()}
    booked = LedgerEntry.objects.count()

    refuse("same-person", approve_refund, by=finance, **words)
    refuse("same-person", reject_refund, by=finance, refund=refund, note="不")
    refuse("bank-reference", approve_refund, by=second, **(words | {"bank_reference": " "}))
    tomorrow = clock.today() + timedelta(days=1)
    refuse("future-date", approve_refund, by=second, **(words | {"paid_on": tomorrow}))
    refuse("note", reject_refund, by=second, refund=refund, note=" ")
    assert (RefundDecision.objects.count(), LedgerEntry.objects.count()) == (0, booked)

    reject_refund(by=second, refund=refund, note="回单不符")
    refuse("decided-already", approve_refund, by=second, **words)
    again = request_refund(by=finance, order=order, amount_fen=FEE, reason="退")
    approve_refund(by=second, **(words | {"refund": again}))
    refuse("decided-already", reject_refund, by=second, refund=again, note="迟了")
    cases = refunds_of(order)
    assert [case.decision.approved for case in cases if case.decision] == [False, True]


def test_one_payment_is_one_refund(world: World, second: Account, ordered: Callable[..., Order]) -> None:
    order = ordered()
    world.settle(order)
    words: dict[str, Any] = {"by": world[Role.FINANCE], "order": order, "amount_fen": 100, "reason": "退"}
    first, again = request_refund(**words), request_refund(**words)
    approve_refund(by=second, refund=first, bank_reference="R1", paid_on=clock.today())

    refuse(
        "bank-reference-used",
        approve_refund,
        by=second,
        refund=again,
        bank_reference=" R1 ",
        paid_on=clock.today(),
    )
    assert balance_of(order).refunded_fen == 100
