"""What the page records of being left and copied from: kept while the line is cut, sent once, ended by handing in."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.delivery.packs import ID_NUMBER, candidate, small_pack
from tests.delivery.running import Running, start
from zhiheng.cli.processes import free_port
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.hall.reader import read_log

pytestmark = pytest.mark.browser

HIDE = """() => {
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SHOW = """() => {
  delete document.visibilityState;
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Running]:
    keys = ensure_keys(tmp_path)
    now = datetime.now(UTC)  # noqa: TID251 - the hall itself reads the machine's clock here
    place = candidate(1, keys.hmac, starts=now - timedelta(minutes=5))
    write_pack(tmp_path, small_pack(keys.key_id, place))
    port = free_port()
    running = Running(data=tmp_path, port=port, process=start(tmp_path, port), tickets=(place.ticket,))
    yield running
    running.process.kill()
    running.process.wait()


@pytest.fixture
def page(chromium: Browser, hall: Running) -> Iterator[Page]:
    with chromium.new_context(locale="zh-CN") as context:
        page = context.new_page()
        page.goto(f"{hall.url}/hall/")
        page.fill("#ticket", hall.tickets[0])
        page.fill("#id-number", ID_NUMBER)
        page.click("#signin button")
        expect(page.locator("#view-exam")).to_be_visible()
        yield page


def reported(hall: Running) -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in read_log(hall.data) if row.kind == "event"]


def test_being_away_is_kept_while_the_line_is_cut_and_sent_once(page: Page, hall: Running) -> None:
    page.context.set_offline(True)
    page.evaluate(HIDE)
    page.wait_for_timeout(2200)
    page.evaluate(SHOW)
    line = page.locator("#conduct")
    expect(line).to_contain_text(re.compile("您离开考试页面 [0-9]+ 秒，已记录。"))
    seconds = int(re.findall("[0-9]+", line.inner_text())[0])
    page.click("#conduct-dismiss")
    expect(page.locator("#conduct")).to_have_count(0)
    before = reported(hall)
    with page.expect_response("**/hall/events"):
        page.context.set_offline(False)
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_contain_text("已保存 1/1")

    assert before == []
    assert seconds >= 2
    assert [(one["kind"], one["seconds"]) for one in reported(hall)] == [("hidden", seconds)]


def test_the_same_thing_within_a_moment_is_one_and_the_receipt_may_be_printed(
    page: Page, hall: Running
) -> None:
    page.evaluate("for (let n = 0; n < 3; n += 1) document.dispatchEvent(new Event('copy'))")
    page.evaluate("dispatchEvent(new Event('blur'))")  # the page has the focus all the same
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_contain_text("已保存 1/1")
    page.click("#finish")
    page.click("#confirm-yes")
    expect(page.locator("#view-receipt")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(300)

    assert [one["kind"] for one in reported(hall)] == ["copy"]
    expect(page.locator("#conduct")).to_have_count(0)


def test_what_a_failing_request_carries_at_hand_in_is_sent_again(page: Page, hall: Running) -> None:
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_contain_text("已保存 1/1")
    held: list[Route] = []
    page.route("**/hall/events", lambda route: held.append(route), times=1)
    with page.expect_request("**/hall/events"):
        page.evaluate("document.dispatchEvent(new Event('copy'))")
    page.evaluate("document.dispatchEvent(new Event('paste'))")
    page.click("#finish")
    with page.expect_response("**/hall/submit"):
        page.click("#confirm-yes")
    page.wait_for_timeout(300)  # the page takes leave
    with page.expect_response("**/hall/events"):
        held[0].abort()
    expect(page.locator("#view-receipt")).to_be_visible()

    assert [one["kind"] for one in reported(hall)] == ["copy", "paste"]


def test_the_line_speaks_the_language_chosen(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new Event('paste'))")
    expect(page.locator("#conduct")).to_contain_text("您粘贴了文字，已记录。")
    page.click("#language")
    expect(page.locator("#conduct")).to_contain_text("You pasted text; this has been recorded.")
