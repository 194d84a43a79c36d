"""Blueprints that add up, requests that can be served, bands and names."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.assembly.banks import KINDS, WEIGHTS, blueprint, items, request
from zhiheng.assembly.core.order import printed_order
from zhiheng.assembly.core.terms import KeyBand, PlacedItem, key_band, pool_digest, type_name
from zhiheng.foundation.errors import Refused


@pytest.mark.parametrize("trade", WEIGHTS)
def test_the_printed_weights_make_a_hundred_marks(trade: str) -> None:
    assert blueprint(WEIGHTS[trade]).total == Decimal(100)


def test_areas_and_types_must_add_up_to_the_same() -> None:
    with pytest.raises(Refused, match="各范围合计 99 分，各题型合计 100 分"):
        blueprint({"ethics": 99}, KINDS)


@pytest.mark.parametrize("forms", [0, -3])
def test_less_than_one_paper_is_refused(forms: int) -> None:
    with pytest.raises(Refused, match="份数 forms"):
        request(blueprint(WEIGHTS["A"]), [], forms)


def test_a_pool_with_an_id_twice_is_refused() -> None:
    with pytest.raises(Refused, match="题号 ethics-single-000 不止一次"):
        request(blueprint(WEIGHTS["A"]), items("ethics", "single", 2) + items("ethics", "single", 1))


@pytest.mark.parametrize(
    ("singles", "least", "most"),
    [(0, 0, 1), (1, 0, 2), (4, 0, 2), (8, 1, 3), (10, 1, 4), (40, 7, 13), (50, 9, 16), (60, 11, 19)],
)
def test_key_bands(singles: int, least: int, most: int) -> None:
    assert key_band(singles) == KeyBand(least=least, most=most)


@pytest.mark.parametrize("singles", range(0, 200))
def test_a_key_band_can_always_be_met(singles: int) -> None:
    band = key_band(singles)
    assert 4 * band.least <= singles <= 4 * band.most


def test_the_name_of_a_paper_follows_everything_that_makes_it() -> None:
    plan = blueprint(WEIGHTS["A"], trade="A")
    pool = items("ethics", "single", 3)
    base = request(plan, pool, 2, seed=1)
    others = [
        request(plan, pool, 2, seed=2),
        request(plan, pool, 3, seed=1),
        request(replace(plan, trade="B"), pool, 2, seed=1),
        request(plan, items("ethics", "single", 3, difficulty="0.61"), 2, seed=1),
        request(plan, pool, 2, seed=1, forbidden=frozenset({"x"})),
        request(plan, pool, 2, seed=1, enemies=frozenset({frozenset({"x", "y"})})),
    ]
    assert request(plan, pool[::-1], 2, seed=1).form_id(0) == base.form_id(0)
    assert pool_digest(pool) == pool_digest(pool[::-1])
    assert len({entry.form_id(0) for entry in [base, *others]} | {base.form_id(1)}) == 8
    assert base.form_id(1).endswith("-02")


def test_the_printed_order_is_by_type_then_area_then_id() -> None:
    plan = blueprint(WEIGHTS["A"])
    placed = [
        PlacedItem(id=name, area=area, type=kind, marks=Decimal(1))  # type: ignore[arg-type]  # from a table of str
        for name, area, kind in [
            ("4", "basics", "short"),
            ("3", "ethics", "multiple"),
            ("2", "basics", "single"),
            ("9", "ethics", "single"),
            ("1", "ethics", "single"),
        ]
    ]
    assert [item.id for item in printed_order(placed, plan)] == ["1", "9", "2", "3", "4"]


def test_types_are_named_in_chinese() -> None:
    assert [type_name(kind) for kind in ("single", "multiple", "short", "essay")] == [
        "单项选择题",
        "多项选择题",
        "简答题",
        "essay",
    ]
