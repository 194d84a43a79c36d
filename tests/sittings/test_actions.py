"""Calling a sitting pins the rules and their dates."""

from datetime import date

import pytest

from zhiheng.foundation.errors import Refused
from zhiheng.sittings.actions import call_sitting, offer
from zhiheng.sittings.queries import date_of, enrolment_ends, milestones
from zhiheng.standards.core.loader import load_rule_set
from zhiheng.standards.queries import conditions_of, rules_of, standard_of

pytestmark = pytest.mark.django_db


def test_an_offering_pins_its_rules_and_dates() -> None:
    sitting = call_sitting(by="test", day=date(2026, 11, 28))
    offering = offer(by="test", sitting=sitting, rule_set="000", programme="互联网营销师", level="初级")

    assert offering.title == "互联网营销师（初级）"
    assert date_of(offering, "enrolment_closes") == date(2026, 11, 21)
    assert enrolment_ends(offering).isoformat() == "2026-11-22T00:00:00+08:00"
    assert rules_of(offering.revision) == load_rule_set("ccia-000")
    assert conditions_of(offering.revision).rule_set == "ccia-000"
    assert standard_of(offering.revision) is None


def test_the_national_standard_is_pinned_with_its_tree() -> None:
    sitting = call_sitting(by="test", day=date(2026, 11, 28))
    offering = offer(
        by="test", sitting=sitting, rule_set="004", programme="internet-marketer", level="5", trade="B"
    )

    standard = standard_of(offering.revision)

    assert offering.title == "互联网营销师·直播销售员（五级/初级工）"
    assert standard is not None
    assert standard.name == "互联网营销师"


def test_a_level_the_trade_does_not_have_is_refused() -> None:
    sitting = call_sitting(by="test", day=date(2026, 11, 28))

    with pytest.raises(Refused) as refused:
        offer(by="test", sitting=sitting, rule_set="004", programme="internet-marketer", level="2", trade="D")

    assert refused.value.code == "trade-level"


def test_the_same_offering_twice_is_refused() -> None:
    sitting = call_sitting(by="test", day=date(2026, 11, 28))
    offer(by="test", sitting=sitting, rule_set="000", programme="internet-marketing", level="junior")

    with pytest.raises(Refused) as refused:
        offer(by="test", sitting=sitting, rule_set="000", programme="internet-marketing", level="junior")

    assert refused.value.code == "offered-already"


def test_milestones_run_in_order_and_know_today() -> None:
    sitting = call_sitting(by="test", day=date(2026, 9, 26))
    offering = offer(
        by="test", sitting=sitting, rule_set="000", programme="internet-marketing", level="junior"
    )
    line = milestones(offering, today=date(2026, 9, 26))

    assert [point.start for point in line] == sorted(point.start for point in line)
    assert [(point.key, point.flag) for point in line if point.state == "today"] == [
        ("sitting", "落在法定节假日")
    ]
