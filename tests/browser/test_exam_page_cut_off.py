"""What may befall an exam: the network, the page, the tab, the hall, the machine, its storage, its clock. No answer is lost."""

import contextlib
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.exam_hall import (
    act,
    answer_rows,
    context_of,
    hall_for_one,
    hand_over,
    opened,
    saved,
    sign_in,
)
from tests.chromium import FLAGS, chromium_path
from tests.delivery.running import Running, start

pytestmark = pytest.mark.browser

STORAGE_FULL = """
  IDBObjectStore.prototype.add = () => { throw new DOMException("no room", "QuotaExceededError"); };
"""
STORAGE_REFUSED = """
  Object.defineProperty(window, "indexedDB", {value: {open() { throw new DOMException("refused", "SecurityError"); }}});
"""
THREE_HOURS_SLOW = """
  const off = -3 * 3600 * 1000, True = Date, origin = performance.timeOrigin;
  window.Date = class extends True {
    constructor(...given) { given.length ? super(...given) : super(True.now() + off); }
    static now() { return True.now() + off; }
  };
  Object.defineProperty(performance, "timeOrigin", {get: () => origin + off});
"""


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Running]:
    with hall_for_one(tmp_path) as running:
        yield running


def answer_four(page: Page) -> None:
    """One answer to each of the first four questions, the last a choice of two."""
    page.keyboard.press("2")
    for keys in ("1", "3", "12"):
        page.keyboard.press("ArrowRight")
        for key in keys:
            page.keyboard.press(key)


