"""Pages as others meet them: in their own colours, by keyboard alone."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.exam_hall import hall_for_one, opened, saved
from tests.browser.exam_hall import sign_in as sit_down
from tests.browser.seats_stand import stand

pytestmark = pytest.mark.browser

HIDDEN_FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = (at.closest('label') ?? at).getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  const bars = [...document.querySelectorAll('.bar, .saved')];
  return bars.some(bar => bar.contains(top) && !bar.contains(at)) || box.bottom <= 0 || box.top >= innerHeight;
}"""


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
