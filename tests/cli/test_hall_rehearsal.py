"""The rehearsed sitting: its ledger, and a small one against a real hall."""

from pathlib import Path

import pytest

from tests.cli.answers import run
from zhiheng.cli.hall_rehearsal.ledger import Ledger, compare
from zhiheng.cli.hall_rehearsal.play import percentile
from zhiheng.cli.hall_rehearsal.sitter import Acknowledged
from zhiheng.delivery.core.attempt import Entry, opened_entry


def row(place: int, item: str, seq: int, body: str, *, attempt: str = "a") -> Entry:
    return Entry(
        id=place, attempt=attempt, epoch=1, item=item, seq=seq, kind="answer", body=body, server_time=1
    )


def said(item: str, seq: int, body: str, *, attempt: str = "a") -> Acknowledged:
    return Acknowledged(attempt, 1, item, seq, body)


def test_what_was_acknowledged_and_lies_in_the_log_is_in_order() -> None:
    rows = [
        opened_entry("a", epoch=1, at=1),
        row(1, "x", 1, '"A"'),
        row(2, "y", 2, '"B"'),
        row(3, "x", 3, '"C"'),
    ]
    assert compare([said("x", 1, '"A"'), said("y", 2, '"B"'), said("x", 3, '"C"')], rows) == Ledger(
        missing=0, doubled=0, disordered=0
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(1, "x", 1, '"A"')], (1, 0, 0)),
        ([row(1, "x", 1, '"A"'), row(2, "x", 2, '"Z"')], (1, 0, 0)),
        ([row(1, "x", 1, '"A"'), row(2, "x", 2, '"B"'), row(3, "x", 2, '"B"')], (0, 1, 0)),
        ([row(1, "x", 2, '"B"'), row(2, "x", 1, '"A"')], (0, 0, 1)),
        ([row(1, "x", 1, '"A"', attempt="b"), row(2, "x", 2, '"B"')], (1, 0, 0)),
    ],
)
def test_what_went_wrong_is_counted(rows: list[Entry], expected: tuple[int, int, int]) -> None:
    found = compare([said("x", 1, '"A"'), said("x", 2, '"B"')], rows)
    assert (found.missing, found.doubled, found.disordered) == expected


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert (percentile([], 0.99), percentile([1.0], 0.99), percentile([1.0, 2.0, 3.0, 4.0], 0.5)) == (0, 1, 3)


def test_a_small_sitting_is_rehearsed_from_the_waiting_room_to_the_receipts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run(
        capsys, "hall", "rehearse", "--candidates", "12", "--seconds", "6", "--pace", "0.5", "--data", str(tmp_path), "--json"
    )  # fmt: skip
    facts = done.data

    assert {
        check["code"]: check["met"] for check in facts["checks"] if check["code"] not in MACHINE
    } == dict.fromkeys(("signed-in", "opened", "answers-kept", "stuck", "submitted", "receipts"), True)
    assert facts["go"] == (done.code == 0) == all(check["met"] for check in facts["checks"])
    assert list(tmp_path.iterdir()) == []


MACHINE = {"open-files", "disk-space", "sync-time", "cpu-share", "start-time", "save-time", "restart-time"}
