"""What the hall knows of an attempt without asking the log: rebuilt from its rows, in whatever order they come.

Answers themselves stay in the log; of them only which questions have one is known, for the console.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from zhiheng.delivery.core.attempt import Entry, Kind, pauses
from zhiheng.delivery.hall.packs import Asked

NOTES_LIMIT = 500
"""Events and comments of one attempt; a page that reports more than that is not heard."""

TOLD = frozenset({Kind.GRANTED_TIME, Kind.PAUSED, Kind.RESUMED, Kind.MESSAGE, Kind.SUBMITTED, Kind.ADJUSTED})
"""What the page must learn of when others do it: each such row raises `rev` by one."""


PROVEN = "seb"
"""What the row of an opening says of a browser that proved its configuration."""


class Note(msgspec.Struct, frozen=True):
    """A control row as the desk keeps it. at: milliseconds since 1970 UTC. id: its place in the log."""

    kind: str
    epoch: int
    seq: int
    at: int
    id: int
    facts: dict[str, Any]


@dataclass(slots=True)
class Asking:
    """A second machine at the door. decision: "", "allowed" or "denied". heard_at: when it last asked."""

    serial: int
    machine: str
    peer: str
    heard_at: int
    row: int
    why: str = ""
    decision: str = ""


@dataclass(slots=True)
class Live:
    """epoch: of the session in force, 0 before the first. granted_minutes: in total. rev: see `TOLD`.

    paused_ms: of finished pauses. paused_at: since when the clock stands. answered: one bit for each
    question of the paper that has an answer. heard_at: when the machine in force last asked for anything.
    machine, peer: its own id and its address. proven: it showed the prescribed browser; doubted: it is noted
    that one did not. volume: characters its answers came to since the hall started. watched, silent: for the console. All times are milliseconds since 1970 UTC.
    """

    epoch: int = 0
    opened_at: int = 0
    submitted: bool = False
    granted_minutes: int = 0
    paused_ms: int = 0
    paused_at: int | None = None
    rev: int = 0
    answered: int = 0
    heard_at: int = 0
    events: int = 0
    machine: str = ""
    peer: str = ""
    machines: tuple[str, ...] = ()
    asking: Asking | None = None
    watched: bool = False
    silent: bool = False
    proven: bool = False
    volume: int = 0
    doubted: bool = False
    notes: dict[tuple[str, int, int], Note] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)

    def deadline(self, ends_ms: int, *, now: int | None = None) -> int:
        """The deadline of a pack moved by time granted and pauses, the running one until `now`."""
        standing = max(now - self.paused_at, 0) if now is not None and self.paused_at is not None else 0
        return ends_ms + self.granted_minutes * 60_000 + self.paused_ms + standing

    def next_serial(self, kind: Kind) -> int:
        """The next free number of a kind of row; two askings in one batch get two numbers."""
        serial = self.reserved.get(kind, 0)
        self.reserved[kind] = serial + 1
        return serial

    def number_taken(self, row: Entry) -> None:
        """A control row of this kind has this number, whoever wrote it."""
        self.reserved[row.kind] = max(self.reserved.get(row.kind, 0), row.seq + 1)

    def of(self, *kinds: Kind) -> list[Note]:
        """The notes of some kinds, in log order."""
        return sorted((note for note in self.notes.values() if note.kind in kinds), key=lambda note: note.id)

    def pause_reason(self) -> str:
        paused = self.of(Kind.PAUSED)
        return str(paused[-1].facts.get("reason", "")) if paused else ""

    def accommodation(self) -> tuple[str, str] | None:
        """What the back office granted after the pack was out, in both languages; None when it said nothing."""
        said = max(self.of(Kind.ADJUSTED), key=lambda note: note.seq, default=None)
        return None if said is None else (str(said.facts.get("zh", "")), str(said.facts.get("en", "")))

    def has(self, kind: Kind, key: str) -> bool:
        """Whether a row of this kind was asked for by this very act before."""
        return bool(key) and any(note.facts.get("key") == key for note in self.of(kind))

    def take(self, row: Entry) -> bool:
        """Take up a durable control row; whether it was news. A row may come twice, and late."""
        if row.kind == Kind.OPENED:
            return self._opened(row)
        key = (row.kind, row.epoch, row.seq)
        if key in self.notes:
            return False
        facts = msgspec.json.decode(row.body)
        self.notes[key] = Note(row.kind, row.epoch, row.seq, row.server_time, row.id, facts)
        if row.epoch == 0:
            self.number_taken(row)
        if row.kind in TOLD or (row.kind == Kind.EVENT and row.epoch == 0):
            self.rev += 1
        act = _TAKEN.get(row.kind)
        if act is not None:
            act(self, row)
        return True

    def mark(self, bit: int, *, given: bool) -> None:
        """Note that the question of this bit has an answer, or has none any more."""
        self.answered = self.answered | bit if given else self.answered & ~bit

    def _opened(self, row: Entry) -> bool:
        facts = msgspec.json.decode(row.body)
        machine = str(facts.get("machine") or f"#{row.epoch}")
        if machine not in self.machines:
            self.machines = (*self.machines, machine)
        if self.asking is not None and row.id > self.asking.row:
            self.asking = None
        if not self.opened_at or row.server_time < self.opened_at:
            self.opened_at = row.server_time
        newer = row.epoch >= self.epoch
        if newer:
            self.epoch, self.machine, self.peer = row.epoch, facts.get("machine", ""), facts.get("peer", "")
            self.proven = facts.get("browser") == PROVEN
            self.heard_at = max(self.heard_at, row.server_time)
        return newer

    def _granted(self, row: Entry) -> None:
        last = max(self.of(Kind.GRANTED_TIME), key=lambda note: note.seq)
        self.granted_minutes = int(last.facts["minutes"])

    def _paused(self, row: Entry) -> None:
        self.paused_ms, self.paused_at = pauses(
            _as_row(row.attempt, note) for note in self.of(Kind.PAUSED, Kind.RESUMED)
        )

    def _submitted(self, row: Entry) -> None:
        self.submitted = True

    def _event(self, row: Entry) -> None:
        self.events += 1
        if row.epoch == 0 and msgspec.json.decode(row.body)["kind"] == "config-key":
            self.doubted = True

    def _asked(self, row: Entry) -> None:
        if self.asking is not None and self.asking.row > row.id:
            return
        facts = msgspec.json.decode(row.body)
        self.asking = Asking(
            serial=row.seq,
            machine=facts["machine"],
            peer=facts["peer"],
            heard_at=row.server_time,
            row=row.id,
            why=facts.get("why", ""),
        )

    def _decided(self, row: Entry) -> None:
        if self.asking is not None and row.id > self.asking.row:
            self.asking.decision = row.kind


_TAKEN: dict[str, Callable[[Live, Entry], None]] = {
    Kind.GRANTED_TIME: Live._granted,
    Kind.PAUSED: Live._paused,
    Kind.RESUMED: Live._paused,
    Kind.SUBMITTED: Live._submitted,
    Kind.EVENT: Live._event,
    Kind.ASKED: Live._asked,
    Kind.ALLOWED: Live._decided,
    Kind.DENIED: Live._decided,
}


def _as_row(attempt: str, note: Note) -> Entry:
    return Entry(
        attempt=attempt,
        epoch=note.epoch,
        item="#" + note.kind,
        seq=note.seq,
        kind=note.kind,
        body="{}",
        server_time=note.at,
        id=note.id,
    )


def answered_bits(items: Iterable[str], asked: Mapping[str, Asked]) -> int:
    """The bits of the questions named; those that are not of the paper are left out."""
    bits = 0
    for item in items:
        if item in asked:
            bits |= asked[item].bit
    return bits
