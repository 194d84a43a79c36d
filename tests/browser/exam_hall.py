"""A hall for one candidate and the candidate's page, as the tests of the page use them."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.delivery.packs import ID_NUMBER, candidate, small_pack
from tests.delivery.running import PATIENCE, Running, start
from zhiheng.cli.processes import free_port
from zhiheng.delivery.core.pack import PackPaper
from zhiheng.delivery.core.token import StaffPass, mint_staff_token
from zhiheng.delivery.hall.clock import CLOCK_FILE
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.hall.reader import read_log

LONG_FROM_NOW = 4_000_000_000_000


@contextmanager
def hall_for_one(
    data: Path,
    *,
    begins_in: timedelta = timedelta(minutes=-5),
    lasts: timedelta = timedelta(minutes=90),
    paper: PackPaper | None = None,
) -> Iterator[Running]:
    """A hall with one candidate, whose exam begins so much later than the hall runs."""
    keys = ensure_keys(data)
    port = free_port()
    running = Running(data=data, port=port, process=start(data, port), tickets=())
    try:
        now = datetime.now(UTC)  # noqa: TID251 - the hall itself reads the machine's clock here
        starts = now + begins_in
        place = candidate(1, keys.hmac, starts=starts, ends_at=starts + lasts)
        write_pack(data, small_pack(keys.key_id, place, paper=paper))
        running.tickets = (place.ticket,)
        wait_for_pack(running)
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def wait_for_pack(hall: Running) -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        figures = httpx.get(f"{hall.url}/metrics", timeout=PATIENCE, trust_env=False).text
        if "\nzhiheng_hall_packs 1\n" in figures:
            return
        time.sleep(0.05)
    raise AssertionError("The hall did not take up its pack.")


def move_clock(hall: Running, by: timedelta) -> None:
    """The hall's clock jumps, as a demonstration's does; a page hears of it when it asks next."""
    (hall.data / CLOCK_FILE).write_text(json.dumps({"offset_seconds": by.total_seconds()}))
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        told = datetime.fromisoformat(hall.call("GET", "time").json()["server_time"])
        if abs(told.timestamp() - time.time() - by.total_seconds()) < 30:
            return
        time.sleep(0.05)
    raise AssertionError("The hall did not look at its clock.")


ASK_NOW = "Date.now = (now => () => now() + 600000)(Date.now)"
"""As after sleep: the page asks the hall at once instead of within 24 seconds."""


def context_of(
    browser: Browser,
    *,
    width: int = 1280,
    scheme: Literal["light", "dark"] = "light",
    locale: str = "zh-CN",
) -> BrowserContext:
    return browser.new_context(viewport={"width": width, "height": 860}, locale=locale, color_scheme=scheme)


def opened(
    browser: Browser, hall: Running, *, width: int = 1280, scheme: Literal["light", "dark"] = "light"
) -> Page:
    """A machine of its own: nothing of another one is known here."""
    page = context_of(browser, width=width, scheme=scheme).new_page()
    page.goto(f"{hall.url}/hall/")
    return page


def hand_over(page: Page, hall: Running, *, id_number: str = ID_NUMBER) -> None:
    """Fill in the two numbers and send them."""
    page.fill("#ticket", hall.tickets[0])
    page.fill("#id-number", id_number)
    page.click("#signin-go")


def sign_in(page: Page, hall: Running) -> None:
    hand_over(page, hall)
    expect(page.locator("#view-exam")).to_be_visible()


def saved(page: Page, count: int) -> None:
    expect(page.locator("#saved")).to_contain_text(f"已保存 {count}/{count}")


def answer_rows(hall: Running) -> list[tuple[str, int]]:
    """Item and number of every answer in the log, in the log's order."""
    return [(row.item, row.seq) for row in read_log(hall.data) if row.kind == "answer"]


def too_wide(page: Page) -> bool:
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    )


def act(hall: Running, name: str, **facts: object) -> None:
    """What an invigilator does to everybody in this hall."""
    staff = StaffPass(who="jiankao", name="演示监考员", sitting="2026-11-28", rooms=(), expires=LONG_FROM_NOW)
    token = mint_staff_token(staff, key=ensure_keys(hall.data).hmac)
    answer = httpx.post(
        f"{hall.url}/hall/staff/act",
        json={"act": name, "attempts": None, **facts},
        headers={"Authorization": f"Staff {token}"},
        timeout=PATIENCE,
        trust_env=False,
    )
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.json()["done"] == 1, answer.text
