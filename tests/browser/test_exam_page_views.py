"""Every view of the candidate's page: accessible, no wider than the screen, in both lights, by keyboard alone."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.exam_hall import (
    ASK_NOW,
    act,
    hall_for_one,
    hand_over,
    move_clock,
    opened,
    saved,
    sign_in,
    too_wide,
)
from tests.delivery.packs import ID_NUMBER
from tests.looking import shot, violations

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]


class Gallery:
    """Looks at one view after the other."""

    def __init__(self, page: Page, label: str) -> None:
        self._page = page
        self._label = label
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def look(self, view: str, page: Page | None = None) -> None:
        page = page or self._page
        shot(page, f"exam/{self._label}-{view}")
        self.faults += [f"{view}: {found}" for found in violations(page)]
        if too_wide(page):
            self.faults.append(f"{view}: wider than the screen")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_view_is_accessible_and_fits(
    chromium: Browser, tmp_path: Path, width: int, scheme: Scheme
) -> None:
    with hall_for_one(tmp_path) as hall:
        page = opened(chromium, hall, width=width, scheme=scheme)
        seen = Gallery(page, f"{width}-{scheme}")
        hand_over(page, hall, id_number="110101199001011230")
        expect(page.locator("#signin-refusal")).to_be_visible()
        seen.look("refused")
        sign_in(page, hall)
        page.keyboard.press("1")
        page.keyboard.press("f")
        saved(page, 1)
        seen.look("exam")
        page.emulate_media(media="print")
        expect(page.locator("#question, #navigator, #watermark")).to_have_count(3)
        assert [page.locator(part).is_visible() for part in ("#question", "#navigator", "#watermark")] == [
            False
        ] * 3
        page.emulate_media(media="screen")
        page.keyboard.press("ArrowRight")
        act(hall, "message", text="请检查耳机是否正常，如有问题请举手。")
        act(hall, "grant", minutes=5, reason="网络中断")
        page.keyboard.press("2")
        expect(page.locator("#messages")).to_be_visible()
        expect(page.locator("#notice")).to_be_visible()
        seen.look("message")
        page.click("#inbox")
        seen.look("messages")
        page.click("#message-close")

        other = opened(chromium, hall, width=width, scheme=scheme)
        hand_over(other, hall)
        expect(other.locator("#view-asking")).to_be_visible()
        seen.look("asking", other)
        other.context.close()

        another = page.context.new_page()
        another.goto(f"{hall.url}/hall/")
        expect(another.locator("#view-elsewhere")).to_be_visible()
        seen.look("elsewhere", another)
        another.close()

        act(hall, "pause", reason="火警演习")
        page.keyboard.press("3")
        expect(page.locator("#view-paused")).to_be_visible()
        seen.look("paused")
        act(hall, "submit", reason="考生离场")
        page.evaluate(ASK_NOW)
        expect(page.locator("#view-receipt")).to_be_visible()
        seen.look("receipt")
        assert "\n".join(seen.faults) == ""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_the_way_in_and_out_is_accessible_and_fits(
    chromium: Browser, tmp_path: Path, width: int, scheme: Scheme
) -> None:
    with hall_for_one(tmp_path, begins_in=timedelta(minutes=20)) as hall:
        page = opened(chromium, hall, width=width, scheme=scheme)
        seen = Gallery(page, f"{width}-{scheme}")
        seen.look("sign-in")
        hand_over(page, hall)
        expect(page.locator("#check .check-good")).to_have_count(6)
        seen.look("waiting")
        move_clock(hall, timedelta(minutes=20))
        page.evaluate(ASK_NOW)
        expect(page.locator("#view-exam")).to_be_visible()
        page.context.set_offline(True)
        page.keyboard.press("1")
        expect(page.locator("#notice")).to_be_visible()
        seen.look("offline")
        page.context.set_offline(False)
        saved(page, 1)
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        page.locator("#question textarea").fill("三项数据：观看人数、成交额、退货率。")
        saved(page, 2)
        seen.look("text")
        if width < 860:
            page.click("#side-toggle")
        page.click("#finish")
        seen.look("confirm")
        assert "\n".join(seen.faults) == ""


def test_the_whole_exam_by_keyboard_alone(chromium: Browser, tmp_path: Path) -> None:
    with hall_for_one(tmp_path) as hall:
        page = opened(chromium, hall)
        expect(page.locator("#view-signin")).to_be_visible()
        page.locator("#ticket").focus()
        page.keyboard.type(hall.tickets[0])
        page.keyboard.press("Tab")
        page.keyboard.type(ID_NUMBER)
        page.keyboard.press("Enter")
        expect(page.locator("#view-exam")).to_be_visible()
        for key in ("B", "ArrowRight", "ArrowDown", "Space", "ArrowRight", "F", "ArrowRight", "A", "C"):
            page.keyboard.press(key)
        saved(page, 3)
        expect(page.locator("#navigator .flagged")).to_have_count(1)
        page.keyboard.press("T")
        expect(page.locator("#announce")).to_contain_text("剩余时间")
        tab_to(page, "finish")
        page.keyboard.press("Enter")
        expect(page.locator("#confirm")).to_be_visible()
        tab_to(page, "confirm-yes")
        page.keyboard.press("Enter")
        expect(page.locator("#receipt")).to_contain_text("3 题")


def tab_to(page: Page, wanted: str) -> None:
    for _ in range(30):
        if page.evaluate("document.activeElement?.id") == wanted:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"#{wanted} was not reached by Tab.")
