"""The hall takes as many files as it may, and no more connections than it has files for."""

import resource

import pytest

from zhiheng.delivery.hall.limits import Limits
from zhiheng.delivery.hall.process import FILES_BESIDE, room_for


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "raised", "granted"),
    [
        (1_024, 20_000, 15_000, 15_000 + FILES_BESIDE, 15_000),
        (1_024, 1_024, 15_000, None, 1_024 - FILES_BESIDE),
        (1_024, 4_096, 15_000, 4_096, 4_096 - FILES_BESIDE),
        (20_000, 20_000, 15_000, None, 15_000),
        (1_024, resource.RLIM_INFINITY, 15_000, 15_000 + FILES_BESIDE, 15_000),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 15_000, None, 15_000),
        (50, 50, 15_000, None, 1),
    ],
)
def test_connections_follow_the_files_that_may_be_open(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, wanted: int, raised: int | None, granted: int
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda what: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: asked.append(limits))

    assert room_for(Limits(connections=wanted)) == Limits(connections=granted)
    assert asked == ([(raised, hard)] if raised is not None else [])
