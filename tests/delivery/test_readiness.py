"""Go or no-go, condition by condition."""

from dataclasses import replace

import pytest

from zhiheng.delivery.core.readiness import Facts, decide_ready

READY = Facts(
    sealed=1,
    tickets=2,
    awaiting=0,
    unplaced=0,
    rooms=1,
    short_rooms=(),
    ratio_rule="每 15 名考生至少 1 名",
    hall_answers=True,
    offset_seconds=-2.0,
)


def unmet(**changes: object) -> list[str]:
    return [reason.code for reason in decide_ready(replace(READY, **changes)).unmet]  # type: ignore[arg-type]


def test_everything_ready_is_go() -> None:
    decision = decide_ready(READY)

    assert (decision.granted, len(decision.reasons)) == (True, 6)
    assert [reason.remedy for reason in decision.reasons] == [""] * 6


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"sealed": 0}, ["no-sealed-paper"]),
        ({"awaiting": 1}, ["no-ticket"]),
        ({"tickets": 0}, ["no-ticket", "not-seated"]),
        ({"unplaced": 1}, ["not-seated"]),
        ({"short_rooms": ("第一考场",)}, ["invigilators"]),
        ({"rooms": 0}, ["invigilators"]),
        ({"hall_answers": False, "offset_seconds": None}, ["hall-silent", "clock-offset"]),
        ({"loaded": False}, ["not-loaded"]),
        ({"loaded": True}, []),
        ({"offset_seconds": 2.1}, ["clock-offset"]),
        ({"offset_seconds": -2.1}, ["clock-offset"]),
    ],
)
def test_each_condition_stops_it_alone(changes: dict[str, object], codes: list[str]) -> None:
    assert unmet(**changes) == codes


def test_the_rooms_that_are_short_are_named() -> None:
    decision = decide_ready(replace(READY, rooms=3, short_rooms=("第一考场", "第三考场")))

    assert [reason.text for reason in decision.unmet] == ["监考人数不够：第一考场、第三考场"]
