"""What we ask of the providers: signed by us, understood when signed by them, and nothing believed otherwise."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core.checks import Info, Warning
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from tests.payments.channels.providers import Alipay, WeChat
from zhiheng.foundation.errors import Refused
from zhiheng.payments.channels import base
from zhiheng.payments.channels.actions import ask_payment, ask_what_became
from zhiheng.payments.channels.base import Channel
from zhiheng.payments.channels.registry import absences, channel_for, channels
from zhiheng.payments.checks import half_set_up, not_set_up
from zhiheng.payments.core.notices import Verdict
from zhiheng.payments.models import Order, Payment, Settlement
from zhiheng.payments.queries import balance_of
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock

FEE = 68000
Ordered = Callable[..., Order]


def channel(method: str) -> Channel:
    found = channel_for(method)
    assert found is not None
    return found


def refuse(code: str, act: Callable[..., object], **words: Any) -> None:
    with pytest.raises(Refused) as refused:
        act(**words)
    assert refused.value.code == code


def test_a_wechat_code_for_what_is_owed(world: World, wechat: WeChat, ordered: Ordered) -> None:
    order = ordered()
    words: dict[str, Any] = {"by": world[Role.INSTITUTION], "order": order, "channel": channel("wechat")}
    payment = ask_payment(**words)

    assert (payment.number, payment.amount_fen) == ("ZH26111010001_1", FEE)
    assert payment.code == "weixin://wxpay/bizpayurl?pr=010001_1"
    (asked,) = wechat.asked
    sent = asked["body"]
    assert (asked["method"], asked["path"]) == ("POST", "/v3/pay/transactions/native")
    assert sent["amount"] == {"total": FEE, "currency": "CNY"}
    assert (sent["mchid"], sent["appid"], sent["out_trade_no"]) == (
        "1900000109",
        "wx0000000000000001",
        "ZH26111010001_1",
    )
    assert sent["notify_url"] == "http://testserver/pay/notify/wechat/"
    assert sent["time_expire"].endswith("+08:00")

    assert ask_payment(**words) == payment
    clock.move_to(payment.expires_at + timedelta(seconds=1))
    assert ask_payment(**words).number == "ZH26111010001_2"
    assert len(wechat.asked) == 2


def test_an_alipay_code_for_what_is_owed(world: World, alipay: Alipay, ordered: Ordered) -> None:
    order = ordered(2)
    payment = ask_payment(by=world[Role.INSTITUTION], order=order, channel=channel("alipay"))
    assert payment.code == "https://qr.alipay.com/ZH26111010001_1"
    (asked,) = alipay.asked
    assert asked["method"] == "alipay.trade.precreate"
    assert asked["notify_url"] == "http://testserver/pay/notify/alipay/"
    assert (asked["content"]["total_amount"], asked["content"]["seller_id"]) == (
        "1360.00",
        "2088000000000001",
    )


@pytest.mark.parametrize("method", ["wechat", "alipay"])
@pytest.mark.parametrize(
    ("broken", "code"),
    [("silent", "channel-unreachable"), ("unsigned", "channel-unreachable"), ("no", "channel-declined")],
)
def test_a_provider_that_fails(
    world: World, request: pytest.FixtureRequest, ordered: Ordered, method: str, broken: str, code: str
) -> None:
    provider = request.getfixturevalue(method)
    order = ordered()
    words: dict[str, Any] = {"by": world[Role.INSTITUTION], "order": order, "channel": channel(method)}
    payment = ask_payment(**words)
    clock.move_to(payment.expires_at)
    provider.trades[payment.number] = provider.paid(payment.number, FEE if method == "wechat" else "680.00")
    provider.broken = broken
    refuse(code, ask_payment, **words)
    refuse(code, ask_what_became, by=world[Role.INSTITUTION], payment=payment, channel=channel(method))
    assert not Settlement.objects.exists()
    assert [entry.code != "" for entry in Payment.objects.order_by("created_at")] == [True, False]
    provider.broken = ""
    assert ask_payment(**words).number == f"{order.reference}_3"


def test_a_request_the_provider_cannot_verify_is_declined(
    world: World, wechat: WeChat, alipay: Alipay, ordered: Ordered
) -> None:
    order = ordered()
    wechat.ours, alipay.ours = wechat.theirs, alipay.theirs
    for method in ("wechat", "alipay"):
        refuse(
            "channel-declined",
            ask_payment,
            by=world[Role.INSTITUTION],
            order=order,
            channel=channel(method),
        )


def test_a_paid_order_needs_no_code(world: World, wechat: WeChat, ordered: Ordered) -> None:
    order = ordered()
    world.settle(order)
    refuse("paid-already", ask_payment, by=world[Role.INSTITUTION], order=order, channel=channel("wechat"))


@pytest.mark.parametrize("method", ["wechat", "alipay"])
def test_asking_the_provider_settles_what_its_notification_did_not(
    world: World, request: pytest.FixtureRequest, ordered: Ordered, method: str
) -> None:
    provider = request.getfixturevalue(method)
    order, by = ordered(), world[Role.INSTITUTION]
    payment = ask_payment(by=by, order=order, channel=channel(method))

    def ask() -> Verdict:
        return ask_what_became(by=by, payment=payment, channel=channel(method)).verdict

    assert (ask(), Settlement.objects.count()) == (Verdict.NOTED, 0)
    told = provider.paid(payment.number, FEE if method == "wechat" else "680.00")
    provider.trades[payment.number] = told | {"trade_status": "WAIT_BUYER_PAY", "trade_state": "NOTPAY"}
    assert (ask(), Settlement.objects.count()) == (Verdict.NOTED, 0)
    provider.trades[payment.number] = told
    assert (ask(), ask(), Settlement.objects.count()) == (Verdict.SETTLED, Verdict.REPEATED, 1)
    assert balance_of(order).owed_fen == 0

    other = ask_payment(by=by, order=ordered(), channel=channel(method))
    provider.trades[other.number] = told
    refuse("channel-unreachable", ask_what_became, by=by, payment=other, channel=channel(method))
    provider.trades[other.number] = {"strange": "answer"}
    refuse("channel-unreachable", ask_what_became, by=by, payment=other, channel=channel(method))


# Setting up


def test_nothing_set_up_is_said_and_no_channel_offered(settings: Any) -> None:
    assert (channels(), channel_for("bank_transfer"), channel_for("")) == ((), None, None)
    assert half_set_up(None) == []
    found = not_set_up(None)
    assert [(type(entry), entry.id) for entry in found] == [
        (Info, "payments.wechat"),
        (Info, "payments.alipay"),
    ]
    assert "ZHIHENG_PAY_WECHAT_MCHID" in found[0].msg


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mchid": ""}, "没有设置 ZHIHENG_PAY_WECHAT_MCHID"),
        ({"apiv3_key": "short"}, "APIV3_KEY 应为 32 个字符"),
        ({"key_file": "/nowhere.pem"}, "ZHIHENG_PAY_WECHAT_KEY_FILE 指的文件 /nowhere.pem 读不到"),
        ({"gateway": "http://example.org"}, "ZHIHENG_PAY_WECHAT_GATEWAY 须以 https:// 开头"),
    ],
)
def test_half_a_wechat_is_a_warning(
    wechat: WeChat, settings: Any, change: Mapping[str, str], words: str
) -> None:
    settings.PAY_WECHAT = settings.PAY_WECHAT | change
    assert channel_for("wechat") is None
    (warning,) = half_set_up(None)
    assert (type(warning), words in warning.msg) == (Warning, True)


def test_a_key_file_that_is_no_key(wechat: WeChat, alipay: Alipay, settings: Any) -> None:
    for provider in (wechat, alipay):
        (provider.folder / "ours.pem").write_text(
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
        )
    settings.PAY_WECHAT = settings.PAY_WECHAT | {"cert_serial": "6B"}  # read anew
    settings.PAY_ALIPAY = settings.PAY_ALIPAY | {"seller_id": "2088"}
    assert [("密钥文件读不懂" in words) for words in absences().values()] == [True, True]


@pytest.mark.parametrize(("method", "library"), [("wechat", "wechatpayv3"), ("alipay", "alipay")])
def test_without_its_library_a_channel_is_absent(
    request: pytest.FixtureRequest,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    library: str,
) -> None:
    request.getfixturevalue(method)

    def gone(name: str) -> Any:
        if name == library:
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(f"zhiheng.payments.channels.{method}.import_module", gone)
    assert channel_for(method) is None
    (sentence,) = [words for key, words in absences().items() if key == method]
    assert "没有安装" in sentence


def test_base64_has_one_spelling() -> None:
    assert [base.is_plain_base64(text) for text in ("QQ==", "QR==", "QQ=", "Q Q==", "")] == [
        True,
        False,
        False,
        False,
        True,
    ]


# Pages


def test_an_institution_pays_with_a_code_and_sees_the_money_come(
    world: World, wechat: WeChat, ordered: Ordered, client_of: Callable[[Account], Client]
) -> None:
    order = ordered()
    client = client_of(world[Role.INSTITUTION])
    page = client.get(reverse("order", args=[order.id])).content.decode()
    assert (page.count('value="wechat"'), page.count('value="alipay"')) == (1, 0)

    answer = client.post(reverse("pay", args=[order.id]), {"channel": "wechat"})
    payment = Payment.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("payment", args=[payment.id]))
    shown = client.get(answer.headers["Location"])
    assert (shown.context["state"], shown.context["code"][:19]) == ("waiting", "data:image/svg+xml;")
    state = reverse("payment_state", args=[payment.id])
    assert client.get(state).json() == {"state": "waiting"}

    look = reverse("look_up_payment", args=[payment.id])
    assert client.post(look).status_code == 302
    assert client.get(state).json() == {"state": "waiting"}
    wechat.trades[payment.number] = wechat.paid(payment.number, FEE)
    assert client.post(look).status_code == 302
    assert client.get(state).json() == {"state": "paid"}
    assert "已到账 680.00" in client.get(reverse("payment", args=[payment.id])).content.decode().replace(
        "¥", ""
    )
    assert client.get(reverse("order", args=[order.id])).content.decode().count('value="wechat"') == 0


def test_what_a_code_says_when_things_went_otherwise(
    world: World, wechat: WeChat, ordered: Ordered, client_of: Callable[[Account], Client]
) -> None:
    order = ordered()
    client = client_of(world[Role.INSTITUTION])
    payment = ask_payment(by=world[Role.INSTITUTION], order=order, channel=channel("wechat"))
    state, look = reverse("payment_state", args=[payment.id]), reverse("look_up_payment", args=[payment.id])
    clock.move_to(payment.expires_at)
    assert client.get(state).json() == {"state": "expired"}
    assert client.get(reverse("payment", args=[payment.id])).status_code == 200
    wechat.trades[payment.number] = wechat.paid(payment.number, 1)
    assert client.post(look).status_code == 302
    assert client.get(state).json() == {"state": "expired"}
    world.settle(order)
    assert client.get(state).json() == {"state": "settled"}
    assert client.get(reverse("payment", args=[payment.id])).status_code == 200
    wechat.trades[payment.number] = wechat.paid(payment.number, FEE)
    client.post(look)
    assert client.get(state).json() == {"state": "surplus"}
    assert client.get(reverse("payment", args=[payment.id])).status_code == 200
    assert client.post(reverse("pay", args=[order.id]), {"channel": "wechat"}).status_code == 422
    assert client.post(reverse("pay", args=[order.id]), {"channel": "alipay"}).status_code == 422


def test_strangers_see_no_payment(
    world: World, wechat: WeChat, ordered: Ordered, client_of: Callable[[Account], Client], settings: Any
) -> None:
    order = ordered()
    payment = ask_payment(by=world[Role.INSTITUTION], order=order, channel=channel("wechat"))
    shown = [reverse(name, args=[payment.id]) for name in ("payment", "payment_state")]
    acts = [reverse("look_up_payment", args=[payment.id]), reverse("pay", args=[order.id])]
    outsider = client_of(world.outsider)
    assert [outsider.get(page).status_code for page in shown] == [404, 404]
    assert [outsider.post(page, {"channel": "wechat"}).status_code for page in acts] == [404, 404]
    assert [Client().get(page).status_code for page in shown] == [302, 302]
    for role in set(Role) - {Role.INSTITUTION, Role.CANDIDATE}:
        client = client_of(world[role])
        assert [client.get(page).status_code for page in shown] == [403, 403]
        assert [client.post(page).status_code for page in acts] == [403, 403]
    assert len(wechat.asked) == 1
    settings.PAY_WECHAT = settings.PAY_WECHAT | {"mchid": ""}
    assert client_of(world[Role.INSTITUTION]).post(acts[0]).status_code == 422
