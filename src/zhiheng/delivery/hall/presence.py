"""Noticing when nobody was there: the hall itself, by a file that tells when it last lived, and a moved clock.

Another file tells whom the hall had not heard from when it last lived: that is in no row, for beats are no rows.
"""

import contextlib
import os
import time
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path

from zhiheng.delivery.core.attempt import Kind, control_entry
from zhiheng.delivery.core.outage import LEAST_MS
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.live import Live
from zhiheng.delivery.hall.packs import Place

HALL = "#hall"
"""Stands where an attempt's id stands in rows about the hall itself; no attempt can be called so."""
HEARTBEAT_FILE = "hall.heartbeat"
SILENCE_FILE = "hall.silent"
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


def _last_row(live: Live) -> int:
    """The newest that its rows tell of a machine; that it came back is a row too, and sooner written than the file."""
    came_back = max((note.facts["until"] for note in live.of(Kind.AWAY)), default=0)
    said = max((note.at for note in live.of(Kind.EVENT, Kind.COMMENT) if note.epoch), default=0)
    return max(live.heard_at, came_back, said)


class Silences:
    """Attempt -> since when its machine is not heard from, by the machine's own clock; the last line on it counts, 0: back.

    Never synced, like the heartbeat. What cannot be read is as good as not there: then all count as having been there.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        weakref.finalize(self, os.close, self._descriptor)

    def last(self) -> dict[str, int]:
        text = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0).decode("ascii", "replace")
        found: dict[str, int] = {}
        for line in text.splitlines():
            attempt, _, at = line.partition(" ")
            if len(at) == _WIDTH and at.isascii() and at.isdigit():
                found[attempt] = int(at)
        return {attempt: at for attempt, at in found.items() if at}

    def note(self, found: Mapping[str, int], *, anew: bool = False) -> None:
        """anew: nothing else is known any more."""
        lines = (f"{attempt} {at:0{_WIDTH}d}\n" for attempt, at in found.items())
        text = "\n" + "".join(lines)  # the line before may be torn
        with contextlib.suppress(OSError):
            if anew:
                os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, text.encode())


_WIDTH = 20


class Presence:
    """`tick` once a second. real: what the machine's own clock, which nobody moves for a demonstration, shows when
    the hall's shows this: told and not looked up, for a look a moment later would be another time.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        heartbeat: Heartbeat,
        silences: Silences,
        real: Callable[[int], int],
        steady: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000,
    ) -> None:
        self._desk = desk
        self._heartbeat = heartbeat
        self._silences = silences
        self._real = real
        self._steady = steady
        self._ahead: int | None = None
        self._told = True

    def tick(self, *, now: int) -> int:
        """By how much the clock was moved since the last tick, 0 as a rule."""
        ahead, jump = now - self._steady(), 0
        if self._ahead is None:
            self._wake(now)
        elif abs(ahead - self._ahead) > JUMP_MS:
            jump = ahead - self._ahead
            self._desk.clock_moved(jump)
        self._ahead = ahead
        self._keep_silences(now)
        if self._told:  # a hall killed before the row was kept must find the silence again
            self._heartbeat.beat(self._real(now))
        return jump

    def _wake(self, now: int) -> None:
        """Whoever was sitting while the hall was away is noted as cut off, and gets time to come back."""
        last = self._heartbeat.last()
        since = self._desk.latest if last is None else max(now - (self._real(now) - last), self._desk.latest)
        sitting = [
            place for place in self._desk.shelf.by_attempt.values() if self._sitting(place, since, now)
        ]
        if sitting and since > 0 and now - since >= LEAST_MS:
            body = {"from": since, "until": now}
            self._told = False
            self._desk.write(
                HALL,
                Kind.AWAY,
                lambda serial: control_entry(Kind.AWAY, HALL, serial=serial, body=body, at=now),
                self._beats_again,
            )
        self._take_up(since, now)

    def _beats_again(self) -> None:
        self._told = True

    def _take_up(self, since: int, now: int) -> None:
        """Of each machine the last that is known of it: until the hall went it counts as there unless it was not."""
        desk, ago = self._desk, self._real(now) - now
        silent = {attempt: at - ago for attempt, at in self._silences.last().items()}
        kept: dict[str, int] = {}
        for place in desk.shelf.by_attempt.values():
            attempt = place.candidate.attempt
            live = desk.peek(attempt)
            if not live.epoch or live.submitted:
                continue
            heard = max(silent.get(attempt, since), _last_row(live))
            if heard < since - place.silent_ms:
                desk.still_silent(attempt, live, since=heard)
                kept[attempt] = heard + ago
            elif self._sitting(place, since, now):
                live.heard_at = 0
                desk.hear(place, live, now=now)
            else:
                live.heard_at = heard
        self._silences.note(kept, anew=True)

    def _keep_silences(self, now: int) -> None:
        found, self._desk.silences = self._desk.silences, {}
        if found:
            ago = self._real(now) - now
            self._silences.note({attempt: at and at + ago for attempt, at in found.items()})

    def _sitting(self, place: Place, since: int, now: int) -> bool:
        live = self._desk.peek(place.candidate.attempt)
        if not live.epoch or live.submitted or live.opened_at > since:
            return False
        return place.starts_ms < now and since < live.deadline(place.ends_ms, now=now)
