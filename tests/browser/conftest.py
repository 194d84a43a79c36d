"""A real Chromium before a real site: a rehearsed demonstration, served by the product's own command."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.delivery.running import PATIENCE, wait_patiently
from zhiheng.cli.processes import free_port

expect.set_options(timeout=60_000)  # a busy machine is slow, not wrong; a page asks again within 24 seconds
COMMAND = [sys.executable, "-c", "from zhiheng.cli.main import main; main()"]
CANDIDATES = "12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """web, hall: addresses; folder: the demonstration's data; artefacts in folder/demo."""

    web: str
    hall: str
    folder: Path


@pytest.fixture(autouse=True)
def _a_hall_may_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_patiently(monkeypatch)


@pytest.fixture(autouse=True)
def _every_machine_is_switched_off(request: pytest.FixtureRequest) -> Iterator[None]:
    """No page of a test is left to ask a server of the next one."""
    yield
    if "chromium" in request.fixturenames:
        for context in request.getfixturevalue("chromium").contexts:
            context.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Rehearsed with a few candidates, then served until the last browser test is over."""
    folder = tmp_path_factory.mktemp("site")
    web, hall = free_port(), free_port()
    address = f"http://127.0.0.1:{web}"
    plain = {
        key: value
        for key, value in os.environ.items()
        if key not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    environment = plain | {
        "ZHIHENG_VAR": str(folder),
        "ZHIHENG_PUBLIC_URL": address,
        "ZHIHENG_HALL_URL": f"http://127.0.0.1:{hall}",
    }
    rehearsed = subprocess.run(
        [
            *COMMAND,
            "rehearse",
            "--demo",
            "--no-serve",
            "--candidates",
            CANDIDATES,
            "--out",
            str(folder / "demo"),
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert rehearsed.returncode == 0, rehearsed.stderr[-3000:]
    log = (folder / "serve.log").open("wb")
    served = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(web), "--hall-port", str(hall)],
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        wait_until_answering(f"{address}/healthz", served)
        yield Site(web=address, hall=f"http://127.0.0.1:{hall}", folder=folder)
    finally:
        served.send_signal(signal.SIGTERM)
        served.wait(timeout=90)
        log.close()


def wait_until_answering(url: str, process: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < give_up:
        assert process.poll() is None, "The site ended before it answered."
        try:
            if httpx.get(url, timeout=PATIENCE, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail(f"{url} did not answer.")
