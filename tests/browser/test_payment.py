"""An order paid with WeChat: the code is shown, the provider tells it twice, the page says once that it is paid."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.world import World
from tests.looking import shot
from tests.payments.channels.providers import WeChat, new_key, serving
from zhiheng.payments.actions import place_order
from zhiheng.payments.models import Order, Payment, Settlement
from zhiheng.payments.queries import ledger_balance
from zhiheng.payments.statements import statement
from zhiheng.people.models import Role

pytestmark = pytest.mark.browser

WORD = "a-long-test-word"


@pytest.fixture
def wechat(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[WeChat]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    provider = WeChat(ours=new_key(), theirs=new_key(), folder=tmp_path)
    with serving(provider):
        settings.PAY_WECHAT = provider.settings()
        yield provider


@pytest.fixture
def order(live_server: LiveServer, world: World) -> Order:
    applications = [world.approved(), world.approved()]
    return place_order(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        sitting=applications[0].sitting,
        applications=applications,
    )


def sign_in(page: Page, server: LiveServer, world: World) -> None:
    page.goto(f"{server.url}/sign-in/")
    page.fill("input[name=username]", world[Role.INSTITUTION].username)
    page.fill("input[name=password]", WORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def tell(server: LiveServer, told: tuple[bytes, dict[str, str]]) -> int:
    body, headers = told
    address = f"{server.url}/pay/notify/wechat/"
    with httpx.Client(timeout=60, trust_env=False) as client:
        answer = client.post(address, content=body, headers=headers | {"Content-Type": "application/json"})
    return answer.status_code


def shoot(page: Page, name: str) -> None:
    """The page as it looks on a telephone and at a desk, by day and by night."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{name} is {wide} pixels too wide at {width}"
            shot(page, f"payment-{name}-{width}-{scheme}")


def test_told_twice_paid_once(
    live_server: LiveServer, world: World, wechat: WeChat, order: Order, chromium: Browser
) -> None:
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        sign_in(page, live_server, world)
        page.goto(f"{live_server.url}/orders/{order.id}/")
        expect(page.get_by_role("heading", level=1)).to_have_text("请付 ¥1,360.00")
        shoot(page, "order")
        page.get_by_role("button", name="微信支付").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("用微信扫码付 ¥1,360.00")
        expect(page.get_by_alt_text("付款二维码")).to_be_visible()
        assert page.get_by_alt_text("付款二维码").evaluate("image => image.naturalWidth") > 100
        shoot(page, "code")

        payment = Payment.objects.get()
        resource = wechat.paid(payment.number, payment.amount_fen)
        told = [wechat.notification("TRANSACTION.SUCCESS", resource, notice="N1") for _ in range(2)]
        forged = (told[0][0].replace(b"SUCCESS", b"SUCCESs"), told[0][1])
        assert [tell(live_server, entry) for entry in (forged, *told, told[1])] == [401, 200, 200, 400]

        expect(page.get_by_role("heading", level=1)).to_have_text("已到账 ¥1,360.00")
        shoot(page, "paid")
        page.get_by_role("link", name="查看订单").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("订单已付清")
        expect(page.get_by_role("row", name=re.compile(resource["transaction_id"]))).to_have_count(1)
        page.goto(f"{live_server.url}/orders/statement/{order.sitting_id}/")
        expect(page.get_by_text("与账簿相符")).to_be_visible()
        assert said == []
    finally:
        page.close()

    found = statement(order.institution, order.sitting)
    assert (Settlement.objects.count(), ledger_balance(), found.balanced) == (1, 0, True)
    assert (found.balance.received_fen, found.balance.owed_fen) == (136000, 0)
