"""What a test sees of a page in the browser: what axe finds, and pictures for people when they ask for them."""

import os
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[1]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
SHOTS = ROOT / "var/screenshots"
PICTURES = os.environ.get("PICTURES", "")  # `make browser PICTURES=1`
AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def violations(page: Page, *also: str) -> list[str]:
    """What axe finds against WCAG 2.2 AA in the view now shown. also: further tags, as "best-practice".

    Only what is wrong leaves the page: all that was looked at is ten times as much, and reading it three times as long.
    """
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(
        "tags => axe.run({runOnly: tags}).then(found => found.violations.map("
        "one => `${one.id}: ${one.nodes.slice(0, 2).map(node => node.html.slice(0, 160)).join('; ')}`))",
        [*AA, *also],
    )
    return found


def shot(page: Page, name: str, *, whole: bool = True) -> None:
    """A picture under var/screenshots/, if pictures are asked for: they prove nothing, and cost more than the page."""
    if PICTURES:
        page.screenshot(path=SHOTS / f"{name}.png", full_page=whole)
