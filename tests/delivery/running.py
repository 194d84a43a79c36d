"""A hall as a real process, and how a test talks to it."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.delivery.packs import ID_NUMBER

PATIENCE = 60  # seconds; a busy machine is slow, not wrong
COMMAND = [sys.executable, "-c", "from zhiheng.cli.main import main; main()", "hall"]


def ago(**time: float) -> datetime:
    """So long before this call, by the machine's clock, which the hall reads.

    A test asks when it begins: that may be half an hour after its file was read.
    """
    return datetime.now(UTC) - timedelta(**time)  # noqa: TID251 - see above


def wait_patiently(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of staff gives a hall that is slow up after seconds, and news after half a one; in a test it is waited for."""
    from zhiheng.delivery import hall_line, pulse  # who starts a site's commands imports this before Django

    monkeypatch.setattr(hall_line, "LOOK_SECONDS", PATIENCE)
    monkeypatch.setattr(hall_line, "NEWS_SECONDS", PATIENCE)
    monkeypatch.setattr(pulse, "TIMEOUT_SECONDS", PATIENCE)


def in_an_hour() -> int:
    """When a pass ends that no test waits for; ms."""
    return round((time.time() + 3600) * 1000)


@dataclass
class Running:
    """A hall process and how to talk to it."""

    data: Path
    port: int
    process: "subprocess.Popen[bytes]"
    tickets: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, method: str, path: str, body: Any = None, *, token: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.request(
            method, f"{self.url}/hall/{path}", json=body, headers=headers, timeout=PATIENCE, trust_env=False
        )

    def sign_in(self, place: int = 0, *, id_number: str = ID_NUMBER, machine: str = "") -> httpx.Response:
        asked = {"ticket": self.tickets[place], "id_number": id_number, "machine": machine}
        return self.call("POST", "signin", asked)

    def save(self, token: str, item: str, value: Any, seq: int) -> httpx.Response:
        return self.call(
            "POST", "answer", {"item": item, "seq": seq, "value": value, "client_time": ""}, token=token
        )


def start(data: Path, port: int, *more: str) -> "subprocess.Popen[bytes]":
    plain = {key: value for key, value in os.environ.items() if not key.startswith("ZHIHENG_")}
    process = subprocess.Popen(
        [*COMMAND, "--data", str(data), "--port", str(port), *more], env=plain, stderr=subprocess.DEVNULL
    )
    wait_until_answering(port, process)
    return process


def wait_until_answering(port: int, process: "subprocess.Popen[Any]") -> None:
    """Until the hall on this port answers, or its process has ended."""
    give_up = time.monotonic() + PATIENCE
    while process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5, trust_env=False)
            return
        except httpx.TransportError:
            assert time.monotonic() < give_up, "The hall did not answer."
            time.sleep(0.05)