def test_a_cut_line_keeps_the_order_and_says_so(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    page.context.set_offline(True)
    answer_four(page)
    expect(page.locator("#notice")).to_contain_text("网络已断开")
    expect(page.locator("#saved")).to_have_text("已存本机，等待网络 · 已送达 0/4")
    assert answer_rows(hall) == []

    page.context.set_offline(False)
    saved(page, 4)
    expect(page.locator("#notice")).to_contain_text("答案已全部送达")
    assert [seq for _, seq in answer_rows(hall)] == [1, 2, 3, 4, 5]


def test_a_reload_without_network_shows_paper_and_answers(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    page.keyboard.press("2")
    saved(page, 1)
    chosen = page.locator("input:checked").get_attribute("value")
    stem = page.locator("#stem").inner_text()
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_contain_text("已存本机")

    page.reload()
    expect(page.locator("#view-exam")).to_be_visible()
    expect(page.locator("#saved")).to_have_text("已存本机，等待网络 · 已送达 1/2")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#stem")).to_have_text(stem)
    expect(page.locator("input:checked")).to_have_value(chosen or "")

    page.context.set_offline(False)
    saved(page, 2)
    assert len(answer_rows(hall)) == 2


def test_a_killed_browser_opens_again_with_everything(
    chromium: Browser, hall: Running, tmp_path: Path
) -> None:
    """Killed as by a power cut while the hall is away: nothing can be said good-bye to."""
    profile = tmp_path / "profile"

    def machine() -> Page:
        context = chromium.browser_type.launch_persistent_context(
            profile, executable_path=chromium_path(), args=FLAGS, locale="zh-CN"
        )
        page = context.pages[0]
        page.goto(f"{hall.url}/hall/")
        return page

    page = machine()
    sign_in(page, hall)
    page.keyboard.press("2")
    saved(page, 1)
    hall.process.kill()
    hall.process.wait()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_contain_text("已存本机")
    kill_browser(profile)

    hall.process = start(hall.data, hall.port)
    again = machine()
    expect(again.locator("#view-exam")).to_be_visible()
    saved(again, 2)
    again.context.close()
    assert len(answer_rows(hall)) == 2


def kill_browser(profile: Path) -> None:
    """Every process of the browser that uses this profile, the first one first."""
    marked = f"--user-data-dir={profile}".encode()
    for entry in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        with contextlib.suppress(OSError):
            if marked in (entry / "cmdline").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)


def test_a_killed_hall_finds_the_answers_when_it_is_back(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    page.keyboard.press("1")
    saved(page, 1)
    hall.process.kill()
    hall.process.wait()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    page.keyboard.press("3")
    expect(page.locator("#notice")).to_contain_text("网络已断开")

    hall.process = start(hall.data, hall.port)
    saved(page, 2)
    assert [seq for _, seq in answer_rows(hall)] == [1, 2, 3]


def test_a_second_page_on_the_same_machine_does_not_write_over_the_first(
    chromium: Browser, hall: Running
) -> None:
    first = opened(chromium, hall)
    sign_in(first, hall)
    first.keyboard.press("1")
    saved(first, 1)
    second = first.context.new_page()
    second.goto(f"{hall.url}/hall/")
    expect(second.locator("#view-elsewhere")).to_be_visible()
    second.click("#elsewhere-go")
    expect(second.locator("#view-exam")).to_be_visible()
    saved(second, 1)
    expect(first.locator("#view-elsewhere")).to_be_visible()


def test_another_machine_asks_and_goes_on_with_every_answer(chromium: Browser, hall: Running) -> None:
    first = opened(chromium, hall)
    sign_in(first, hall)
    answer_four(first)
    saved(first, 4)

    second = opened(chromium, hall, width=390, scheme="dark")
    hand_over(second, hall)
    expect(second.locator("#view-asking")).to_be_visible()
    act(hall, "allow")
    expect(second.locator("#view-exam")).to_be_visible()
    saved(second, 4)

    first.keyboard.press("4")
    expect(first.locator("#signin-refusal")).to_contain_text("已在另一台设备上打开")


def test_what_lies_undelivered_on_a_machine_that_was_left_is_said_and_sent_after_all(
    chromium: Browser, hall: Running
) -> None:
    first = opened(chromium, hall)
    sign_in(first, hall)
    first.context.set_offline(True)
    first.keyboard.press("2")
    expect(first.locator("#saved")).to_contain_text("已送达 0/1")
    second = opened(chromium, hall)
    hand_over(second, hall)
    expect(second.locator("#view-asking")).to_be_visible()
    act(hall, "allow")
    expect(second.locator("#view-exam")).to_be_visible()

    first.context.set_offline(False)
    expect(first.locator("#signin-refusal")).to_contain_text("已在另一台设备上打开")
    expect(first.locator("#notice")).to_contain_text("这台机器上还有 1 条没有送达的答案")
    first.click("#language")
    expect(first.locator("#notice")).to_contain_text("not yet delivered: 1")
    first.click("#language")

    hand_over(first, hall)
    expect(first.locator("#view-asking")).to_be_visible()
    act(hall, "allow")
    first.click("#confirm-yes")
    saved(first, 1)
    expect(first.locator("#notice")).to_be_hidden()


def test_another_machine_may_be_refused(chromium: Browser, hall: Running) -> None:
    first = opened(chromium, hall)
    sign_in(first, hall)
    second = opened(chromium, hall)
    hand_over(second, hall)
    expect(second.locator("#view-asking")).to_be_visible()
    act(hall, "deny")
    expect(second.locator("#signin-refusal")).to_contain_text("监考员没有同意")
    first.keyboard.press("1")
    saved(first, 1)


@pytest.mark.parametrize("script", [STORAGE_FULL, STORAGE_REFUSED], ids=["full", "refused"])
def test_a_machine_that_keeps_nothing_sends_at_once_and_says_so(
    chromium: Browser, hall: Running, script: str
) -> None:
    context = context_of(chromium)
    context.add_init_script(script)
    page = context.new_page()
    page.goto(f"{hall.url}/hall/")
    sign_in(page, hall)
    answer_four(page)
    saved(page, 4)
    expect(page.locator("#notice")).to_contain_text("答案没有存到本机")
    page.context.set_offline(True)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_contain_text("等待网络")
    page.context.set_offline(False)
    saved(page, 4)
    assert [seq for _, seq in answer_rows(hall)] == [1, 2, 3, 4, 5, 6]


def test_a_wrong_clock_changes_nothing(chromium: Browser, hall: Running) -> None:
    context = context_of(chromium)
    context.add_init_script(THREE_HOURS_SLOW)
    page = context.new_page()
    page.goto(f"{hall.url}/hall/")
    sign_in(page, hall)
    expect(page.locator("#timer-value")).to_contain_text(re.compile("1:2[0-4]:"))
    page.keyboard.press("1")
    saved(page, 1)


def test_after_sleep_the_clock_is_set_anew(chromium: Browser, hall: Running) -> None:
    """While a machine sleeps the page's own clock stands; only the clock of day goes on."""
    page = opened(chromium, hall)
    sign_in(page, hall)
    with page.expect_response("**/hall/time"):
        page.evaluate("""() => {
          const True = Date.now, slept = performance.now.bind(performance), stood = 600000;
          Date.now = () => True();
          performance.now = () => slept() - stood;
        }""")
    expect(page.locator("#timer-value")).to_contain_text(re.compile("1:2[0-4]:"))
