"""The waiting room in a real browser: the machine is looked at, the sealed paper fetched, opened at the start by its key."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.exam_hall import (
    ASK_NOW,
    act,
    context_of,
    hall_for_one,
    hand_over,
    move_clock,
    opened,
    saved,
    sign_in,
)

pytestmark = pytest.mark.browser

LONG = timedelta(minutes=20)


def test_the_sealed_paper_is_checked_and_opens_by_its_key(chromium: Browser, tmp_path: Path) -> None:
    with hall_for_one(tmp_path, begins_in=LONG) as hall:
        page = opened(chromium, hall)
        answered = answers_of(page)
        with page.expect_response("**/hall/sealed/*") as sealed:
            hand_over(page, hall)
        expect(page.locator("#check")).to_contain_text("试卷已下载")
        digest = hashlib.sha256(sealed.value.body()).hexdigest()
        expect(page.locator("#check")).to_contain_text(f"{digest[:4]}…{digest[-4:]}")
        assert sealed.value.url.endswith(digest)

        move_clock(hall, LONG - timedelta(seconds=5))
        page.evaluate(ASK_NOW)
        expect(page.locator("#view-exam")).to_be_visible()
        assert "key" in answered
        assert "paper" not in answered
        page.keyboard.press("1")
        saved(page, 1)


def answers_of(page: Page) -> list[str]:
    """What the hall has answered to, as it comes: the first word after /hall/."""
    answered: list[str] = []
    page.on("response", lambda answer: answered.append(answer.url.split("/hall/")[1].split("/")[0]))
    return answered


@pytest.mark.parametrize("broken", ["sealed/*", "key", "forged"])
def test_a_paper_that_does_not_come_sealed_comes_open(chromium: Browser, tmp_path: Path, broken: str) -> None:
    with hall_for_one(tmp_path) as hall:
        page = chromium.new_context(locale="zh-CN", service_workers="block").new_page()
        if broken == "forged":
            page.route("**/hall/sealed/*", lambda route: route.fulfill(status=200, body=b"x" * 500))
        else:
            page.route(f"**/hall/{broken}", lambda route: route.abort())
        answered = answers_of(page)
        page.goto(f"{hall.url}/hall/")
        sign_in(page, hall)
        assert "paper" in answered
        page.keyboard.press("1")
        saved(page, 1)


def test_a_browser_without_a_worker_only_lacks_the_reload(chromium: Browser, tmp_path: Path) -> None:
    with hall_for_one(tmp_path, begins_in=LONG) as hall:
        page = chromium.new_context(locale="zh-CN", service_workers="block").new_page()
        page.goto(f"{hall.url}/hall/")
        hand_over(page, hall)
        expect(page.locator("#check .check-good")).to_have_count(5)
        expect(page.locator("#check .check-fair")).to_contain_text("断网时请不要刷新页面")


def test_plain_http_on_a_local_network_works_without_the_browsers_cryptography(
    chromium: Browser, tmp_path: Path
) -> None:
    """Browsers give WebCrypto and workers to https and to the machine itself only."""
    with hall_for_one(tmp_path) as hall:

        def carry(route: Route) -> None:
            answer = route.fetch(url=route.request.url.replace("http://hall.lan", hall.url))
            route.fulfill(response=answer)

        context = context_of(chromium)
        context.route("http://hall.lan/**", carry)
        page = context.new_page()
        answered = answers_of(page)
        page.goto("http://hall.lan/hall/")
        assert page.evaluate("isSecureContext") is False
        sign_in(page, hall)
        assert "paper" in answered
        page.keyboard.press("1")
        saved(page, 1)
        page.reload()
        saved(page, 1)
        context.unroute_all(behavior="ignoreErrors")


def test_the_check_tells_what_it_found(chromium: Browser, tmp_path: Path) -> None:
    with hall_for_one(tmp_path, begins_in=LONG) as hall:
        page = opened(chromium, hall)
        page.evaluate("Date.now = (now => () => now() + 600000)(Date.now)")
        hand_over(page, hall)
        expect(page.locator("#check")).to_contain_text("快了约 10 分钟；计时以考场时间为准")
        expect(page.locator("#check .check-good")).to_have_count(6)
        expect(page.locator("#countdown")).to_contain_text(re.compile("1[5-9]:"))


def test_a_message_reaches_the_waiting_room(chromium: Browser, tmp_path: Path) -> None:
    with hall_for_one(tmp_path, begins_in=LONG) as hall:
        page = opened(chromium, hall)
        hand_over(page, hall)
        expect(page.locator("#check .check-good")).to_have_count(6)
        act(hall, "message", text="请把手机交到讲台。")
        page.evaluate(ASK_NOW)
        expect(page.locator("#messages")).to_contain_text("请把手机交到讲台。")


def test_the_waiting_room_outlives_a_reload_without_network(chromium: Browser, tmp_path: Path) -> None:
    with hall_for_one(tmp_path, begins_in=LONG) as hall:
        page = opened(chromium, hall)
        hand_over(page, hall)
        expect(page.locator("#check .check-good")).to_have_count(6)
        page.context.set_offline(True)
        page.reload()
        expect(page.locator("#view-waiting")).to_be_visible()
        expect(page.locator("#check .check-bad")).to_contain_text("连不上考场服务")
        expect(page.locator("#countdown")).to_contain_text(re.compile("1[5-9]:"))
        page.context.set_offline(False)
        expect(page.locator("#check .check-good")).to_have_count(6)
        expect(page.locator("#notice")).to_be_hidden()
