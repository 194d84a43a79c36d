"""Noticing when nobody was there: the hall itself, by a file that tells when it last lived, and a moved clock."""

import contextlib
import os
import time
import weakref
from collections.abc import Callable
from pathlib import Path

from zhiheng.delivery.core.attempt import Kind, control_entry
from zhiheng.delivery.core.outage import LEAST_MS
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.packs import Place

HALL = "#hall"
"""Stands where an attempt's id stands in rows about the hall itself; no attempt can be called so."""
HEARTBEAT_FILE = "hall.heartbeat"
JUMP_MS = 5_000


class Heartbeat:
    """Milliseconds since 1970 UTC by the machine's own clock, in place; never synced: it costs nothing."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        weakref.finalize(self, os.close, self._descriptor)

    def last(self) -> int | None:
        said = os.pread(self._descriptor, 32, 0).strip()
        return int(said) if said.isdigit() else None

    def beat(self, at: int) -> None:
        with contextlib.suppress(OSError):  # a full disk must not stop the second's other work
            os.pwrite(self._descriptor, f"{at:020d}\n".encode(), 0)


class Presence:
    """`tick` once a second. real: the machine's own clock, which nobody moves for a demonstration."""

    def __init__(
        self,
        desk: Desk,
        *,
        heartbeat: Heartbeat,
        real: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        steady: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000,
    ) -> None:
        self._desk = desk
        self._heartbeat = heartbeat
        self._real = real
        self._steady = steady
        self._ahead: int | None = None

    def tick(self, *, now: int) -> int:
        """By how much the clock was moved since the last tick, 0 as a rule."""
        ahead, jump = now - self._steady(), 0
        if self._ahead is None:
            self._wake(now)
        elif abs(ahead - self._ahead) > JUMP_MS:
            jump = ahead - self._ahead
            self._desk.clock_moved(jump)
        self._ahead = ahead
        self._heartbeat.beat(self._real())
        return jump

    def _wake(self, now: int) -> None:
        """Whoever was sitting while the hall was away is noted as cut off, and gets time to come back."""
        last = self._heartbeat.last()
        since = self._desk.latest if last is None else max(now - (self._real() - last), self._desk.latest)
        sitting = [
            place for place in self._desk.shelf.by_attempt.values() if self._sitting(place, since, now)
        ]
        if sitting and since > 0 and now - since >= LEAST_MS:
            body = {"from": since, "until": now}
            self._desk.write(
                HALL,
                Kind.AWAY,
                lambda serial: control_entry(Kind.AWAY, HALL, serial=serial, body=body, at=now),
                lambda: None,
            )
        for place in sitting:
            live = self._desk.live(place.candidate.attempt)
            live.heard_at = 0
            self._desk.hear(place, live, now=now)

    def _sitting(self, place: Place, since: int, now: int) -> bool:
        live = self._desk.peek(place.candidate.attempt)
        if not live.epoch or live.submitted or live.opened_at > since:
            return False
        return place.starts_ms < now and since < live.deadline(place.ends_ms, now=now)
