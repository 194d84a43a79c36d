"""The hall's clock, moved by the demonstration's offset, and the machine's own."""

import json
import time
from pathlib import Path

import pytest

from zhiheng.delivery.hall.clock import CLOCK_FILE, HallClock


@pytest.mark.parametrize("seconds", [0, 3600, -0.25])
def test_the_machines_own_time_is_told_for_the_very_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    (tmp_path / CLOCK_FILE).write_text(json.dumps({"offset_seconds": seconds}))
    clock = HallClock(tmp_path)
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.5)
    now = clock.now()
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.75)  # a look later

    assert (now, clock.real(now)) == (1_800_000_000_500 + round(seconds * 1000), 1_800_000_000_500)
