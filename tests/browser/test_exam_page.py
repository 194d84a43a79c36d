"""The candidate's exam page in a real browser: signing in, answering by keys, handing in, its words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.exam_hall import context_of, hall_for_one, hand_over, opened, saved, sign_in
from tests.delivery.running import Running

pytestmark = pytest.mark.browser


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Running]:
    with hall_for_one(tmp_path) as running:
        yield running


def test_handing_in_lists_what_is_unanswered_and_gives_a_receipt(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall, width=390)
    sign_in(page, hall)
    page.keyboard.press("1")
    saved(page, 1)
    page.click("#side-toggle")
    page.click("#finish")
    expect(page.locator("#confirm")).to_be_visible()
    expect(page.locator("#confirm-body")).to_contain_text("4")
    page.click("#confirm-yes")

    expect(page.locator("#view-receipt")).to_be_visible()
    expect(page.locator("#receipt")).to_contain_text(hall.tickets[0])

    page.reload()  # the receipt stays until the next candidate signs in
    expect(page.locator("#receipt")).to_contain_text(hall.tickets[0])
    page.click("#next-candidate")
    page.reload()  # and the machine forgets who sat at it; signing in again shows the same receipt
    hand_over(page, hall)
    expect(page.locator("#view-receipt")).to_be_visible()


def test_a_wrong_number_is_refused_in_words(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    page.fill("#ticket", hall.tickets[0])
    page.fill("#id-number", "110101199001011230")
    page.click("#signin button")

    expect(page.locator("#signin-refusal")).to_contain_text("准考证号与身份证号不符")


@pytest.mark.parametrize(
    ("locale", "heading"),
    [("zh-CN", "登录考试"), ("en-GB", "Sign in to your exam"), ("fr-FR", "登录考试")],
)
def test_the_page_opens_in_the_browsers_language_and_keeps_the_choice(
    chromium: Browser, hall: Running, locale: str, heading: str
) -> None:
    with context_of(chromium, locale=locale) as context:
        page = context.new_page()
        page.goto(f"{hall.url}/hall/")
        expect(page.locator("#view-signin h1")).to_have_text(heading)
        page.click("#language")
        chosen = page.locator("#view-signin h1").inner_text()
        page.reload()
        expect(page.locator("#view-signin h1")).to_have_text(chosen)
    assert chosen != heading


def test_the_seat_is_said_as_a_seat(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    expect(page.locator("#who")).to_have_text(re.compile(r" · \S+ 号座位$"))
