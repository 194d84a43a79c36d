"""The gallery in a real browser: nothing wider than the screen, nothing the policy refuses, dark by wish."""

from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Browser, Page, Route

from tests.looking import violations
from zhiheng.plumbing.headers import POLICY
from zhiheng.surface.gallery import gallery_context

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/zhiheng/surface/static"
HOST = "http://surface.test"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    return chromium


def opened(
    browser: Browser, width: int, *, language: str = "zh-hans", scheme: str = "light"
) -> tuple[Page, list[str]]:
    """The gallery at a width, and everything the browser complained about."""
    with translation.override(language):
        html = render_to_string("surface/gallery.html", gallery_context())

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(HOST)
        if path == "/":
            route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})
            return
        file = STATIC / path.removeprefix("/static/")
        route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])

    options: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    page = browser.new_page(**options)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/*", answer)
    page.goto(HOST + "/")
    return page, complaints


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen_and_the_policy_holds(
    browser: Browser, width: int, language: str
) -> None:
    page, complaints = opened(browser, width, language=language)
    wide = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        ".filter(e => !e.closest('.table-wrap')).map(e => e.outerHTML.slice(0, 80))"
    )
    page.close()
    assert wide == []
    assert complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_every_control_is_large_enough_to_touch(browser: Browser, width: int) -> None:
    """WCAG 2.2, 2.5.8: 24 by 24 CSS pixels for buttons, fields and the tools of the head; links in text are exempt."""
    page, _ = opened(browser, width)
    small = page.evaluate(
        "[...document.querySelectorAll('.button, .tool, .site-nav a, .tabs a, .pagination a, select, textarea, "
        "input:not([type=checkbox],[type=radio],[type=hidden]), label:has(> input), summary')]"
        ".filter(e => e.checkVisibility()).filter(e => {const r = e.getBoundingClientRect();"
        " return r.height < 24 || r.width < 24;}).map(e => e.outerHTML.slice(0, 80))"
    )
    page.close()
    assert small == []


def test_the_reader_s_wish_outlives_the_system_s(browser: Browser) -> None:
    page, complaints = opened(browser, 1280, scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(25, 27, 28)"
    page.get_by_role("button", name="切换深浅背景").click()
    assert page.evaluate(paper) == "rgb(250, 248, 244)"
    page.reload()
    assert page.evaluate(paper) == "rgb(250, 248, 244)"
    page.close()
    assert complaints == []


def test_the_first_stop_of_the_keyboard_is_the_way_to_the_content(browser: Browser) -> None:
    page, _ = opened(browser, 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    assert page.evaluate("document.activeElement.getBoundingClientRect().height > 24")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(browser: Browser, width: int, scheme: str) -> None:
    page, _ = opened(browser, width, scheme=scheme)
    found = violations(page, "best-practice")
    page.close()
    assert found == []


def test_axe_finds_what_is_there(browser: Browser) -> None:
    page, _ = opened(browser, 390)
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=data:, ><button></button>')"
    )
    found = violations(page)
    page.close()
    assert found == ["button-name: <button></button>", 'image-alt: <img src="data:,">']
