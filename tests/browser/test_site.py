"""Every page a role can reach from its home: it answers, fits a phone, is accessible, and says nothing to the console.

Pages for work also on paper, and enlarged to 200 %. All of it in one file: a site is rehearsed once per file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Error, Page

from tests.browser.conftest import Site
from tests.browser.exam_hall import too_wide
from tests.looking import shot, violations

pytestmark = pytest.mark.browser

MOST = 24  # pages per role; one of a kind is enough
PUBLIC: set[str] = set()  # kinds of public pages some role has opened on a phone
ROLES = {
    "kaosheng01": "candidate",
    "jigou": "institution",
    "shenhe": "reviewer",
    "caiwu": "finance",
    "mingti": "item_writer",
    "jiankao": "invigilator",
    "kaoping": "examiner",
    "yuejuan": "marker",
    "chengji": "results_officer",
    "zhengshu": "certificate_officer",
    "guanli": "administrator",
}

PAGES = {
    "jiankao": ["/home/", "/rooms/"],
    "chengji": ["/releases/", "/marking/progress/"],
    "zhengshu": ["/register/"],
}
CONTROLS = ".site-nav, .site-tools, .skip, .ribbon, .button, .toolbar, .filters, .tabs, .pagination"
IN_SIGHT = (
    """selector => [...document.querySelectorAll(selector)].filter(one => one.checkVisibility()).length"""
)
CUT = """() => [...document.querySelectorAll('main .table-wrap, main svg, main td, main th')]
  .filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0).map(one => one.textContent.slice(0, 40))"""


@dataclass
class Walk:
    """What was found on the way."""

    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def sign_in(page: Page, site: Site, username: str) -> None:
    page.goto(f"{site.web}/sign-in/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", "demo-zhiheng")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def shape(path: str) -> str:
    """The kind of a page: ids and numbers in its path do not make another kind."""
    parts = [
        part if part.isalpha() or ("-" in part and not any(c.isdigit() for c in part)) else "*"
        for part in path.split("/")
    ]
    return "/".join(parts)


def for_everybody(path: str) -> bool:
    """Whether the page is public: it is the same whoever reads it, but for the line with the name."""
    try:
        return resolve(urlsplit(path).path).func.allowed_roles is None  # type: ignore[attr-defined]  # see people.access
    except Resolver404:
        return False


def walk(page: Page, site: Site, start: str, *, label: str, looked_at: set[str] | None = None) -> Walk:
    """Follow every link of the site from a page, breadth first, one page of a kind.

    looked_at: kinds of public pages that others have looked at on such a screen; they are counted, not opened.
    """
    found = Walk()
    page.on(
        "console",
        lambda said: (
            found.faults.append(f"console {page.url}: {said.text}") if said.type == "error" else None
        ),
    )
    page.on("pageerror", lambda error: found.faults.append(f"script {page.url}: {error}"))
    waiting = [start]
    while waiting and len(found.seen) < MOST:
        path = waiting.pop(0)
        if shape(path) in found.seen:
            continue
        found.seen.add(shape(path))
        if looked_at is not None and for_everybody(path):
            if shape(path) in looked_at:
                continue
            looked_at.add(shape(path))
        try:
            answer = page.goto(site.web + path)
        except Error as refused:
            if "Download is starting" in refused.message or "ERR_ABORTED" in refused.message:
                continue  # a file, which the browser keeps and does not show
            raise
        if answer is not None and answer.ok and "text/html" not in answer.headers["content-type"]:
            continue
        if answer is None or answer.status != 200:
            found.faults.append(f"{answer.status if answer else '?'} {path}")
            continue
        look(page, path, found)
        shot(page, f"{label}/{len(found.seen):02d}{shape(path).replace('/', '_')}")
        waiting += links(page, site)
    return found


def links(page: Page, site: Site) -> list[str]:
    paths = []
    for href in page.eval_on_selector_all("main a[href], header a[href]", "all => all.map(a => a.href)"):
        url = urlsplit(urldefrag(href).url)
        if f"{url.scheme}://{url.netloc}" != site.web or url.path.endswith(
            (".pdf", ".xlsx", ".json", ".csv", ".ics")
        ):
            continue
        if any(word in url.path for word in ("/documents/", "/download", "/photo", "/credentials/", "/file")):
            continue
        paths.append(url.path + (f"?{url.query}" if url.query else ""))
    return paths


def look(page: Page, path: str, found: Walk) -> None:
    if too_wide(page):
        found.faults.append(f"wider than the screen: {path}")
    found.faults += [f"{path} {fault}" for fault in violations(page)]


@pytest.mark.parametrize("username", ROLES)
def test_every_page_of_a_role_on_a_phone(chromium: Browser, site: Site, username: str) -> None:
    with chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN") as context:
        page = context.new_page()
        sign_in(page, site, username)
        found = walk(page, site, "/home/", label=f"{ROLES[username]}-390", looked_at=PUBLIC)

        assert "\n".join(found.faults) == ""
        assert len(found.seen) >= 2


@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "light"), ("en-GB", "dark")])
def test_every_public_page_on_a_desk(chromium: Browser, site: Site, language: str, scheme: str) -> None:
    with chromium.new_context(
        viewport={"width": 1280, "height": 900}, locale=language, color_scheme=scheme
    ) as context:  # type: ignore[arg-type]
        found = walk(context.new_page(), site, "/", label=f"public-{language}-{scheme}")

        assert "\n".join(found.faults) == ""
        assert len(found.seen) >= 6


@pytest.fixture(scope="module", params=sorted(PAGES))
def worker(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[tuple[str, Any]]:
    """Who, and the cookies of somebody signed in."""
    with chromium.new_context(locale="zh-CN") as context:
        sign_in(context.new_page(), site, request.param)
        yield request.param, context.storage_state()


def test_on_paper_there_is_the_page_and_nothing_to_press(
    chromium: Browser, site: Site, worker: tuple[str, Any]
) -> None:
    who, cookies = worker
    found = {}
    # 178 mm between the margins of A4, at 96 dots to the inch
    with chromium.new_context(storage_state=cookies, viewport={"width": 672, "height": 1000}) as context:
        page = context.new_page()
        page.emulate_media(media="print")
        for path in PAGES[who]:
            page.goto(site.web + path)
            found[path] = (page.evaluate(IN_SIGHT, CONTROLS), page.evaluate(CUT), too_wide(page))
            assert page.locator("h1").is_visible()
    assert found == {path: (0, [], False) for path in PAGES[who]}


def test_enlarged_to_twice_its_size_nothing_is_cut(
    chromium: Browser, site: Site, worker: tuple[str, Any]
) -> None:
    who, cookies = worker
    with chromium.new_context(storage_state=cookies, viewport={"width": 640, "height": 450}) as context:
        page = context.new_page()
        wide = []
        for path in PAGES[who]:
            page.goto(site.web + path)
            wide += [path] if too_wide(page) else []
    assert wide == []
