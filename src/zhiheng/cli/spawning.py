"""Processes that end with the measurement, whatever happens to it."""

import contextlib
import os
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx

from zhiheng.foundation.errors import Refused

# prctl(PR_SET_PDEATHSIG, SIGTERM), which holds beyond exec
_TIE = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 15, 0, 0, 0); os.execvp(sys.argv[1], sys.argv[1:])"
# Whoever started us may have gone before the kernel was told: then it will send nothing any more.
_UNLESS_ALONE = '[ "$PPID" = "$0" ] && exec "$@"'


class Company:
    """The folder and the children of one measurement; `end_all` leaves none of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._children: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        words: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        owner: "pwd.struct_passwd | None" = None,
        stdin: bool = False,
        stdout: bool = False,
    ) -> "subprocess.Popen[bytes]":
        """A child in a process group of its own that the kernel ends should this process die."""
        with log.open("ab") as sink:
            child = subprocess.Popen(
                [*_tied(), "/bin/sh", "-c", _UNLESS_ALONE, str(os.getpid()), *words],
                env=dict(env) if env is not None else None,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE if stdout else sink,
                stderr=sink,
                start_new_session=True,
                cwd="/" if owner else None,
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
            )
        self._children.append(child)
        return child

    def end(self, child: "subprocess.Popen[bytes]", *, number: int = signal.SIGTERM) -> None:
        """End a child's whole group: asked first, then killed."""
        _signal_group(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=10)
        _signal_group(child.pid, signal.SIGKILL)
        child.wait()
        if child in self._children:
            self._children.remove(child)

    def end_all(self) -> None:
        for child in tuple(self._children):
            self.end(child, number=signal.SIGKILL)


@contextmanager
def company() -> Iterator[Company]:
    """Everything lies in a temporary folder that goes with it; SIGTERM ends it in order, too."""
    before = signal.signal(signal.SIGTERM, _leave)
    with tempfile.TemporaryDirectory(prefix="zhiheng-bench-hall-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another account and must reach its own folder
        own = Company(Path(folder))
        try:
            yield own
        finally:
            own.end_all()
            signal.signal(signal.SIGTERM, before)


def _leave(signum: int, frame: object) -> None:
    raise SystemExit(128 + signum)


@cache
def _tied() -> tuple[str, ...]:
    """What starts a program so that the kernel sends it SIGTERM when we end.

    Done by the child itself after it has begun: Python run between fork and exec may wait for a lock that a
    thread of ours held, and then for ever.
    """
    program = shutil.which("setpriv")  # of util-linux
    return (program, "--pdeathsig", "TERM", "--") if program else (sys.executable, "-I", "-c", _TIE)


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def plain_environment(**more: str) -> dict[str, str]:
    """Our environment without the platform's settings: nothing of the user's data is touched."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ZHIHENG_", "DJANGO_")) and name != "DATABASE_URL"
    }
    return kept | more


def wait_until(ready: Callable[[], bool], child: "subprocess.Popen[bytes]", *, words: str, log: Path) -> None:
    """Raises: Refused with the child's last words when it ends or does not answer within a minute."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends and child.poll() is None:
        if ready():
            return
        time.sleep(0.02)
    last = log.read_text(errors="replace")[-1500:] if log.exists() else ""
    raise Refused(
        what=f"{words}没有启动：{last.strip() or '没有输出'}",
        remedy="请按上面的输出处理后重试",
        code="bench-start",
    )


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code < 500
    except httpx.TransportError:
        return False


def raise_open_files(wanted: int) -> int:
    """Let this process and its children open as many files as they may; how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
            return wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(soft, hard)


def open_files() -> int:
    """How many files this process and its children may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
