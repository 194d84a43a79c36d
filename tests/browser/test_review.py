"""A file's way through review in a real browser: handed in, looked at, returned by keyboard, handed in again, approved.

Whoever it does not concern opens none of its pages.
"""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_site import sign_in

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 900}


def of(chromium: Browser, site: Site, username: str) -> tuple[BrowserContext, Page]:
    context = chromium.new_context(viewport=DESK, locale="zh-CN")  # type: ignore[arg-type]  # a size
    page = context.new_page()
    sign_in(page, site, username)
    return context, page


def hand_in_a_draft(page: Page, site: Site) -> tuple[str, str]:
    """Submits the institution's first complete draft; returns its page's path and the candidate's name."""
    page.goto(f"{site.web}/applications/?status=draft")
    paths = page.eval_on_selector_all(
        "main th a[href^='/applications/']", "all => all.map(a => a.getAttribute('href'))"
    )
    for path in paths:
        page.goto(site.web + path)
        button = page.get_by_role("button", name="提交审核")
        if button.count() and not page.get_by_text("还缺", exact=True).count():
            button.click()
            if page.get_by_text("已提交审核。").count():
                return path, page.locator("h1").inner_text().removesuffix("的报名")
    raise AssertionError(f"None of {paths} could be handed in.")


def open_from_queue(page: Page, site: Site, name: str) -> None:
    """Walks the queue with j until the row is reached, and opens it with Enter."""
    page.goto(f"{site.web}/review/")
    rows = page.locator("[data-row]")
    for _ in range(rows.count()):
        page.keyboard.press("j")
        if page.evaluate("document.activeElement.textContent") == name:
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(f"{name}是否符合报名条件？")


def walk_the_papers(page: Page) -> None:
    """n shows one sheet after the other; each is fetched only when it is shown."""
    place = page.locator("[data-papers-place]")
    total = int(re.fullmatch(r"1 / (\d+) .*", place.inner_text())[1])  # type: ignore[index]  # it is there
    for number in range(1, total + 1):
        expect(place).to_contain_text(f"{number} / {total}")
        picture = page.locator("[data-sheet].shown img")
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 100
        page.keyboard.press("n")
    before = page.locator("[data-sheet].shown img").bounding_box()
    page.keyboard.press("+")
    page.keyboard.press("t")
    after = page.locator("[data-sheet].shown img").bounding_box()
    assert before is not None
    assert after is not None
    assert (before["width"] > before["height"]) != (after["width"] > after["height"])


def test_a_file_is_returned_by_keyboard_and_approved_after_its_correction(
    chromium: Browser, site: Site
) -> None:
    institution, desk = of(chromium, site, "jigou")
    reviewing, reviewer = of(chromium, site, "shenhe")
    with institution, reviewing:
        path, name = hand_in_a_draft(desk, site)

        open_from_queue(reviewer, site, name)
        reviewer.wait_for_load_state("load")  # the layout is the stylesheet's
        papers, facts = (reviewer.locator(part).bounding_box() for part in (".desk-papers", ".desk-facts"))
        assert papers is not None
        assert facts is not None
        assert papers["x"] + papers["width"] <= facts["x"]
        walk_the_papers(reviewer)
        reviewer.keyboard.press("r")
        reviewer.keyboard.press("Space")
        reviewer.keyboard.press("a")
        reviewer.keyboard.press("Tab")
        reviewer.keyboard.press("Enter")
        expect(reviewer.get_by_text(f"{name}：退回补正。")).to_be_visible()

        desk.goto(site.web + path)
        expect(desk.get_by_text("身份证照片不清晰或反光，请重新拍摄上传").first).to_be_visible()
        desk.get_by_role("button", name="提交审核").click()
        expect(desk.get_by_text("已提交审核。")).to_be_visible()

        open_from_queue(reviewer, site, name)
        reviewer.keyboard.press("a")
        reviewer.keyboard.press("Enter")
        expect(reviewer.get_by_text(f"{name}：通过。")).to_be_visible()
        desk.reload()
        expect(desk.locator(".page-head .lead")).to_contain_text("已通过")
        keep_out(chromium, site, desk, path, name)


def keep_out(chromium: Browser, site: Site, desk: Page, path: str, name: str) -> None:
    """Another institution and another candidate at every address the file's own page leads to."""
    application = path.strip("/").split("/")[-1]
    own = desk.eval_on_selector_all(
        "main a[href], aside a[href], main img[src]",
        "all => all.map(a => a.getAttribute('href') ?? a.getAttribute('src'))",
    )
    paths = {address.split("#")[0] for address in own if application in address or "/documents/" in address}
    paths |= {
        path,
        f"/my/applications/{application}/",
        f"/review/{application}/",
        f"/learning/{application}/",
    }
    assert len(paths) > 8
    for username in ("jigou2", "kaosheng02"):
        context, page = of(chromium, site, username)
        with context:
            for address in sorted(paths):
                answer = page.request.get(site.web + address)
                assert (username, address, answer.status in (403, 404)) == (username, address, True)
                assert name not in answer.text()
