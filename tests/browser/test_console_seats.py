"""Two thousand live seats on one page: what is touched, what is shown, and what happens when the line breaks."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.seats_stand import Stand, changes, seat, stand

pytestmark = pytest.mark.browser
SEATS = 2_000
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.longTasks.push(one.duration); })
  .observe({type: "longtask", buffered: true});
window.frameGaps = [];
let last = performance.now();
const beat = (now) => { window.frameGaps.push(now - last); last = now; requestAnimationFrame(beat); };
requestAnimationFrame(beat);
"""


@pytest.fixture
def hall() -> Iterator[Stand]:
    with stand(SEATS) as running:
        yield running


@pytest.fixture
def small() -> Iterator[Stand]:
    with stand(6) as running:
        running.pace = 0.2
        yield running


def opened(chromium: Browser, hall: Stand, *, width: int = 1280) -> Page:
    page = chromium.new_context(viewport={"width": width, "height": 900}, locale="zh-CN").new_page()
    page.add_init_script(WATCH)
    page.goto(f"{hall.url}/")
    return page


def test_only_changed_seats_are_touched_in_few_frames(
    chromium: Browser, hall: Stand, record_property: Any
) -> None:
    page = opened(chromium, hall)
    expect(page.locator('[data-count="answering"]')).to_have_text(str(SEATS))
    before = page.evaluate("({touched: zhihengBoard.touched, frames: zhihengBoard.frames})")
    page.evaluate(
        """() => {
          window.records = 0;
          new MutationObserver((found) => { window.records += found.length; }).observe(
            document.querySelector("#seats"),
            {subtree: true, childList: true, characterData: true, attributes: true},
          );
          window.longTasks.length = 0;
          window.frameGaps.length = 0;
        }"""
    )
    rounds = changes(SEATS, 200, 5)
    hall.rounds = list(rounds)
    last = rounds[-1][1]
    told = page.locator(f'[data-ticket="{last["ticket"]}"] .hall')
    expect(told).to_contain_text(f"{last['answered']}/60 题")
    page.wait_for_timeout(300)
    after = page.evaluate("({touched: zhihengBoard.touched, frames: zhihengBoard.frames})")
    records, tasks, gaps = page.evaluate("[window.records, window.longTasks, window.frameGaps]")
    figures = {
        "touched": after["touched"] - before["touched"],
        "mutations": records,
        "drawing_frames": after["frames"] - before["frames"],
        "frames": len(gaps),
        "slowest_frame_ms": round(max(gaps), 1),
        "long_tasks": [round(one) for one in tasks],
    }
    record_property("seats", json.dumps(figures))
    sys.stderr.write(f"{figures}\n")

    # An answer touches one text; going away or coming back at most the word, the text, two marks and the room's two.
    most = sum(6 if one["state"] == "away" else 1 for turn in rounds for one in turn)
    back = sum(one["state"] == "away" for turn in rounds for one in turn) * 6
    assert 0 < figures["touched"] <= most + back
    assert figures["mutations"] == figures["touched"]
    assert figures["drawing_frames"] <= 2 * len(rounds)


def test_the_filter_shows_whom_to_look_after(chromium: Browser, small: Stand) -> None:
    page = opened(chromium, small)
    small.rounds = [
        [
            seat(0, state="away", seen_at="2026-11-28T09:12:04.000+08:00"),
            seat(1, asked=True),
            seat(2, state="submitted", answered=60),
            seat(3, state="paused", granted=7),
        ]
    ]
    expect(page.locator('[data-count="needs"]')).to_have_text("2")
    items = page.locator("[data-ticket]")
    expect(items.nth(0).locator(".hall")).to_have_text("离线 自 09:12 · 12/60 题")
    expect(items.nth(3).locator(".hall")).to_have_text("已暂停 12/60 题 · 延长 7 分")
    expect(page.locator("#asks li")).to_have_count(1)
    assert page.locator("#asks a").get_attribute("href").endswith(f"?seat={seat(1)['ticket']}")
    assert page.title().startswith("(2) ")

    page.locator('input[value="needs"]').focus()
    page.keyboard.press("2")
    expect(page.locator("[data-ticket]:visible")).to_have_count(2)
    expect(page.locator("[data-room-count]")).to_have_text("6 人 · 需要处理 2")
    page.locator('label:has(input[value="absent"])').click()
    expect(page.locator(".hall-room:visible")).to_have_count(0)
    page.locator('label:has(input[value="needs"])').click()
    page.reload()  # the choice is in the address
    expect(page.locator('[data-count="answering"]')).to_have_text("6")
    expect(page.locator("#nobody")).to_be_visible()
    page.locator('label:has(input[value="all"])').click()
    expect(page.locator("[data-ticket]:visible")).to_have_count(6)


def test_arrows_walk_from_seat_to_seat(chromium: Browser, small: Stand) -> None:
    page = opened(chromium, small)
    page.locator("[data-ticket] a").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert (
        page.evaluate("document.activeElement.closest('[data-ticket]').dataset.ticket") == seat(1)["ticket"]
    )


def test_a_broken_line_is_said_and_opened_again(chromium: Browser, small: Stand) -> None:
    page = opened(chromium, small)
    line = page.locator("#live-line")
    expect(line).to_contain_text("已连接考场 · 上次更新 ")
    small.cut = small.silent = True
    expect(line).to_contain_text("连接中断，正在重连 · 上次更新 ")
    expect(page.locator('[data-count="answering"]')).to_have_text("6")  # the last word stands

    small.cut = small.silent = False
    small.rounds = [[seat(5, state="submitted", answered=60)]]
    expect(line).to_contain_text("已连接考场")
    expect(page.locator('[data-count="submitted"]')).to_have_text("1")
    assert small.streams == 2


def test_all_rooms_fit_a_phone(chromium: Browser, hall: Stand) -> None:
    page = opened(chromium, hall, width=390)
    expect(page.locator('[data-count="answering"]')).to_have_text(str(SEATS))
    assert page.evaluate("document.documentElement.scrollWidth") == 390
