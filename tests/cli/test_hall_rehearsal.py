"""A small sitting rehearsed against a real hall."""

from pathlib import Path

import pytest

from tests.cli.answers import run


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
