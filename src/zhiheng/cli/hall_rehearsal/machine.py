"""The hall of a rehearsal: a real process with a data directory of its own, started, killed and started again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from zhiheng.cli.processes import free_port
from zhiheng.cli.spawning import Company, answers, plain_environment, wait_until

_TICKS = os.sysconf("SC_CLK_TCK")


class HallProcess:
    """address: stays the same over restarts."""

    def __init__(self, company: Company) -> None:
        self.data = company.folder / "hall"
        self.address = ("127.0.0.1", free_port())
        self._company = company
        self._log = company.folder / "hall.log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{self.address[0]}:{self.address[1]}"

    def start(self) -> None:
        """Returns when the hall answers. Raises: Refused with its last words when it does not."""
        words = [
            sys.executable, "-c", "from zhiheng.cli.main import main; main()", "hall",
            "--data", str(self.data), "--port", str(self.address[1]),
        ]  # fmt: skip
        self._child = self._company.start(words, log=self._log, env=plain_environment())
        wait_until(lambda: answers(f"{self.url}/healthz"), self._child, words="考场服务", log=self._log)

    def kill(self) -> None:
        """As a power cut would: nothing is finished."""
        if self._child is not None:
            self._company.end(self._child, number=signal.SIGKILL)
            self._child = None

    def stop(self) -> None:
        """Asked to leave; what is in hand is finished."""
        if self._child is not None:
            self._company.end(self._child)
            self._child = None

    def cpu_seconds(self) -> float:
        """User and system time of the process so far; 0 when it is not running."""
        if self._child is None:
            return 0.0
        fields = Path(f"/proc/{self._child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


def sync_times(folder: Path, *, count: int = 200) -> list[float]:
    """Milliseconds of so many appends of 4 KB, each followed by fdatasync, ascending."""
    path = folder / "sync.probe"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    times = []
    try:
        for _ in range(count):
            os.write(descriptor, b"\0" * 4096)
            began = time.perf_counter()
            os.fdatasync(descriptor)
            times.append((time.perf_counter() - began) * 1000)
    finally:
        os.close(descriptor)
        path.unlink()
    return sorted(times)
