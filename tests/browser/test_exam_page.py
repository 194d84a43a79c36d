"""The candidate's exam page in a real browser: saved, cut off, reloaded, resumed elsewhere, handed in."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.delivery.packs import ID_NUMBER, candidate, small_pack
from tests.delivery.running import Running, start
from zhiheng.cli.processes import free_port
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.hall.reader import read_log

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


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


def opened(chromium: Browser, hall: Running, *, width: int = 1280, scheme: str = "light") -> Page:
    context = chromium.new_context(
        viewport={"width": width, "height": 860}, locale="zh-CN", color_scheme=scheme
    )  # type: ignore[arg-type]  # a literal for the checker
    page = context.new_page()
    page.goto(f"{hall.url}/hall/")
    return page


def sign_in(page: Page, hall: Running) -> None:
    page.fill("#ticket", hall.tickets[0])
    page.fill("#id-number", ID_NUMBER)
    page.click("#signin button")
    expect(page.locator("#view-exam")).to_be_visible()


def saved(page: Page, count: int) -> None:
    expect(page.locator("#saved")).to_contain_text(f"已保存 {count}/{count}")


def test_answers_survive_a_cut_line_a_reload_and_another_machine(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    sign_in(page, hall)
    page.keyboard.press("2")
    saved(page, 1)

    page.context.set_offline(True)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    expect(page.locator("#notice")).to_be_visible()
    page.context.set_offline(False)
    saved(page, 2)

    page.reload()
    expect(page.locator("#view-exam")).to_be_visible()
    saved(page, 2)

    second = opened(chromium, hall, width=390, scheme="dark")
    sign_in(second, hall)
    saved(second, 2)
    rows = [row.item for row in read_log(hall.data) if row.kind == "answer"]
    assert len(rows) == len(set(rows)) == 2


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
    page.fill("#ticket", hall.tickets[0])
    page.fill("#id-number", ID_NUMBER)
    page.click("#signin button")
    expect(page.locator("#view-receipt")).to_be_visible()


def test_a_wrong_number_is_refused_in_words(chromium: Browser, hall: Running) -> None:
    page = opened(chromium, hall)
    page.fill("#ticket", hall.tickets[0])
    page.fill("#id-number", "110101199001011230")
    page.click("#signin button")

    expect(page.locator("#signin-refusal")).to_contain_text("准考证号与身份证号不符")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_is_accessible(chromium: Browser, hall: Running, width: int, scheme: str) -> None:
    page = opened(chromium, hall, width=width, scheme=scheme)
    found = [_violations(page)]
    sign_in(page, hall)
    found.append(_violations(page))

    assert found == [[], []]


def _violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    result = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in result["violations"]]


@pytest.mark.parametrize(
    ("locale", "heading"),
    [("zh-CN", "登录考试"), ("en-GB", "Sign in to your exam"), ("fr-FR", "登录考试")],
)
def test_the_page_opens_in_the_browsers_language_and_keeps_the_choice(
    chromium: Browser, hall: Running, locale: str, heading: str
) -> None:
    with chromium.new_context(locale=locale) as context:
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
