"""So many requests a minute, counted apart by address and by name."""

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.throttle import admit


def ask(address: str = "203.0.113.1", name: str = "door") -> None:
    admit(RequestFactory(REMOTE_ADDR=address).get("/"), name=name, limit=3)


def test_the_limit_is_reached_by_one_address_at_one_door() -> None:
    cache.clear()
    for _ in range(3):
        ask()
    with pytest.raises(Refused) as refused:
        ask()
    assert refused.value.code == "too-many"

    ask(address="203.0.113.2")
    ask(name="window")


def test_a_count_that_ended_meanwhile_refuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    for _ in range(3):
        ask()

    def gone(key: str) -> int:
        raise ValueError(key)

    monkeypatch.setattr("zhiheng.plumbing.throttle.cache.incr", gone)
    ask()
