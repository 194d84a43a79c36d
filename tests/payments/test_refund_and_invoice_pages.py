"""The pages on which money is given back and invoices are asked for."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from tests.payments.test_invoices import CODE
from zhiheng.payments.models import InvoiceAnswer, InvoiceRequest, Order, Refund
from zhiheng.payments.queries import balance_of, lines_of
from zhiheng.payments.waiting import waiting
from zhiheng.people.models import Account, Role

ClientOf = Callable[[Account], Client]


@pytest.fixture
def paid(world: World, ordered: Callable[..., Order]) -> Order:
    order = ordered()
    world.settle(order)
    return order


def codes(response: Any, form: str, field: str) -> list[str]:
    return [error.code for error in response.context[form].errors.as_data()[field]]


def test_a_refund_is_asked_for_and_paid(
    world: World, second: Account, client_of: ClientOf, paid: Order
) -> None:
    first, other = client_of(world[Role.FINANCE]), client_of(second)
    ask = reverse("request_refund", args=[paid.id])
    sent = {"line": str(lines_of(paid)[0].id), "amount": "680", "reason": "退考"}

    wrong = first.post(ask, sent | {"amount": "680.01"})
    assert (wrong.status_code, codes(wrong, "form", "amount")) == (422, ["refund-amount"])
    assert first.get(ask).status_code == 200
    assert first.post(ask, sent).status_code == 302
    refund = Refund.objects.get()
    page = reverse("refund", args=[refund.id])
    assert [line.title for line in waiting(second, Role.FINANCE)] == ["1 笔退款等待批准"]
    assert waiting(world[Role.FINANCE], Role.FINANCE) == []

    payment = {"verdict": "approve", "bank_reference": "R1", "paid_on": "2026-11-10"}
    own = first.post(page, payment)
    assert (own.status_code, codes(own, "payment", "__all__")) == (422, ["same-person"])
    empty = other.post(page, {"verdict": "reject", "note": ""})
    assert (empty.status_code, codes(empty, "note", "note")) == (422, ["required"])
    assert other.post(page, payment).status_code == 302
    assert balance_of(paid).refunded_fen == 68000
    assert other.get(page).context["case"].decision.bank_reference == "R1"
    again = other.post(page, payment | {"bank_reference": "R2"})
    assert (again.status_code, codes(again, "payment", "__all__")) == (422, ["decided-already"])
    shown = client_of(world[Role.INSTITUTION]).get(reverse("order", args=[paid.id])).context["refunds"]
    assert [case.refund for case in shown] == [refund]


def test_an_invoice_is_asked_for_and_recorded(world: World, client_of: ClientOf, paid: Order) -> None:
    institution, finance = client_of(world[Role.INSTITUTION]), client_of(world[Role.FINANCE])
    ask = reverse("request_invoice", args=[paid.id])
    sent = {"kind": "special", "title": "青禾培训中心（测试）", "tax_number": CODE}

    wrong = institution.post(ask, sent | {"tax_number": CODE[:-1] + "4"})
    assert (wrong.status_code, codes(wrong, "form", "tax_number")) == (422, ["tax-number"])
    assert client_of(world.outsider).post(ask, sent).status_code == 404
    assert InvoiceRequest.objects.count() == 0
    assert institution.post(ask, sent).status_code == 302
    request = InvoiceRequest.objects.get()
    assert institution.post(ask, sent).status_code == 422

    page = reverse("invoice", args=[request.id])
    bad = finance.post(page, {"verdict": "issue", "number": "1", "issued_on": "2026-11-10"})
    assert (bad.status_code, codes(bad, "issue", "number")) == (422, ["invoice-number"])
    assert (
        finance.post(page, {"verdict": "issue", "number": "12345678", "issued_on": "2026-11-10"}).status_code
        == 302
    )
    assert InvoiceAnswer.objects.get().number == "12345678"
    late = finance.post(page, {"verdict": "decline", "note": "迟了"})
    assert (late.status_code, codes(late, "note", "__all__")) == (422, ["decided-already"])
    shown = institution.get(reverse("order", args=[paid.id])).context
    assert ([case.request for case in shown["invoices"]], shown["can_invoice"]) == ([request], False)


def test_each_page_opens_for_its_role_alone(
    world: World, second: Account, client_of: ClientOf, paid: Order
) -> None:
    finance = client_of(world[Role.FINANCE])
    line = str(lines_of(paid)[0].id)
    client_of(second).post(
        reverse("request_refund", args=[paid.id]), {"line": line, "amount": "1", "reason": "退"}
    )
    client_of(world[Role.INSTITUTION]).post(
        reverse("request_invoice", args=[paid.id]), {"kind": "plain", "title": "甲", "tax_number": CODE}
    )
    own = reverse("request_invoice", args=[paid.id])
    pages = [
        reverse("refunds"),
        reverse("request_refund", args=[paid.id]),
        reverse("refund", args=[Refund.objects.get().id]),
        reverse("invoices"),
        reverse("invoice", args=[InvoiceRequest.objects.get().id]),
    ]
    for role in Role:
        client = client_of(world[role])
        expected = 200 if role == Role.FINANCE else 403
        assert [client.get(page).status_code for page in pages] == [expected] * 5
        assert client.get(own).status_code == (200 if role == Role.INSTITUTION else 403)
    assert [Client().get(page).status_code for page in [*pages, own]] == [302] * 6
    for name in ("request_refund", "refund", "invoice"):
        assert finance.get(reverse(name, args=[world.institution.id])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_cost_the_same_for_one_and_many(
    world: World,
    client_of: ClientOf,
    ordered: Callable[..., Order],
    count: int,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    finance, institution = client_of(world[Role.FINANCE]), client_of(world[Role.INSTITUTION])
    for _ in range(count):
        order = ordered()
        world.settle(order)
        ask = reverse("request_refund", args=[order.id])
        finance.post(ask, {"line": str(lines_of(order)[0].id), "amount": "1", "reason": "退"})
        institution.post(
            reverse("request_invoice", args=[order.id]), {"kind": "plain", "title": "甲", "tax_number": CODE}
        )
    with django_assert_num_queries(7):
        assert len(finance.get(reverse("refunds")).context["waiting"]) == count
    with django_assert_num_queries(6):
        assert len(finance.get(reverse("invoices")).context["waiting"]) == count
