"""Both providers, set up and listening."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.payments.channels.providers import Alipay, WeChat, new_key, serving


@pytest.fixture(scope="session")
def keys() -> list[rsa.RSAPrivateKey]:
    """Ours and theirs; making them takes a moment."""
    return [new_key(), new_key()]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def wechat(keys: list[rsa.RSAPrivateKey], tmp_path: Path, settings: Any) -> Iterator[WeChat]:
    folder = tmp_path / "wechat"
    folder.mkdir()
    provider = WeChat(ours=keys[0], theirs=keys[1], folder=folder)
    with serving(provider):
        settings.PAY_WECHAT = provider.settings()
        yield provider


@pytest.fixture
def alipay(keys: list[rsa.RSAPrivateKey], tmp_path: Path, settings: Any) -> Iterator[Alipay]:
    folder = tmp_path / "alipay"
    folder.mkdir()
    provider = Alipay(ours=keys[0], theirs=keys[1], folder=folder)
    with serving(provider):
        settings.PAY_ALIPAY = provider.settings()
        yield provider
