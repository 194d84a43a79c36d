"""Web, worker and hall as three child processes that live and die together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import httpx

from zhiheng.foundation.addresses import http_address
from zhiheng.foundation.errors import ZhihengError

PATIENCE_SECONDS = 60


class DidNotStart(ZhihengError):
    """A service did not answer in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    host: str
    web_port: int
    hall_port: int

    @property
    def web(self) -> str:
        return http_address(self.host, self.web_port)

    @property
    def hall(self) -> str:
        return http_address(self.host, self.hall_port)


def commands(addresses: Addresses, *, worker: bool) -> dict[str, list[str]]:
    python = sys.executable
    web = [
        python, "-m", "granian", "--interface", "wsgi", "--host", addresses.host, "--port", str(addresses.web_port),
        "--blocking-threads", "4", "--log-level", "warning", "zhiheng.config.wsgi:application",
    ]  # fmt: skip
    hall = [
        python, "-c", "from zhiheng.cli.main import main; main()", "hall",
        "--host", addresses.host, "--port", str(addresses.hall_port),
    ]  # fmt: skip
    jobs = [python, "-m", "django", "db_worker", "--interval", "0.5", "--no-startup-delay"]
    return {"web": web, "hall": hall} | ({"worker": jobs} if worker else {})


def environment(addresses: Addresses, **extra: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "zhiheng.config.settings",
        "ZHIHENG_PUBLIC_URL": os.environ.get("ZHIHENG_PUBLIC_URL", addresses.web),
        "ZHIHENG_HALL_URL": os.environ.get("ZHIHENG_HALL_URL", addresses.hall),
        **extra,
    }


@contextmanager
def running(
    addresses: Addresses, *, worker: bool, **extra: str
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The services, answering; all are ended on the way out, politely first."""
    variables = environment(addresses, **extra)
    signal.signal(signal.SIGTERM, _leave)  # so that the children are ended however early the asking comes
    children = {
        name: subprocess.Popen(words, env=variables, start_new_session=True)
        for name, words in commands(addresses, worker=worker).items()
    }
    try:
        _wait_until_answering(f"{addresses.web}/healthz", children["web"], "网站")
        _wait_until_answering(f"{addresses.hall}/healthz", children["hall"], "考场服务")
        yield children
    finally:
        _end(children)


def watch(children: dict[str, subprocess.Popen[bytes]]) -> int:
    """Stay until Ctrl+C or SIGTERM asks to stop (0), or one child dies, which ends the rest (1)."""
    try:
        while all(child.poll() is None for child in children.values()):
            time.sleep(0.3)
    except (KeyboardInterrupt, SystemExit):
        return 0
    return 1


def _leave(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + signum)


def _wait_until_answering(url: str, child: subprocess.Popen[bytes], words: str) -> None:
    for _ in range(PATIENCE_SECONDS * 5):
        if child.poll() is not None:
            raise DidNotStart(
                f"{words}启动失败（退出码 {child.returncode}）：请看上面的输出，常见原因是端口已被占用。"
            )
        try:
            if httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise DidNotStart(f"{words}在 {PATIENCE_SECONDS} 秒内没有应答：{url}")


def _end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
    for child in children.values():
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


_promised: list[socket.socket] = []


def free_port() -> int:
    """A port nobody listens on and, on Linux, nobody else is given as long as this process lives.

    A socket that is bound and does not listen keeps it: a server that names the port may bind beside it
    (SO_REUSEADDR), but the kernel gives it to no other search and to no outgoing connection.
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port: int = probe.getsockname()[1]
    if sys.platform == "linux":
        _promised.append(probe)
    else:
        probe.close()
    return port
