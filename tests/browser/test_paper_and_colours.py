"""Pages for work as others meet them: on paper, in their own colours, enlarged to 200 %, by keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site
from tests.browser.exam_hall import hall_for_one, opened, saved, too_wide
from tests.browser.exam_hall import sign_in as sit_down
from tests.browser.seats_stand import stand
from tests.browser.test_site import sign_in

pytestmark = pytest.mark.browser

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
HIDDEN_FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = (at.closest('label') ?? at).getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  const bars = [...document.querySelectorAll('.bar, .saved')];
  return bars.some(bar => bar.contains(top) && !bar.contains(at)) || box.bottom <= 0 || box.top >= innerHeight;
}"""


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


def test_the_chosen_filter_is_told_apart_in_the_readers_own_colours(chromium: Browser) -> None:
    with stand(3) as here, chromium.new_context(forced_colors="active") as context:
        page = context.new_page()
        page.goto(here.url)
        page.locator("#show").wait_for()
        widths = page.eval_on_selector_all(
            "#show label", "all => all.map(one => getComputedStyle(one).borderTopWidth)"
        )
    assert widths == ["3px", *["1px"] * 5]


def test_the_focus_is_never_under_a_bar_of_the_exam_page(chromium: Browser, tmp_path: Any) -> None:
    with hall_for_one(tmp_path) as hall:
        page = opened(chromium, hall)
        page.set_viewport_size({"width": 640, "height": 430})
        sit_down(page, hall)
        page.keyboard.press("1")
        saved(page, 1)
        page.click("#side-toggle")
        assert hidden(page, "Tab") + hidden(page, "Shift+Tab") == []


def hidden(page: Page, key: str) -> list[str]:
    """What had the focus and could not be seen, going through the page once."""
    lost = []
    for _ in range(30):
        page.keyboard.press(key)
        if page.evaluate(HIDDEN_FOCUS):
            lost.append(str(page.evaluate("document.activeElement.outerHTML.slice(0, 60)")))
    return lost
