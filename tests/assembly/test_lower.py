"""A higher level covers the lower ones: their points may carry an agreed share of the marks, none by default."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.assembly.banks import SMALL_KINDS, blueprint, items, request
from tests.bank.core_items import code, single
from zhiheng.assembly.core.assembling import assemble
from zhiheng.assembly.core.policy import policy
from zhiheng.assembly.core.pool import asks_own_level, lower_pool_of
from zhiheng.assembly.core.proof import prove, publishable
from zhiheng.assembly.core.solver import allocate, choose
from zhiheng.assembly.core.supply import Supply
from zhiheng.assembly.core.terms import Assembled, Infeasible, PoolItem
from zhiheng.foundation.errors import Refused

PLAN = blueprint({"ethics": 2, "livestream": 10}, SMALL_KINDS)
OWN = [
    *items("ethics", "single", 8),
    *items("ethics", "multiple", 4),
    *items("livestream", "multiple", 4),
    *items("livestream", "short", 2),
]
LOWER = [replace(item, lower=True) for item in items("livestream", "single", 24)]
SHARE = Decimal("0.34")  # 4.08 of 12 marks


def marks_below(outcome: Assembled) -> list[Decimal]:
    bank = {item.id: item for item in [*OWN, *LOWER]}
    return [
        sum((item.marks for item in form.items if bank[item.id].lower), Decimal(0)) for form in outcome.forms
    ]


def test_lower_items_are_not_there_by_default() -> None:
    outcome = assemble(request(PLAN, [*OWN, *LOWER]))

    assert isinstance(outcome, Infeasible)
    assert {entry.area for entry in outcome.conflicts} == {"livestream"}


def test_the_share_agreed_fills_what_the_own_level_lacks() -> None:
    outcome = assemble(request(PLAN, [*OWN, *LOWER], lower_share=SHARE))

    assert isinstance(outcome, Assembled)
    assert [marks <= Decimal("4.08") for marks in marks_below(outcome)] == [True]
    bank = {item.id: item for item in [*OWN, *LOWER]}
    lines = prove(outcome.forms, bank, PLAN, lower_share=SHARE)
    assert publishable(lines).granted
    (told,) = [line for line in lines if line.constraint == "低级别内容分值"]
    assert (told.required, told.ok) == ("0..4.08", True)


def test_the_exact_search_keeps_the_share_too() -> None:
    supply = Supply(request(PLAN, [*OWN, *LOWER], lower_share=SHARE))
    plan = allocate(supply, effort=2)
    assert isinstance(plan, dict)
    picked = choose(supply, plan, effort=2)
    assert picked is not None
    assert sum(1 for item in picked[0] if item.lower) <= 4


def test_the_defaults_are_data() -> None:
    assert (policy().avoid_sittings.value, policy().shared.value) == (2, 0)
    assert policy().avoid_sittings.source


def test_a_share_too_small_names_what_is_missing() -> None:
    outcome = assemble(request(PLAN, [*OWN, *LOWER], lower_share=Decimal("0.05")))

    assert isinstance(outcome, Infeasible)
    assert sum(entry.missing for entry in outcome.conflicts) > 0


def test_the_check_finds_lower_items_nobody_agreed_to() -> None:
    outcome = assemble(request(PLAN, [*OWN, *LOWER], lower_share=SHARE))
    assert isinstance(outcome, Assembled)
    bank = {item.id: item for item in [*OWN, *LOWER]}
    wrong = [line for line in prove(outcome.forms, bank, PLAN) if not line.ok]

    assert [(line.constraint, line.required) for line in wrong] == [("低级别内容分值", "0..0")]


@pytest.mark.parametrize("share", ["-0.1", "1.1"])
def test_a_share_outside_the_whole_is_refused(share: str) -> None:
    with pytest.raises(Refused) as refused:
        request(PLAN, OWN, lower_share=Decimal(share))
    assert refused.value.code == "lower-share"


def test_a_request_without_a_share_keeps_its_name() -> None:
    assert request(PLAN, OWN).digest == request(PLAN, OWN, lower_share=Decimal(0)).digest
    assert request(PLAN, OWN).digest != request(PLAN, OWN, lower_share=SHARE).digest
    lower: list[PoolItem] = [replace(OWN[0], lower=True), *OWN[1:]]
    assert request(PLAN, lower).digest != request(PLAN, OWN).digest


def test_lower_items_are_those_of_the_levels_below_in_an_area_of_the_blueprint() -> None:
    own = {"livestream": frozenset({code("skill:4.1.1", "4")})}
    below = {
        "livestream": frozenset({code("skill:4.1.1", "5")}),
        "video": frozenset({code("skill:5.1.1", "5")}),
    }
    bank = [
        single(id="own", codes=(code("skill:4.1.1", "4"),)),
        single(id="below", codes=(code("skill:4.1.1", "5"),)),
        single(id="practice", pool="practice", codes=(code("skill:4.1.1", "5"),)),
        single(id="other-trade", trades=frozenset("A"), codes=(code("skill:4.1.1", "5"),)),
        single(id="elsewhere", area="video", codes=(code("skill:5.1.1", "5"),)),
        single(id="above", codes=(code("skill:4.1.1", "3"),)),
    ]
    found = lower_pool_of(bank, own=own, lower=[below], trade="B")

    assert [(item.id, item.lower) for item in found] == [("below", True)]
    assert [item.id for item in bank if asks_own_level(item, own)] == ["own"]
