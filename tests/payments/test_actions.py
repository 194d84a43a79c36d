"""Orders, transfers and a ledger that sums to zero."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.world import World
from zhiheng.foundation.errors import Refused
from zhiheng.payments.actions import confirm_transfer, place_order
from zhiheng.payments.core.ledger import Posting, Side, Unbalanced, order_placed, transfer_received
from zhiheng.payments.models import Order, Settlement
from zhiheng.payments.queries import is_paid, ledger_balance, unordered_applications, unpaid_orders
from zhiheng.payments.statements import statement
from zhiheng.people.models import Role
from zhiheng.plumbing import clock


def test_an_order_is_owed_until_the_transfer_is_confirmed(world: World) -> None:
    applications = [world.approved(), world.approved()]

    assert list(unordered_applications(world.institution)) == sorted(
        applications, key=lambda a: a.person.name
    )

    order = place_order(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        sitting=applications[0].sitting,
        applications=applications,
    )

    assert (order.total_fen, order.reference, unpaid_orders()) == (136000, "ZH26111010001", [order])
    assert not is_paid(applications[0])

    world.settle(order)
    account = statement(world.institution, applications[0].sitting)

    assert (account.balance.ordered_fen, account.balance.received_fen, account.balance.owed_fen) == (
        136000,
        136000,
        0,
    )
    assert is_paid(applications[0])
    assert (ledger_balance(), unpaid_orders()) == (0, [])


def test_the_same_bank_reference_counts_once(world: World) -> None:
    application = world.approved()
    order = place_order(
        by=None, institution=world.institution, sitting=application.sitting, applications=[application]
    )
    words = {
        "by": world[Role.FINANCE],
        "order": order,
        "bank_reference": "B1",
        "amount_fen": 30000,
        "received_on": clock.today(),
    }

    assert confirm_transfer(**words) == confirm_transfer(**words)  # type: ignore[arg-type]
    assert Settlement.objects.count() == 1

    with pytest.raises(Refused) as refused:
        confirm_transfer(**(words | {"amount_fen": 1}))  # type: ignore[arg-type]
    assert refused.value.code == "bank-reference-used"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount_fen": 68001}, "amount"),
        ({"amount_fen": 0}, "amount"),
        ({"bank_reference": " "}, "bank-reference"),
        ({"received_on": "tomorrow"}, "future-date"),
    ],
)
def test_a_wrong_transfer_is_refused(world: World, change: dict[str, object], code: str) -> None:
    application = world.approved()
    order = place_order(
        by=None, institution=world.institution, sitting=application.sitting, applications=[application]
    )
    if change.get("received_on"):
        change = {"received_on": clock.today() + timedelta(days=1)}
    words = {
        "by": world[Role.FINANCE],
        "order": order,
        "bank_reference": "B1",
        "amount_fen": 68000,
        "received_on": clock.today(),
    }

    with pytest.raises(Refused) as refused:
        confirm_transfer(**(words | change))  # type: ignore[arg-type]

    assert (refused.value.code, Settlement.objects.count()) == (code, 0)


def test_what_cannot_be_ordered_is_refused(world: World) -> None:
    approved, waiting = world.approved(), world.submitted()
    sitting = approved.sitting

    def code(**change: object) -> str:
        words: dict[str, object] = {
            "by": None,
            "institution": world.institution,
            "sitting": sitting,
            "applications": [approved],
        }
        with pytest.raises(Refused) as refused:
            place_order(**(words | change))  # type: ignore[arg-type]
        return refused.value.code

    assert code(applications=[]) == "order-empty"
    assert code(applications=[waiting]) == "order-unapproved"
    assert code(institution=world.other_institution) == "order-foreign"
    place_order(by=None, institution=world.institution, sitting=sitting, applications=[approved])
    assert code() == "ordered-already"
    assert (Order.objects.count(), ledger_balance()) == (1, 0)


def test_an_unbalanced_posting_cannot_be_made() -> None:
    with pytest.raises(Unbalanced):
        Posting(memo="x", sides=(Side(account="bank", amount_fen=1),))


@given(st.integers(1, 10**9))
def test_every_posting_sums_to_zero(amount: int) -> None:
    placed = order_placed(institution="i", kind="registration", total_fen=amount, reference="r")
    received = transfer_received(institution="i", amount_fen=amount, reference="r", bank_reference="b")

    owed = sum(
        side.amount_fen
        for posting in (placed, received)
        for side in posting.sides
        if side.account == "institution:i"
    )
    assert owed == 0
