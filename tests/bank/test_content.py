"""The questions that ship: every one keeps the writing rules, and every trade gets two equal papers from them."""

from collections import Counter

import pytest

from zhiheng.assembly.core.pool import point
from zhiheng.bank.core.checks import check_bank, check_item, length_warning
from zhiheng.bank.core.files import load_shipped
from zhiheng.bank.core.media.preparing import prepared
from zhiheng.bank.core.media.shipped import FOLDER, shipped_content
from zhiheng.bank.core.near import similar_pairs
from zhiheng.bank.core.terms import AREA_TITLES
from zhiheng.standards.core.loader import (
    load_occupation,
    load_syllabus,
    occupation_codes,
    syllabus_codes,
)

STANDARD = "4-01-02-07-2021"
RULES = "nos-4-01-02-07-2021"
LEVEL = "5"
AREAS = (
    "ethics",
    "basics",
    "preparation",
    "sourcing",
    "planning",
    "livestream",
    "video",
    "support",
    "aftersales",
)
EVERY_LEVEL = {"ethics", "basics"}
PROGRAMMES = (
    "internet-marketing",
    "omnimedia-operations",
    "digital-management",
    "digital-engineering",
    "digital-carbon",
    "digital-hr",
)
OWN_SYLLABUS = (
    "omnimedia-operations",
    "digital-management",
    "digital-engineering",
    "digital-carbon",
    "digital-hr",
)
ITEMS = load_shipped(standard=STANDARD)


CODES = {point(code): code for code in occupation_codes(STANDARD)}


def test_every_area_of_the_level_has_both_pools() -> None:
    held = {(item.area, item.pool) for item in ITEMS if item.level == LEVEL}
    assert held == {(area, pool) for area in AREAS for pool in ("live", "practice")}


def test_every_part_of_every_syllabus_has_one_title() -> None:
    parts = [area for name in PROGRAMMES for area in load_syllabus(name).areas]
    assert {area.slug: AREA_TITLES.get(area.slug) for area in parts} == {
        area.slug: area.title for area in parts
    }
    assert len({area.slug for area in parts}) == len(parts)


def test_level_four_has_its_own_questions_where_its_points_are_its_own() -> None:
    held = {item.area for item in ITEMS if (item.level, item.pool) == ("4", "live")}
    assert held - EVERY_LEVEL == set(AREAS) - EVERY_LEVEL


@pytest.mark.parametrize("level", ["2", "1"])
def test_a_level_has_questions_in_every_area_it_assesses_with_its_keys_spread(level: str) -> None:
    live = [item for item in ITEMS if (item.level, item.pool) == (level, "live")]
    assert {item.area for item in live} == {"planning", "livestream", "video", "team", "training"}
    for area in {item.area for item in live}:
        keys = Counter(item.key[0] for item in live if (item.area, item.type) == (area, "single"))
        assert all(0.2 * keys.total() <= keys[letter] <= 0.3 * keys.total() for letter in "ABCD"), area


def test_every_item_keeps_the_writing_rules() -> None:
    area_of = {code: entry.area for code, entry in CODES.items()}
    wrong = [reason.text for item in ITEMS for reason in check_item(item, area_of=area_of).unmet]
    assert wrong == []


def test_items_can_stand_together_and_pools_are_apart() -> None:
    assert [reason.text for reason in check_bank(ITEMS).unmet] == []


def test_no_two_items_say_nearly_the_same() -> None:
    pairs = similar_pairs({item.id: item.text for item in ITEMS})
    assert [(pair.first, pair.second, str(pair.similarity)) for pair in pairs] == []


def test_an_item_is_put_only_to_trades_that_are_asked_its_points() -> None:
    marks = {trade.mark for trade in load_occupation(STANDARD).trades}
    wrong = [
        (item.id, code.label, sorted(item.trades))
        for item in ITEMS
        for code in item.codes
        if not (item.trades <= marks and item.trades <= set(CODES[code].trades))
    ]
    assert wrong == []


def test_keys_are_spread_over_the_letters() -> None:
    for area in AREAS:
        keys = Counter(
            item.key[0] for item in ITEMS if (item.area, item.pool, item.type) == (area, "live", "single")
        )
        total = sum(keys.values())
        assert set(keys) <= set("ABCDE"), area
        assert all(0.1 * total <= keys[letter] <= 0.45 * total for letter in "ABCD"), (area, dict(keys))


@pytest.mark.parametrize("programme", OWN_SYLLABUS)
def test_a_programme_with_its_own_syllabus_has_questions_in_every_part(programme: str) -> None:
    items = load_shipped(standard=programme)
    assert {(item.level, item.area, item.pool) for item in items} == {
        ("junior", area.slug, "live") for area in load_syllabus(programme).areas
    }
    area_of = {point(code): code.area for code in syllabus_codes(programme)}
    assert [reason.text for item in items for reason in check_item(item, area_of=area_of).unmet] == []
    assert [reason.text for reason in check_bank(items).unmet] == []
    pairs = similar_pairs({item.id: item.text for item in (*ITEMS, *items)})
    assert [(pair.first, pair.second, str(pair.similarity)) for pair in pairs] == []


@pytest.mark.parametrize("programme", OWN_SYLLABUS)
def test_every_point_of_a_programme_is_asked(programme: str) -> None:
    asked = {code.code for item in load_shipped(standard=programme) for code in item.codes}
    assert asked == {code.code for code in syllabus_codes(programme)}


def test_every_point_of_level_five_is_asked() -> None:
    asked = {
        (code.kind, code.code)
        for item in ITEMS
        for code in item.codes
        if (item.level, item.pool) == (LEVEL, "live")
    }
    points = {(code.kind, code.code) for code in CODES.values() if code.level in ("", LEVEL)}
    assert (asked, len(points)) == (points, 125)


@pytest.mark.parametrize("programme", OWN_SYLLABUS)
def test_the_keys_of_a_programme_give_nothing_away(programme: str) -> None:
    items = load_shipped(standard=programme)
    keys = Counter(item.key[0] for item in items if item.type == "single")
    assert all(0.2 * keys.total() <= keys[letter] <= 0.3 * keys.total() for letter in "ABCD"), dict(keys)
    counts = Counter(len(item.key) for item in items if item.type == "multiple")
    assert max(counts.values()) <= 0.7 * counts.total(), dict(counts)
    assert [item.id for item in items if length_warning(item)] == []


def test_a_long_key_is_rare() -> None:
    warned = [item.id for item in ITEMS if length_warning(item)]
    assert len(warned) <= len(ITEMS) * 0.02, warned


def test_everything_a_question_shows_ships_with_it_and_nothing_else_does() -> None:
    shown = [medium for item in load_shipped() for medium in item.media]
    content = shipped_content(medium.sha256 for medium in shown)

    assert len(shown) >= 6
    assert {medium.sha256 for medium in shown} == set(content)
    assert len(list(FOLDER.iterdir())) == len(content)
    for medium in shown:
        found = prepared(content[medium.sha256], name=medium.sha256)
        assert (found.media_type, len(content[medium.sha256])) == (medium.media_type, medium.size)
        assert len(medium.alt) >= 20, "the words must let somebody answer who does not see it"


def test_shipped_questions_are_chinese() -> None:
    assert {item.language for item in load_shipped()} == {"zh"}
