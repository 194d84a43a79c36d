"""Invoices: asked for by the institution, recorded once, over what was really received."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from zhiheng.foundation.errors import Refused
from zhiheng.payments.actions import confirm_transfer
from zhiheng.payments.invoices.actions import (
    decline_invoice,
    record_invoice,
    record_red_invoice,
    request_invoice,
)
from zhiheng.payments.invoices.queries import invoices_of, live_request, waiting_invoices
from zhiheng.payments.models import InvoiceAnswer, InvoiceKind, InvoiceRequest, Order
from zhiheng.payments.refunds.actions import approve_refund, request_refund
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock

CODE = "91350100M000100Y43"  # the example printed in GB 32100-2015


def refuse(code: str, act: Callable[..., object], **words: Any) -> None:
    with pytest.raises(Refused) as refused:
        act(**words)
    assert refused.value.code == code


def wanted(world: World, order: Order, **change: Any) -> InvoiceRequest:
    words: dict[str, Any] = {
        "by": world[Role.INSTITUTION],
        "order": order,
        "kind": InvoiceKind.PLAIN,
        "title": "青禾培训中心（测试）",
        "tax_number": CODE,
    }
    return request_invoice(**(words | change))


def test_asked_for_issued_and_not_twice(world: World, ordered: Callable[..., Order]) -> None:
    order, other = ordered(), ordered()
    refuse("invoice-unpaid", wanted, world=world, order=order)
    world.settle(order)
    world.settle(other)
    refuse("invoice-title", wanted, world=world, order=order, title=" ")
    refuse("tax-number", wanted, world=world, order=order, tax_number="1")
    request = wanted(world, order)
    refuse("invoiced-already", wanted, world=world, order=order)
    assert (request.amount_fen, list(waiting_invoices())) == (68000, [request])

    words: dict[str, Any] = {
        "by": world[Role.FINANCE],
        "request": request,
        "number": "26352000000000000001",
        "issued_on": clock.today(),
    }
    refuse("invoice-number", record_invoice, **(words | {"number": "123"}))
    refuse("future-date", record_invoice, **(words | {"issued_on": clock.today() + timedelta(days=1)}))
    record_invoice(**words)
    refuse("decided-already", record_invoice, **words)
    refuse("decided-already", decline_invoice, by=world[Role.FINANCE], request=request, note="迟了")
    refuse("invoice-number-used", record_invoice, **(words | {"request": wanted(world, other)}))
    assert [case.answer.number for case in invoices_of(order) if case.answer] == ["26352000000000000001"]
    refuse("invoiced-already", wanted, world=world, order=order)


def test_a_refund_in_between_changes_the_amount(
    world: World, second: Account, ordered: Callable[..., Order]
) -> None:
    order = ordered()
    world.settle(order)
    request = wanted(world, order)
    line = None
    refund = request_refund(by=second, order=order, amount_fen=8000, reason="退", line=line)
    approve_refund(by=world[Role.FINANCE], refund=refund, bank_reference="R1", paid_on=clock.today())

    refuse(
        "invoice-amount",
        record_invoice,
        by=second,
        request=request,
        number="12345678",
        issued_on=clock.today(),
    )
    refuse("note", decline_invoice, by=second, request=request, note=" ")
    decline_invoice(by=second, request=request, note="金额已变")
    assert (live_request(order), InvoiceAnswer.objects.count()) == (None, 1)
    refuse("invoice-unpaid", wanted, world=world, order=order)


def test_money_goes_back_only_after_a_red_invoice(
    world: World, second: Account, ordered: Callable[..., Order]
) -> None:
    order = ordered()
    world.settle(order)
    finance = world[Role.FINANCE]
    refund = request_refund(by=finance, order=order, amount_fen=8000, reason="减免")
    answer = record_invoice(
        by=finance, request=wanted(world, order), number="26352000000000000001", issued_on=clock.today()
    )
    pay: dict[str, Any] = {
        "by": second, "refund": refund, "bank_reference": "R1", "paid_on": clock.today()
    }  # fmt: skip
    refuse("invoice-stands", approve_refund, **pay)
    refuse("invoice-stands", request_refund, by=finance, order=order, amount_fen=1, reason="退")

    red: dict[str, Any] = {
        "by": finance, "answer": answer, "number": "26352000000000000002", "issued_on": clock.today()
    }  # fmt: skip
    refuse("invoice-number", record_red_invoice, **(red | {"number": "1"}))
    refuse("invoice-number-used", record_red_invoice, **(red | {"number": answer.number}))
    refuse("future-date", record_red_invoice, **(red | {"issued_on": clock.today() + timedelta(days=1)}))
    refuse("red-before", record_red_invoice, **(red | {"issued_on": clock.today() - timedelta(days=1)}))
    made = record_red_invoice(**red)
    refuse("invoice-not-standing", record_red_invoice, **(red | {"number": "26352000000000000003"}))
    assert [case.red for case in invoices_of(order)] == [made]

    approve_refund(**pay)
    refuse("invoice-unpaid", wanted, world=world, order=order)  # without a line the money is owed again
    world_words = {"bank_reference": "B2", "amount_fen": 8000, "received_on": clock.today()}
    confirm_transfer(by=second, order=order, **world_words)
    again = wanted(world, order)
    assert (again.amount_fen, live_request(order)) == (68000, again)
    other = {"request": again, "issued_on": clock.today(), "by": finance}
    refuse("invoice-number-used", record_invoice, **other, number=made.number)
    declined = decline_invoice(by=finance, request=again, note="抬头有误")
    refuse("invoice-not-standing", record_red_invoice, **(red | {"answer": declined}))


def test_a_red_invoice_on_its_page(
    world: World, ordered: Callable[..., Order], client_of: Callable[[Account], Client]
) -> None:
    order = ordered()
    world.settle(order)
    request = wanted(world, order)
    client, page = client_of(world[Role.FINANCE]), reverse("invoice", args=[request.id])
    red = {"verdict": "red", "number": "26352000000000000002", "issued_on": clock.today().isoformat()}
    assert client.post(page, red).status_code == 422
    assert client.post(page, red | {"verdict": "issue", "number": "26352000000000000001"}).status_code == 302
    assert client.post(page, red | {"number": ""}).status_code == 422
    assert client.post(page, red).status_code == 302
    assert client.post(page, red).status_code == 422
    assert client.post(page, {"verdict": "nothing"}).status_code == 200
    shown = client.get(page).content.decode()
    assert (shown.count("26352000000000000002"), "已由红字发票冲销" in shown) == (1, True)
    body = client_of(world[Role.INSTITUTION]).get(reverse("order", args=[order.id])).content.decode()
    assert "红字 26352000000000000002" in body
