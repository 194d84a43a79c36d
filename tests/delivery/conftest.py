"""What asks a hall waits for it."""

import pytest

from tests.delivery.running import wait_patiently


@pytest.fixture(autouse=True)
def _a_hall_may_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_patiently(monkeypatch)
