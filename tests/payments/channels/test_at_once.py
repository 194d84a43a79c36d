"""The same money told several times at the same moment is written down once."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from tests.payments.channels.providers import WeChat
from tests.payments.channels.test_notices import asked
from zhiheng.payments.models import Order, PaymentNotice, Settlement
from zhiheng.payments.queries import balance_of, ledger_balance
from zhiheng.plumbing.audit import first_broken
from zhiheng.plumbing.models import Event

TIMES = 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("anew", [True, False])
def test_notifications_at_once(
    world: World, wechat: WeChat, ordered: Callable[..., Order], anew: bool
) -> None:
    """anew: told several times by the provider; else one notification copied by somebody."""
    order = ordered()
    payment = asked(world, order, "wechat")
    resource = wechat.paid(payment.number, payment.amount_fen)
    first = wechat.notification("TRANSACTION.SUCCESS", resource, notice="N")
    told = [
        wechat.notification("TRANSACTION.SUCCESS", resource, notice="N") if anew else first
        for _ in range(TIMES)
    ]
    start, statuses = threading.Barrier(TIMES), []

    def send(body: bytes, headers: dict[str, str]) -> None:
        start.wait()
        try:
            answer = Client().post(
                reverse("payment_notice", args=["wechat"]),
                body,
                content_type="application/json",
                headers=headers,
            )
            statuses.append(answer.status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=entry) for entry in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    order.refresh_from_db()
    assert sorted(statuses) == ([200] * TIMES if anew else [200] + [400] * (TIMES - 1))
    assert (Settlement.objects.count(), balance_of(order).owed_fen, ledger_balance()) == (1, 0, 0)
    assert Event.objects.filter(name="order-paid").count() == 1
    assert PaymentNotice.objects.count() == (TIMES if anew else 1)
    assert (order.paid_at is not None, first_broken()) == (True, None)
