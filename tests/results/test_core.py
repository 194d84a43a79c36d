"""Pass or fail by the pinned rules."""

from decimal import Decimal as Dec

import pytest

from zhiheng.results.core.passing import ComponentMark, decide_pass


def component(key: str, marks: str | None) -> ComponentMark:
    return ComponentMark(
        key=key, name=key, marks=None if marks is None else Dec(marks), pass_marks=Dec(60), rule="1.9.2"
    )


@pytest.mark.parametrize(
    ("marks", "outcome"),
    [
        (["60"], "passed"),
        (["59.5"], "failed"),
        (["59.99"], "failed"),
        ([None], "absent"),
        (["60", "60", "60"], "passed"),
        (["100", "59", "100"], "failed"),
        (["80", None], "failed"),
        ([None, None], "absent"),
    ],
)
def test_every_component_must_reach_sixty(marks: list[str | None], outcome: str) -> None:
    standing = decide_pass([component(str(place), mark) for place, mark in enumerate(marks)], makeup="可补考")

    assert standing.outcome == outcome
    assert standing.decision.granted == (outcome == "passed")


def test_the_reckoning_is_told_line_by_line() -> None:
    standing = decide_pass(
        [component("理论", "72.50"), component("技能", "58.00"), component("评审", None)], makeup="可补考"
    )

    assert [(line["text"], line["met"], line["remedy"]) for line in standing.reckoning] == [
        ("理论 72.5 ≥ 60", True, ""),
        ("技能 58 < 60", False, "可补考"),
        ("评审 缺考", False, "可补考"),
    ]
