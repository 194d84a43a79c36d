"""What an invigilator does, seen from the candidate's seat: messages, time, a pause, the end."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.exam_hall import ASK_NOW, act, answer_rows, hall_for_one, opened, saved, sign_in
from tests.delivery.running import Running

pytestmark = pytest.mark.browser


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Running]:
    with hall_for_one(tmp_path) as running:
        yield running


def test_a_message_is_shown_put_away_and_listed(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    act(hall, "message", text="第 3 题的“其”指供应商。")
    page.keyboard.press("1")  # the acknowledgement says that there is news
    expect(page.locator("#messages")).to_contain_text("第 3 题的“其”指供应商。")
    assert page.locator("#messages").get_attribute("aria-live") == "polite"
    page.click("#message-read")
    expect(page.locator("#messages")).to_be_hidden()

    page.reload()
    expect(page.locator("#inbox")).to_have_text("消息 1")
    expect(page.locator("#messages")).to_be_hidden()
    page.click("#inbox")
    expect(page.locator("#message-list")).to_contain_text("第 3 题的“其”指供应商。")


def test_granted_time_is_announced_with_the_new_end(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    expect(page.locator("#timer-value")).to_contain_text(re.compile("1:2[0-4]:"))
    act(hall, "grant", minutes=10, reason="机房断电")
    page.keyboard.press("1")
    expect(page.locator("#notice")).to_contain_text("考试时间已延长，新的结束时间为")
    expect(page.locator("#timer-value")).to_contain_text(re.compile("1:3[0-4]:"))


def test_a_pause_covers_the_paper_and_the_clock_stands(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    act(hall, "pause", reason="火警演习")
    page.keyboard.press("1")
    expect(page.locator("#view-paused")).to_contain_text("火警演习")
    expect(page.locator("#view-exam")).to_be_hidden()
    page.keyboard.press("3")  # reaches nobody
    stands = page.locator("#timer-value").inner_text()
    page.wait_for_timeout(2_500)
    expect(page.locator("#timer-value")).to_have_text(stands)
    page.reload()
    expect(page.locator("#view-paused")).to_be_visible()

    act(hall, "resume")
    page.evaluate(ASK_NOW)
    expect(page.locator("#view-exam")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("暂停的时间已补上")
    saved(page, 1)
    assert len(answer_rows(hall)) == 1


def test_handed_in_by_the_invigilator_gives_the_receipt(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    page.keyboard.press("1")
    saved(page, 1)
    act(hall, "submit", reason="考生离场")
    page.evaluate(ASK_NOW)
    expect(page.locator("#view-receipt")).to_be_visible()
    expect(page.locator("#receipt")).to_contain_text("1 题")


def test_time_granted_after_the_end_opens_the_paper_again(chromium: Browser, tmp_path: Path) -> None:
    with hall_for_one(tmp_path, lasts=timedelta(minutes=5, seconds=10)) as hall:
        page = opened(chromium, hall)
        sign_in(page, hall)
        expect(page.locator("#notice")).to_contain_text("考试时间到")
        expect(page.locator("#question input").first).to_be_disabled()
        act(hall, "grant", minutes=3, reason="网络中断")
        page.evaluate(ASK_NOW)
        expect(page.locator("#question input").first).to_be_enabled()
        page.keyboard.press("1")
        saved(page, 1)
