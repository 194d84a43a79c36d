"""Every pair of colours that meets on a page, measured from the stylesheet itself (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "src/zhiheng/surface/static/surface/zhiheng.css").read_text()

STATE_COLOURS = ("--valid", "--pending", "--returned", "--overdue")
TEXT = [
    (ink, paper)
    for ink in ("--ink", "--ink-soft", "--ink-faint", *STATE_COLOURS)
    for paper in ("--paper", "--paper-sunk")
] + [("--on-cinnabar", "--cinnabar"), ("--on-cinnabar", "--cinnabar-deep")]
SHAPES = [
    (shape, paper)
    for shape in ("--edge", "--ink", "--seal", "--cinnabar", *STATE_COLOURS)
    for paper in ("--paper", "--paper-sunk")
]


def tokens(selector: str) -> dict[str, str]:
    """The colours declared in the first block whose selector is given."""
    match = re.search(re.escape(selector) + r"\s*\{([^}]*)\}", CSS)
    assert match, selector
    return dict(re.findall(r"(--[a-z-]+):\s*(#[0-9a-f]{6})\s*;", match[1]))


LIGHT = tokens(":root")
DARK = tokens(':root[data-theme="dark"]')


def luminance(colour: str) -> float:
    def channel(start: int) -> float:
        value = int(colour[start : start + 2], 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["paper", "ink stone"])
@pytest.mark.parametrize(("ink", "paper"), TEXT)
def test_text_reaches_aa(theme: dict[str, str], ink: str, paper: str) -> None:
    assert contrast(theme[ink], theme[paper]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["paper", "ink stone"])
@pytest.mark.parametrize(("shape", "paper"), SHAPES)
def test_shapes_and_borders_reach_three_to_one(theme: dict[str, str], shape: str, paper: str) -> None:
    assert contrast(theme[shape], theme[paper]) >= 3


def test_both_ways_into_the_dark_hold_the_same_values() -> None:
    assert tokens(':root:not([data-theme="light"])') == DARK
    assert DARK.keys() == LIGHT.keys()


def test_every_colour_comes_from_a_token() -> None:
    after_tokens = CSS.split("@layer base {", 1)[1].split("@layer print {", 1)[0]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsl\(|oklch\(", after_tokens) == []


def test_every_token_used_exists() -> None:
    declared = set(re.findall(r"(--[a-z0-9-]+):", CSS))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", CSS)) - declared == set()


def test_four_sizes_and_two_weights() -> None:
    rules = re.sub(r"@layer tokens \{.*?\n\}\n", "", CSS, flags=re.DOTALL)
    sizes = set(re.findall(r"font-size:\s*([^;]+);", rules))
    weights = set(re.findall(r"font-weight:\s*([^;]+);", rules))
    # 14px: letters inside the icicle's own units; 10.5pt: paper; 0.94em: the monospace face looks larger.
    assert sizes == {
        "var(--small)",
        "var(--text)",
        "var(--large)",
        "var(--title)",
        "14px",
        "10.5pt",
        "0.94em",
    }
    assert weights == {"var(--plain)", "var(--strong)", "inherit"}


def test_the_stylesheet_is_small_and_fetches_nothing() -> None:
    assert len(CSS.encode()) < 40_000
    assert re.findall(r"url\(|@import|https?:", CSS) == []
