"""Ordering, confirming money, and the ledger, as institutions and finance see them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from zhiheng.foundation.errors import Refused
from zhiheng.payments.actions import place_order
from zhiheng.payments.core.amounts import fen_of
from zhiheng.payments.models import Order, Settlement
from zhiheng.payments.queries import ledger_sums
from zhiheng.payments.waiting import waiting
from zhiheng.people.models import Account, Role


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def errors(response: Any, field: str) -> list[str]:
    return [error.code for error in response.context["form"].errors.as_data()[field]]


def ordered(world: World) -> Order:
    application = world.approved()
    return place_order(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        sitting=application.sitting,
        applications=[application],
    )


@pytest.fixture
def institution(world: World) -> Client:
    return client_of(world[Role.INSTITUTION])


@pytest.fixture
def finance(world: World) -> Client:
    return client_of(world[Role.FINANCE])


def test_each_page_opens_for_its_roles_alone(world: World) -> None:
    order = ordered(world)
    urls = {
        reverse(name, args=args): role
        for name, args, role in (
            ("orders", [], Role.INSTITUTION),
            ("order", [order.id], Role.INSTITUTION),
            ("statement", [order.sitting_id], Role.INSTITUTION),
            ("finance_orders", [], Role.FINANCE),
            ("finance_order", [order.id], Role.FINANCE),
            ("finance_statement", [order.institution_id, order.sitting_id], Role.FINANCE),
            ("ledger", [], Role.FINANCE),
        )
    }
    for role in Role:
        client = client_of(world[role])
        for url, allowed in urls.items():
            assert client.get(url).status_code == (200 if role == allowed else 403), (role, url)
    for url in urls:
        assert Client().get(url).status_code == 302


def test_another_institution_finds_nothing(world: World) -> None:
    order = ordered(world)
    outsider = client_of(world.outsider)

    assert outsider.get(reverse("order", args=[order.id])).status_code == 404
    assert outsider.get(reverse("statement", args=[order.sitting_id])).status_code == 404
    page = outsider.get(reverse("orders"))
    assert (page.context["accounts"], page.context["baskets"]) == ([], [])
    unknown = reverse("finance_statement", args=[world.other_institution.id, order.sitting_id])
    assert client_of(world[Role.FINANCE]).get(unknown).status_code == 404


def test_the_chosen_candidates_are_ordered(world: World, institution: Client) -> None:
    chosen, left = world.approved(), world.approved()
    url = reverse("place_order", args=[chosen.sitting_id])

    assert institution.post(url, {}).status_code == 422
    assert institution.post(url, {"applications": ["nobody"]}).status_code == 422
    assert Order.objects.count() == 0

    institution.post(url, {"applications": [str(chosen.id)]})
    assert Order.objects.get().total_fen == world.association.fee_fen
    baskets = institution.get(reverse("orders")).context["baskets"]
    assert [row["basket"].applications for row in baskets] == [(left,)]
    assert client_of(world.outsider).post(url, {"applications": [str(left.id)]}).status_code == 302
    assert Order.objects.count() == 1


def test_a_transfer_is_confirmed_in_yuan(world: World, finance: Client) -> None:
    order = ordered(world)
    url = reverse("finance_order", args=[order.id])
    half = order.total_fen // 2
    sent = {"bank_reference": "B1", "amount": f"{half / 100:.2f} 元", "received_on": "2026-11-10"}

    assert finance.post(url, sent).status_code == 302
    assert finance.get(url).context["account"].owed_fen == order.total_fen - half
    rest = sent | {"bank_reference": "B2", "amount": f"¥{(order.total_fen - half) / 100:,.2f}"}
    finance.post(url, rest)
    order.refresh_from_db()

    assert order.paid_at is not None
    sums = ledger_sums()
    assert (sums.bank_fen, sums.receivable_fen, sums.income_fen) == (order.total_fen, 0, -order.total_fen)
    assert (sums.difference_fen, finance.get(reverse("ledger")).context["sums"]) == (0, sums)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"amount": "许多"}, "amount", "amount"),
        ({"amount": "0.001"}, "amount", "amount"),
        ({"amount": "-1"}, "amount", "amount"),
        ({"amount": "1e9"}, "amount", "amount"),
        ({"amount": "99999"}, "amount", "amount"),
        ({"received_on": "2026-11-11"}, "received_on", "future-date"),
        ({"received_on": "someday"}, "received_on", "invalid"),
        ({"bank_reference": " "}, "bank_reference", "required"),
    ],
)
def test_a_wrong_transfer_is_refused_at_its_field(
    world: World, finance: Client, change: dict[str, str], field: str, code: str
) -> None:
    url = reverse("finance_order", args=[ordered(world).id])
    sent = {"bank_reference": "B1", "amount": "1.00", "received_on": "2026-11-10"} | change
    response = finance.post(url, sent)

    assert (response.status_code, errors(response, field)) == (422, [code])
    assert Settlement.objects.count() == 0


def test_a_reference_used_for_another_order_is_refused_at_its_field(world: World, finance: Client) -> None:
    first, second = ordered(world), ordered(world)
    world.settle(first)
    sent = {"bank_reference": f"BANK{first.reference}", "amount": "1.00", "received_on": "2026-11-10"}
    response = finance.post(reverse("finance_order", args=[second.id]), sent)

    assert (response.status_code, errors(response, "bank_reference")) == (422, ["bank-reference-used"])


def test_a_statement_adds_up(world: World, institution: Client, finance: Client) -> None:
    paid, owed = ordered(world), ordered(world)
    world.settle(paid)
    own = institution.get(reverse("statement", args=[paid.sitting_id]))
    same = finance.get(reverse("finance_statement", args=[paid.institution_id, paid.sitting_id]))

    for page in (own, same):
        found = page.context["statement"]
        assert [line.order.reference for line in found.lines] == [paid.reference, owed.reference]
        assert (found.balance.ordered_fen, found.balance.received_fen, found.balance.owed_fen) == (
            paid.total_fen + owed.total_fen,
            paid.total_fen,
            owed.total_fen,
        )


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_many(
    world: World, finance: Client, count: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _ in range(count):
        ordered(world)
    with django_assert_num_queries(7):
        page = finance.get(reverse("finance_orders"))
    assert len(page.context["accounts"]) == count
    with django_assert_num_queries(7):
        page = finance.get(reverse("ledger"))
    assert len(page.context["rows"]) == 2 * count


def test_the_order_page_costs_the_same_for_one_and_many(
    world: World, institution: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _ in range(3):
        ordered(world)
        world.approved()
    with django_assert_num_queries(11):
        institution.get(reverse("orders"))


def test_what_waits(world: World, django_assert_num_queries: Callable[..., Any]) -> None:
    world.approved()
    ordered(world)

    def lines(account: Account, role: Role) -> list[str]:
        return [line.title for line in waiting(account, role)]

    assert lines(world[Role.INSTITUTION], Role.INSTITUTION) == [
        "1 名已通过审核的考生尚未下单缴费",
        "1 份订单尚未付清",
    ]
    assert lines(world[Role.FINANCE], Role.FINANCE) == ["1 份订单等待确认到账"]
    assert lines(world.outsider, Role.INSTITUTION) == []
    assert lines(world[Role.CANDIDATE], Role.CANDIDATE) == []
    with django_assert_num_queries(3):
        waiting(world[Role.INSTITUTION], Role.INSTITUTION)


@pytest.mark.parametrize(
    ("text", "fen"), [("680", 68000), ("￥1,280.50", 128050), ("0.01", 1), ("12.5元", 1250)]
)
def test_yuan_as_people_write_them(text: str, fen: int) -> None:
    assert fen_of(text) == fen


@pytest.mark.parametrize("text", ["", "NaN", "Infinity", "1.005", "20000000.01", "一百"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(Refused) as refused:
        fen_of(text)
    assert refused.value.code == "amount"
