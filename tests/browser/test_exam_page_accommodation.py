"""An accommodation granted after the pack was out, seen from the candidate's seat, in both languages."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.exam_hall import ASK_NOW, act, hall_for_one, hand_over, opened, sign_in
from tests.looking import shot

pytestmark = pytest.mark.browser

HERE = ["00000000-0000-4000-8000-000000000001"]
WORDS = {"zh": "延长时间 30 %，准许使用放大镜", "en": "30 % more time; magnifier allowed"}


def test_in_the_waiting_room_the_end_and_the_words_change_without_a_reload(
    chromium: Browser, tmp_path: Path
) -> None:
    with hall_for_one(tmp_path, begins_in=timedelta(minutes=20)) as hall:
        page = opened(chromium, hall, width=390)
        hand_over(page, hall)
        facts = page.locator("#waiting-facts")
        expect(facts).to_be_visible()
        expect(facts).not_to_contain_text("考试便利")
        ends = facts.locator("dd").nth(3)
        before = ends.inner_text()
        act(hall, "grant", minutes=27, reason="考试便利", key="k1")
        act(hall, "adjust", attempts=HERE, key="k1", **WORDS)
        page.evaluate(ASK_NOW)

        expect(facts).to_contain_text(WORDS["zh"])
        assert ends.inner_text() != before
        shot(page, "exam/accommodation-waiting-390")
        page.click("#language")
        expect(facts).to_contain_text(WORDS["en"])
        expect(facts).not_to_contain_text("延长时间")


def test_in_the_exam_it_is_said_once_and_kept_in_the_list(chromium: Browser, tmp_path: Path) -> None:
    with hall_for_one(tmp_path) as hall:
        page = opened(chromium, hall)
        sign_in(page, hall)
        expect(page.locator("#timer-value")).to_contain_text(re.compile("1:2[0-4]:"))
        act(hall, "grant", minutes=27, reason="考试便利", key="k1")
        act(hall, "adjust", attempts=HERE, key="k1", **WORDS)
        page.keyboard.press("1")

        expect(page.locator("#messages")).to_contain_text(f"考试便利：{WORDS['zh']}")
        expect(page.locator("#timer-value")).to_contain_text(re.compile("1:(4[7-9]|5[01]):"))
        shot(page, "exam/accommodation-exam-1280", whole=False)
        page.click("#language")
        expect(page.locator("#message-lines p")).to_have_count(1)
        expect(page.locator("#messages")).to_contain_text(f"Accommodation: {WORDS['en']}")
        page.click("#message-read")
        expect(page.locator("#messages")).to_be_hidden()
        page.click("#inbox")
        expect(page.locator("#message-list li")).to_have_count(2)
        expect(page.locator("#message-list")).to_contain_text(f"Accommodation: {WORDS['en']}")
        expect(page.locator("#message-list")).to_contain_text("27 minutes in all. Reason: Accommodation")
        expect(page.locator("#message-list")).not_to_contain_text("便利")
