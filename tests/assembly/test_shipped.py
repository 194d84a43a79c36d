"""Every blueprint the shipped bank can fill: two disjoint papers, recounted here by code of the test's own.

Nothing of the assembly's search or proof is used to check: only the blueprint's data, the bank's files and sums.
"""

from collections import Counter
from decimal import Decimal
from itertools import combinations, product

import pytest

from zhiheng.assembly.core import terms
from zhiheng.assembly.core.assembling import assemble
from zhiheng.assembly.core.pool import allowed_points, blueprint_of, enemies_of, pool_of
from zhiheng.assembly.core.proof import deviation, prove, publishable
from zhiheng.bank.core.files import load_shipped
from zhiheng.bank.core.terms import Item
from zhiheng.foundation.errors import ZhihengError
from zhiheng.standards.core.loader import list_rule_sets, load_blueprint
from zhiheng.standards.core.terms import Blueprint

ENOUGH = {"5": "ABCD", "4": "ABCD", "3": "ABCD", "2": "ABC", "1": "ABC"}
"""Levels and trades of the national standard whose questions are all there: these must not become infeasible."""

WRITTEN = {
    *product(["internet-marketing"], ["junior", "intermediate", "senior"]),
    ("omnimedia-operations", "junior"),
    ("digital-management", "junior"),
    ("digital-engineering", "junior"),
    ("digital-carbon", "junior"),
    ("digital-hr", "junior"),
}
"""Programmes and levels of the association whose questions are all there: these neither."""


def blueprints() -> list[Blueprint]:
    """Every programme, level and trade of every rule set for whose standard questions are shipped."""
    found = []
    for rules in list_rule_sets():
        for programme in rules.programmes:
            for level in rules.levels:
                marks: list[str | None] = [trade.mark for trade in rules.trades]
                for trade in marks or [None]:
                    try:
                        found.append(load_blueprint(rules.id, programme.id, level.id, trade))
                    except ZhihengError:
                        continue  # a trade that has no such level
    return found


BANKS: dict[str, list[Item]] = {}


def bank_for(plan: Blueprint) -> list[Item]:
    if plan.standard not in BANKS:
        try:
            BANKS[plan.standard] = list(load_shipped(standard=plan.standard))
        except (ZhihengError, OSError):
            BANKS[plan.standard] = []
    return BANKS[plan.standard]


def name(plan: Blueprint) -> str:
    return f"{plan.rule_set} {plan.programme} {plan.level} {plan.trade or ''}".strip()


PLANS = [plan for plan in blueprints() if bank_for(plan)]


@pytest.mark.parametrize("plan", PLANS, ids=name)
def test_two_disjoint_papers(plan: Blueprint) -> None:
    bank, request = bank_for(plan), request_of(plan, forms=2)
    outcome = assemble(request)
    if isinstance(outcome, terms.Infeasible):
        short_of = [one.sentence for one in outcome.conflicts]
        assert plan.trade not in [*ENOUGH.get(plan.level, "")], short_of
        assert (plan.programme, plan.level) not in WRITTEN, short_of
        assert all(entry.missing > 0 and entry.sentence for entry in outcome.conflicts)
        pytest.skip("questions for this paper are not all written")
    recount(plan, {item.id: item for item in bank}, outcome.forms)
    proved(request, outcome)


def request_of(plan: Blueprint, *, forms: int) -> terms.Request:
    bank = bank_for(plan)
    pool = pool_of(bank, allowed=allowed_points(plan), trade=plan.trade)
    drawn = {item.id for item in pool}
    enemies = enemies_of(item for item in bank if item.id in drawn)
    return terms.Request(blueprint=blueprint_of(plan), pool=pool, forms=forms, seed=1, enemies=enemies)


def proved(request: terms.Request, outcome: terms.Assembled) -> None:
    """What the house's own proof says of the same papers."""
    pool = {item.id: item for item in request.pool}
    lines = prove(outcome.forms, pool, request.blueprint, enemies=request.enemies)
    assert publishable(lines).unmet == ()
    assert {form.total for form in outcome.forms} == {Decimal(100)}
    assert deviation(outcome.forms, pool, request.blueprint).expected_spread <= Decimal("0.10")


def recount(plan: Blueprint, bank: dict[str, Item], forms: tuple[terms.Form, ...]) -> None:
    """Marks by area, kinds, points, keys, trades and enemies, from the files of the bank alone."""
    marks_of = {rule.type: rule.marks for rule in plan.kinds}
    for form in forms:
        items = [bank[placed.id] for placed in form.items]
        by_area: Counter[str] = Counter()
        for item in items:
            by_area[item.area] += int(marks_of[item.type] * 10)
        assert dict(by_area) == {row.area_slug: int(row.marks * 10) for row in plan.areas if row.marks}
        assert Counter(item.type for item in items) == {
            rule.type: rule.count for rule in plan.kinds if rule.count
        }
        assert sum((marks_of[item.type] for item in items), Decimal(0)) == plan.total
        points = {
            row.area_slug: {(code.level, code.kind, code.code) for code in row.codes} for row in plan.areas
        }
        for item in items:
            assert item.pool == "live"
            assert not item.trades or plan.trade is None or plan.trade in item.trades
            for code in item.codes:
                held = points[item.area]
                assert (code.level, code.kind, code.code) in held or ("", code.kind, code.code) in held
            assert item.type == "short" or item.key
        letters = Counter(item.key[0] for item in items if item.type == "single")
        quarter = Decimal(sum(letters.values())) / 4
        assert all(abs(letters[letter] - quarter) <= quarter / 4 + 1 for letter in "ABCD"), letters
        ids = {item.id for item in items}
        assert len(ids) == len(items)
        assert not [(item.id, foe) for item in items for foe in item.enemies if foe in ids]
    for one, other in combinations(forms, 2):
        assert not {placed.id for placed in one.items} & {placed.id for placed in other.items}
    scores = [
        sum((bank[placed.id].difficulty * marks_of[placed.type] for placed in form.items), Decimal(0))
        for form in forms
    ]
    assert max(scores) - min(scores) <= Decimal("0.80")


def test_every_trade_of_the_levels_written_is_tried() -> None:
    national = {(plan.level, plan.trade) for plan in PLANS if plan.rule_set.startswith("nos-")}
    assert {(level, trade) for level, trades in ENOUGH.items() for trade in trades} <= national
    assert len(national) == 18
