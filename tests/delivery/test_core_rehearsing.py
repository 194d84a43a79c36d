"""Go or no-go: every condition is named, and one that is not met is enough for no."""

from dataclasses import replace
from typing import Any

import pytest

from zhiheng.delivery.core.rehearsing import Rehearsed, decide_go

GOOD = Rehearsed(
    candidates=200,
    questions=60,
    open_files=20_000,
    free_bytes=10**10,
    sync_ms=0.3,
    signed_in=200,
    opened=200,
    start_seconds=2.1,
    acknowledged=300,
    missing=0,
    doubled=0,
    disordered=0,
    save_ms=4.0,
    cpu_share=0.02,
    cut=10,
    moved=4,
    stuck=(),
    restart_seconds=1.2,
    submitted=200,
    receipts=200,
)
ALL = [
    "open-files",
    "disk-space",
    "sync-time",
    "cpu-share",
    "signed-in",
    "opened",
    "start-time",
    "answers-kept",
    "save-time",
    "stuck",
    "restart-time",
    "submitted",
    "receipts",
]


def test_a_good_rehearsal_is_a_go_with_every_condition_named() -> None:
    decision = decide_go(GOOD)

    assert decision.granted
    assert [reason.code for reason in decision.reasons] == ALL
    assert all(reason.remedy == "" for reason in decision.reasons)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"open_files": 499}, "open-files"),
        ({"free_bytes": 200 * 60 * 3 * 700 - 1}, "disk-space"),
        ({"sync_ms": 20.1}, "sync-time"),
        ({"cpu_share": 0.51}, "cpu-share"),
        ({"signed_in": 199}, "signed-in"),
        ({"opened": 199}, "opened"),
        ({"start_seconds": 10.1}, "start-time"),
        ({"acknowledged": 0}, "answers-kept"),
        ({"missing": 1}, "answers-kept"),
        ({"doubled": 1}, "answers-kept"),
        ({"disordered": 1}, "answers-kept"),
        ({"save_ms": 501.0}, "save-time"),
        ({"stuck": ("作答：403",)}, "stuck"),
        ({"restart_seconds": 15.1}, "restart-time"),
        ({"submitted": 199}, "submitted"),
        ({"receipts": 199}, "receipts"),
    ],
)
def test_one_condition_is_enough_for_no(change: dict[str, Any], code: str) -> None:
    decision = decide_go(replace(GOOD, **change))

    assert [reason.code for reason in decision.unmet] == [code]
    assert all(reason.remedy for reason in decision.unmet)


def test_the_limits_themselves_are_met() -> None:
    edge = replace(GOOD, open_files=500, free_bytes=200 * 60 * 3 * 700, sync_ms=20.0, cpu_share=0.5)
    assert decide_go(edge).granted


def test_a_server_that_was_not_killed_is_not_judged_by_it() -> None:
    codes = [reason.code for reason in decide_go(replace(GOOD, restart_seconds=None)).reasons]
    assert codes == [code for code in ALL if code != "restart-time"]
