"""So many requests a minute, counted apart by address and by name."""

from typing import Any

import pytest
from django.test import RequestFactory

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.throttle import address_of, admit


def ask(address: str = "203.0.113.1", name: str = "door") -> None:
    admit(RequestFactory(REMOTE_ADDR=address).get("/"), name=name, limit=3)


def test_the_limit_is_reached_by_one_address_at_one_door() -> None:
    for _ in range(3):
        ask()
    with pytest.raises(Refused) as refused:
        ask()
    assert refused.value.code == "too-many"

    ask(address="203.0.113.2")
    ask(name="window")


def test_a_count_that_ended_meanwhile_refuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        ask()

    def gone(key: str) -> int:
        raise ValueError(key)

    with monkeypatch.context() as ended:
        ended.setattr("zhiheng.plumbing.throttle.cache.incr", gone)
        ask()
    with pytest.raises(Refused):  # had it not ended
        ask()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.7", "203.0.113.1"),  # the header is anybody's
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1, 198.51.100.7", "198.51.100.7"),  # the client wrote the first
        (2, "10.0.0.1, 198.51.100.7, 192.0.2.5", "198.51.100.7"),
        (2, "198.51.100.7", "203.0.113.1"),  # came past a proxy
        (1, "", "203.0.113.1"),
    ],
)
def test_behind_proxies_the_address_is_the_one_they_saw(
    settings: Any, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory(REMOTE_ADDR="203.0.113.1").get("/", HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == address
