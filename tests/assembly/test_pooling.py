"""A paper for each name: proved one by one, reproducible, and none where the bank has none."""

from dataclasses import replace

import pytest

from tests.assembly.banks import SMALL_KINDS, blueprint, items, printed_pool, request
from zhiheng.assembly.core.pooling import FormPool, exposure, form_pool, prove_pool
from zhiheng.assembly.core.proof import publishable
from zhiheng.assembly.core.terms import Infeasible
from zhiheng.foundation.errors import Refused

PLAN = blueprint({"ethics": 2, "livestream": 10}, SMALL_KINDS)
POOL = [
    *items("ethics", "single", 24),
    *items("ethics", "multiple", 8),
    *items("livestream", "single", 32),
    *items("livestream", "multiple", 16),
    *items("livestream", "short", 8),
]
BANK = {item.id: item for item in POOL}
NAMES = [f"{number:03d}" for number in range(60)]


def made(**more: object) -> FormPool:
    pool = form_pool(request(PLAN, POOL, **more), names=NAMES)  # type: ignore[arg-type]  # passed on
    assert isinstance(pool, FormPool)
    return pool


def test_every_paper_of_a_pool_is_proved() -> None:
    pool = made()
    lines = prove_pool(pool, BANK, PLAN)
    assert publishable(lines).unmet == ()
    assert [form.id.rpartition("-")[2] for form in pool.forms] == NAMES
    assert exposure(pool) >= pool.least_exposure


def test_the_same_names_give_the_same_papers_and_one_can_be_drawn_again() -> None:
    first, again = made(), made()
    assert first.forms == again.forms
    assert made(seed=5).forms != first.forms


def test_required_and_forbidden_items_and_enemies() -> None:
    enemies = frozenset({frozenset({"livestream-multiple-000", "livestream-multiple-001"})})
    required, forbidden = frozenset({"livestream-short-003"}), frozenset({"ethics-single-000"})
    pool = made(enemies=enemies, required=required, forbidden=forbidden)
    lines = prove_pool(pool, BANK, PLAN, enemies=enemies, required=required, forbidden=forbidden)
    assert publishable(lines).unmet == ()


def test_a_pool_that_was_stopped_says_so() -> None:
    pool = form_pool(
        request(PLAN, POOL), names=[str(n) for n in range(600)], progress=lambda made, asked: False
    )
    assert isinstance(pool, FormPool)
    assert (len(pool.forms), pool.asked) == (250, 600)
    assert [line.constraint for line in prove_pool(pool, BANK, PLAN) if not line.ok] == ["份数"]


def test_equal_papers_are_counted_once() -> None:
    pool = made()
    doubled = replace(pool, forms=(pool.forms[0],) * 60)
    found = {line.constraint: line.achieved for line in prove_pool(doubled, BANK, PLAN)}
    assert found["互不相同的卷"] == "1"


def test_no_pool_from_a_bank_without_a_paper() -> None:
    outcome = form_pool(request(PLAN, POOL[:-8]), names=NAMES)
    assert isinstance(outcome, Infeasible)
    assert [entry.type for entry in outcome.conflicts] == ["short"]


def test_a_bank_too_tight_for_the_search_is_refused_with_a_sentence() -> None:
    singles = [replace(item, key=("A",)) if item.type == "single" else item for item in POOL]
    with pytest.raises(Refused) as refused:
        form_pool(request(PLAN, singles), names=NAMES)
    assert refused.value.code == "assembly-effort"


def test_a_printed_blueprint_and_an_uncalibrated_bank() -> None:
    pool = printed_pool("B", times=6, seed=4)
    plan = blueprint(
        {"ethics": 5, "basics": 25, "preparation": 10, "livestream": 40, "aftersales": 20}, trade="B"
    )
    found = form_pool(request(plan, pool), names=NAMES)
    assert isinstance(found, FormPool)
    assert publishable(prove_pool(found, {item.id: item for item in pool}, plan)).unmet == ()
