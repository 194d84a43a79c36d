"""The hall's clock: real time, moved by the demo offset that all processes share."""

import json
import time
from pathlib import Path

CLOCK_FILE = "clock.json"


class HallClock:
    """Milliseconds since 1970 UTC. The offset file is looked at once a second at most."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / CLOCK_FILE
        self._looked = float("-inf")
        self._stamp: int | None = None
        self._offset_ms = 0

    def now(self) -> int:
        wall = time.time()
        if not self._looked <= wall < self._looked + 1:  # also when somebody has set the clock back
            self._looked = wall
            self._look()
        return int(wall * 1000) + self._offset_ms

    def real(self, now: int) -> int:
        """What the machine's own clock shows when this one shows `now`."""
        return now - self._offset_ms

    def _look(self) -> None:
        try:
            stamp = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            self._stamp, self._offset_ms = None, 0
            return
        if stamp == self._stamp:
            return
        try:
            self._offset_ms = int(float(json.loads(self._path.read_bytes())["offset_seconds"]) * 1000)
        except (ValueError, KeyError, TypeError):
            return  # half-written: keep the old offset and look again
        self._stamp = stamp
