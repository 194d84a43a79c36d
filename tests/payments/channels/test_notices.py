"""Notifications: a true one settles once; forged, altered, replayed, stale or foreign ones settle nothing."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from tests.payments.channels.providers import Alipay, WeChat, new_key
from zhiheng.payments.actions import confirm_transfer
from zhiheng.payments.channels.actions import ask_payment
from zhiheng.payments.channels.registry import channel_for
from zhiheng.payments.models import LedgerEntry, Order, Payment, PaymentNotice, Settlement
from zhiheng.payments.queries import balance_of, ledger_balance, ledger_sums
from zhiheng.payments.statements import statement
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine, Event

FEE = 68000
Ordered = Callable[..., Order]


def asked(world: World, order: Order, method: str) -> Payment:
    channel = channel_for(method)
    assert channel is not None
    return ask_payment(by=world[Role.INSTITUTION], order=order, channel=channel)


def tell(method: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
    kind = "application/json" if method == "wechat" else "application/x-www-form-urlencoded"
    answer = Client(enforce_csrf_checks=True).post(
        reverse("payment_notice", args=[method]), body, content_type=kind, headers=headers or {}
    )
    return answer.status_code, answer.content.decode()


def told_wechat(body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    status, text = tell("wechat", body, headers)
    return status, json.loads(text)["code"]


def refusals() -> list[str]:
    lines = AuditLine.objects.filter(act="payment-notice-refused").order_by("id")
    return [line.detail["code"] for line in lines]


def test_a_true_wechat_notification_settles_once(world: World, wechat: WeChat, ordered: Ordered) -> None:
    order = ordered()
    payment = asked(world, order, "wechat")
    resource = wechat.paid(payment.number, FEE)

    assert told_wechat(*wechat.notification("TRANSACTION.SUCCESS", resource, notice="N1")) == (200, "SUCCESS")
    order.refresh_from_db()
    (settlement,) = Settlement.objects.all()
    assert (settlement.method, settlement.payment, settlement.confirmed_by, settlement.suspense) == (
        "wechat",
        payment,
        None,
        False,
    )
    assert (settlement.bank_reference, settlement.amount_fen) == (resource["transaction_id"], FEE)
    assert (order.paid_at is not None, balance_of(order).owed_fen, ledger_balance()) == (True, 0, 0)

    assert told_wechat(*wechat.notification("TRANSACTION.SUCCESS", resource, notice="N1")) == (200, "SUCCESS")
    assert (Settlement.objects.count(), Event.objects.filter(name="order-paid").count()) == (1, 1)
    assert [notice.outcome for notice in PaymentNotice.objects.order_by("created_at")] == [
        "settled",
        "repeated",
    ]
    sums = ledger_sums()
    assert (sums.channels_fen, sums.bank_fen, sums.receivable_fen, sums.difference_fen) == (FEE, 0, 0, 0)
    assert statement(order.institution, order.sitting).balanced
    assert refusals() == []


def test_a_true_alipay_notification_settles_once(world: World, alipay: Alipay, ordered: Ordered) -> None:
    order = ordered()
    payment = asked(world, order, "alipay")
    body = alipay.notification(alipay.paid(payment.number, "680.00"))

    assert tell("alipay", body) == (200, "success")
    assert tell("alipay", body) == (200, "success")  # Alipay repeats the very same until it reads "success"
    later = alipay.notification(alipay.paid(payment.number, "680.00", trade_status="TRADE_FINISHED"))
    assert tell("alipay", later) == (200, "success")

    (settlement,) = Settlement.objects.all()
    assert (settlement.method, settlement.amount_fen, settlement.suspense) == ("alipay", FEE, False)
    assert [notice.outcome for notice in PaymentNotice.objects.order_by("created_at")] == [
        "settled",
        "repeated",
        "repeated",
    ]
    assert (balance_of(order).owed_fen, ledger_balance(), refusals()) == (0, 0, [])


def flipped(text: str, place: int) -> str:
    """One bit of one character changed, into one that may stand there."""
    other = chr(ord(text[place]) ^ 1)
    return text[:place] + other + text[place + 1 :]


@pytest.mark.parametrize("part", ["body", "Signature", "Timestamp", "Nonce", "Serial", "Signature-Type"])
def test_one_bit_changed_in_a_wechat_notification(
    world: World, wechat: WeChat, ordered: Ordered, part: str
) -> None:
    payment = asked(world, ordered(), "wechat")
    body, headers = wechat.notification("TRANSACTION.SUCCESS", wechat.paid(payment.number, FEE))
    if part == "body":
        altered = bytearray(body)
        altered[-20] ^= 1
        answer = told_wechat(bytes(altered), headers)
    else:
        name = f"Wechatpay-{part}"
        answer = told_wechat(body, headers | {name: flipped(headers[name], 5)})

    assert answer == (401, "FAIL")
    assert (Settlement.objects.count(), PaymentNotice.objects.count(), refusals()) == (0, 0, ["forged"])
    assert told_wechat(body, headers) == (200, "SUCCESS")


def test_every_bit_of_a_signature_counts(world: World, wechat: WeChat, ordered: Ordered) -> None:
    """The last characters before the padding carry bits no byte needs; they may not be changed either."""
    payment = asked(world, ordered(), "wechat")
    body, headers = wechat.notification("TRANSACTION.SUCCESS", wechat.paid(payment.number, FEE))
    signature = headers["Wechatpay-Signature"]
    assert signature.endswith("==")
    for altered in (flipped(signature, -3), signature.rstrip("="), signature + "\t", f" {signature}!"):
        assert told_wechat(body, headers | {"Wechatpay-Signature": altered}) == (401, "FAIL")
    assert Settlement.objects.count() == 0


def test_a_wechat_notification_signed_by_somebody_else(
    world: World, wechat: WeChat, ordered: Ordered
) -> None:
    payment = asked(world, ordered(), "wechat")
    true = wechat.theirs
    wechat.theirs = new_key()
    body, headers = wechat.notification("TRANSACTION.SUCCESS", wechat.paid(payment.number, FEE))
    wechat.theirs = true

    assert told_wechat(body, headers) == (401, "FAIL")
    assert told_wechat(body, {}) == (401, "FAIL")
    assert told_wechat(b"\xff{", wechat.headers("x")) == (401, "FAIL")
    for strange in ('"text"', "[]", "{}", '{"resource_type":"other"}'):
        assert told_wechat(strange.encode(), wechat.headers(strange)) == (401, "FAIL")
    assert (Settlement.objects.count(), set(refusals())) == (0, {"forged"})


def test_the_same_wechat_notification_again_is_a_replay(
    world: World, wechat: WeChat, ordered: Ordered
) -> None:
    payment = asked(world, ordered(), "wechat")
    body, headers = wechat.notification("TRANSACTION.SUCCESS", wechat.paid(payment.number, FEE))
    assert told_wechat(body, headers) == (200, "SUCCESS")
    assert told_wechat(body, headers) == (400, "FAIL")
    assert (Settlement.objects.count(), refusals()) == (1, ["replayed"])


@pytest.mark.parametrize(("seconds", "status"), [(-301, 400), (-299, 200), (299, 200), (302, 400)])
def test_five_minutes_are_fresh(
    world: World, wechat: WeChat, ordered: Ordered, seconds: int, status: int
) -> None:
    payment = asked(world, ordered(), "wechat")
    stamp = str(int(clock.now().timestamp()) + seconds)
    body, headers = wechat.notification(
        "TRANSACTION.SUCCESS", wechat.paid(payment.number, FEE), timestamp=stamp
    )
    assert told_wechat(body, headers)[0] == status
    assert (Settlement.objects.count(), refusals()) == ((1, []) if status == 200 else (0, ["stale"]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mchid": "1900000999"}, "merchant"),
        ({"appid": "wx9"}, "merchant"),
        ({"out_trade_no": "ZH26111010009_9"}, "unknown"),
        ({"amount": {"total": FEE - 1, "currency": "CNY"}}, "amount"),
        ({"amount": {"total": True, "currency": "CNY"}}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": {"total": FEE, "currency": "USD"}}, "currency"),
        ({"transaction_id": ""}, "incomplete"),
        ({"transaction_id": "9" * 65}, "incomplete"),
        ({"success_time": None}, "incomplete"),
    ],
)
def test_true_but_not_ours(
    world: World, wechat: WeChat, ordered: Ordered, change: dict[str, Any], code: str
) -> None:
    payment = asked(world, ordered(), "wechat")
    entries = LedgerEntry.objects.count()
    resource = wechat.paid(payment.number, FEE) | change
    assert told_wechat(*wechat.notification("TRANSACTION.SUCCESS", resource)) == (400, "FAIL")
    assert (Settlement.objects.count(), LedgerEntry.objects.count()) == (0, entries)
    assert refusals() == [code]
    assert PaymentNotice.objects.get().outcome == "refused"


def test_not_paid_yet_is_taken_and_settles_nothing(world: World, wechat: WeChat, ordered: Ordered) -> None:
    payment = asked(world, ordered(), "wechat")
    for state in ("NOTPAY", "CLOSED", "PAYERROR", "SOMETHING"):
        resource = wechat.paid(payment.number, FEE, trade_state=state)
        assert told_wechat(*wechat.notification("TRANSACTION.SUCCESS", resource)) == (200, "SUCCESS")
    assert (Settlement.objects.count(), refusals()) == (0, [])


def test_another_orders_transaction(world: World, wechat: WeChat, ordered: Ordered) -> None:
    first, other = asked(world, ordered(), "wechat"), asked(world, ordered(), "wechat")
    resource = wechat.paid(first.number, FEE)
    assert told_wechat(*wechat.notification("TRANSACTION.SUCCESS", resource)) == (200, "SUCCESS")
    borrowed = resource | {"out_trade_no": other.number}
    assert told_wechat(*wechat.notification("TRANSACTION.SUCCESS", borrowed)) == (400, "FAIL")
    assert (Settlement.objects.count(), refusals()) == (1, ["transaction-used"])


def test_money_written_down_by_hand_before_the_notification(
    world: World, wechat: WeChat, ordered: Ordered
) -> None:
    order = ordered()
    payment = asked(world, order, "wechat")
    resource = wechat.paid(payment.number, FEE)
    words = {"bank_reference": resource["transaction_id"], "amount_fen": FEE, "received_on": clock.today()}
    confirm_transfer(by=world[Role.FINANCE], order=order, **words)
    assert told_wechat(*wechat.notification("TRANSACTION.SUCCESS", resource)) == (200, "SUCCESS")
    assert (Settlement.objects.count(), ledger_balance()) == (1, 0)


def test_late_money_waits_in_suspense(world: World, wechat: WeChat, alipay: Alipay, ordered: Ordered) -> None:
    order = ordered()
    by_wechat, by_alipay = asked(world, order, "wechat"), asked(world, order, "alipay")
    paid = alipay.notification(alipay.paid(by_alipay.number, "680.00"))
    assert tell("alipay", paid) == (200, "success")
    resource = wechat.paid(by_wechat.number, FEE)
    assert told_wechat(*wechat.notification("TRANSACTION.SUCCESS", resource)) == (200, "SUCCESS")
    assert told_wechat(*wechat.notification("TRANSACTION.SUCCESS", resource)) == (200, "SUCCESS")

    assert list(Settlement.objects.order_by("created_at").values_list("method", "suspense")) == [
        ("alipay", False),
        ("wechat", True),
    ]
    sums, found = ledger_sums(), statement(order.institution, order.sitting)
    assert (sums.suspense_fen, sums.channels_fen, sums.difference_fen) == (-FEE, 2 * FEE, 0)
    assert (found.balance.received_fen, found.balance.owed_fen, found.balanced) == (FEE, 0, True)
    assert [entry.bank_reference for entry in found.surplus] == [resource["transaction_id"]]
    assert Event.objects.filter(name="order-paid").count() == 1


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_one_bit_changed_in_an_alipay_notification(
    world: World, alipay: Alipay, ordered: Ordered, place: float
) -> None:
    payment = asked(world, ordered(), "alipay")
    told = alipay.paid(payment.number, "680.00")
    body = bytearray(alipay.notification(told))
    body[int(len(body) * place)] ^= 1
    assert tell("alipay", bytes(body)) == (200, "fail")
    assert (Settlement.objects.count(), refusals()) == (0, ["forged"])


def test_forms_nobody_may_send_for_alipay(world: World, alipay: Alipay, ordered: Ordered) -> None:
    payment = asked(world, ordered(), "alipay")
    told = alipay.paid(payment.number, "680.00")
    good = alipay.notification(told).decode()
    for body in (
        good.replace("680.00", "0.01"),
        good + "&total_amount=680.00",
        good.replace("sign_type=RSA2", "sign_type=RSA"),
        good.replace("&sign_type=RSA2", ""),
        good.split("&sign=")[0],
        good.split("&sign=")[0] + "&sign=%E4%BD%A0",
        alipay.notification(told | {"charset": "gbk"}).decode(),
        alipay.notification({key: value for key, value in told.items() if key != "notify_id"}).decode(),
        alipay.notification(told | {"notify_time": "yesterday"}).decode(),
        "%%%",
        "",
    ):
        assert tell("alipay", body.encode()) == (200, "fail")
    assert tell("alipay", b"\xff\xfe") == (200, "fail")
    assert (Settlement.objects.count(), set(refusals())) == (0, {"forged"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"app_id": "2021000000000009"}, "merchant"),
        ({"seller_id": "2088000000000009"}, "merchant"),
        ({"out_trade_no": "ZH26111010009_9"}, "unknown"),
        ({"total_amount": "679.99"}, "amount"),
        ({"total_amount": "lots"}, "amount"),
        ({"trans_currency": "USD"}, "currency"),
        ({"gmt_payment": ""}, "incomplete"),
    ],
)
def test_true_but_not_ours_at_alipay(
    world: World, alipay: Alipay, ordered: Ordered, change: dict[str, str], code: str
) -> None:
    payment = asked(world, ordered(), "alipay")
    body = alipay.notification(alipay.paid(payment.number, "680.00", **change))
    assert tell("alipay", body) == (200, "fail")
    assert (Settlement.objects.count(), refusals()) == (0, [code])


def test_an_alipay_notification_of_the_day_before_yesterday(
    world: World, alipay: Alipay, ordered: Ordered
) -> None:
    payment = asked(world, ordered(), "alipay")
    old = (clock.now() - timedelta(hours=27)).strftime("%Y-%m-%d %H:%M:%S")
    assert tell("alipay", alipay.notification(alipay.paid(payment.number, "680.00", notify_time=old))) == (
        200,
        "fail",
    )
    assert (Settlement.objects.count(), refusals()) == (0, ["stale"])
    closed = alipay.paid(payment.number, "680.00", trade_status="TRADE_CLOSED")
    assert tell("alipay", alipay.notification(closed)) == (200, "success")
    assert Settlement.objects.count() == 0


def test_one_channels_word_about_the_others_payment(
    world: World, wechat: WeChat, alipay: Alipay, ordered: Ordered
) -> None:
    payment = asked(world, ordered(), "wechat")
    assert tell("alipay", alipay.notification(alipay.paid(payment.number, "680.00"))) == (200, "fail")
    assert (Settlement.objects.count(), refusals()) == (0, ["unknown"])


def test_too_large_too_many_and_no_such_channel(world: World, wechat: WeChat) -> None:
    assert tell("wechat", b" " * (64 * 1024 + 1)) == (413, '{"code": "FAIL", "message": "未受理"}')
    assert AuditLine.objects.filter(act="payment-notice-refused").count() == 0
    statuses = [tell("wechat", b"{}")[0] for _ in range(32)]
    assert statuses == [401] * 30 + [429] * 2
    assert len(refusals()) == 30
    assert (tell("alipay", b"")[0], tell("bank_transfer", b"")[0], tell("nothing", b"")[0]) == (404, 404, 404)
    assert Client().get(reverse("payment_notice", args=["wechat"])).status_code == 405
