"""The log in one SQLite file: WAL, synchronous=FULL, one append-only table."""

import contextlib
import threading
from collections.abc import Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import msgspec

from zhiheng.delivery.core.attempt import Entry, EntryKey
from zhiheng.delivery.hall.store import Outcome, appended, number, outcomes

try:  # the system's SQLite may carry the WAL-reset race; the wheel's is newer
    import pysqlite3 as sqlite3
except ImportError:  # pragma: no cover
    import sqlite3

__all__ = ["COLUMNS", "LOG_FILE", "SqliteStore", "entry_of", "sqlite3"]

LOG_FILE = "hall.sqlite3"
_CHECKPOINT_PAGES = (
    16_000  # 64 MB: the writer itself copies the log back only when `_Checkpoints` cannot keep up
)
_CHECKPOINT_SECONDS = 0.2
_CACHE_KB = 32_000
COLUMNS = ", ".join(Entry.__struct_fields__)  # so that a row is an entry's fields as they stand

_SCHEMA = """
CREATE TABLE IF NOT EXISTS log (
  id INTEGER PRIMARY KEY,
  attempt TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  item TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  client_time TEXT NOT NULL,
  server_time INTEGER NOT NULL,
  flags TEXT NOT NULL,
  UNIQUE (attempt, epoch, item, seq)
) STRICT;
CREATE INDEX IF NOT EXISTS log_control ON log (id) WHERE kind <> 'answer';
CREATE TRIGGER IF NOT EXISTS log_no_update BEFORE UPDATE ON log
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS log_no_delete BEFORE DELETE ON log
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
"""
_ROW = f"({','.join('?' * len(Entry.__struct_fields__))})"
_ROWS = 50  # in one statement: each statement lets go of the interpreter once, and gets it back late
_BY_KEY = f"SELECT {COLUMNS} FROM log WHERE attempt = ? AND epoch = ? AND item = ? AND seq = ?"
_ANSWERS = f"SELECT {COLUMNS} FROM log WHERE kind = 'answer' AND id > ? ORDER BY id LIMIT ?"
_BY_ATTEMPT = f"SELECT {COLUMNS} FROM log WHERE attempt = ? ORDER BY id"
_CONTROL = f"SELECT {COLUMNS} FROM log WHERE kind <> 'answer' AND id > ? ORDER BY id"


class SqliteStore:
    """Row ids are given out here, so one process must own the file (the service holds the lock)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=_ROWS + 10
        )
        self._writer.execute("PRAGMA journal_mode=WAL")
        self._writer.execute("PRAGMA synchronous=FULL")
        self._writer.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        self._writer.execute(f"PRAGMA cache_size=-{_CACHE_KB}")
        self._writer.executescript(_SCHEMA)
        self._next = self._writer.execute("SELECT coalesce(max(id), 0) + 1 FROM log").fetchone()[0]
        self._reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._reader.execute("PRAGMA query_only=ON")
        self._reading = threading.Lock()
        self._checkpoints = _Checkpoints(path)

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        number(entries, first=self._next)
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            written = sum(self._insert(entries[at : at + _ROWS]) for at in range(0, len(entries), _ROWS))
            fates = appended(entries) if written == len(entries) else outcomes(entries, self._held(entries))
            self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        self._next += len(entries)
        self._checkpoints.due.set()
        return fates

    def _insert(self, entries: Sequence[Entry]) -> int:
        """How many were new."""
        values = [*chain.from_iterable(map(msgspec.structs.astuple, entries))]
        return int(self._writer.execute(_insert(len(entries)), values).rowcount)

    def attempt(self, attempt: str) -> list[Entry]:
        with self._reading:
            return [entry_of(row) for row in self._reader.execute(_BY_ATTEMPT, (attempt,)).fetchall()]

    def control(self, *, after: int = 0) -> list[Entry]:
        with self._reading:
            return [entry_of(row) for row in self._reader.execute(_CONTROL, (after,)).fetchall()]

    def answers(self, *, after: int, limit: int) -> list[Entry]:
        with self._reading:
            return [entry_of(row) for row in self._reader.execute(_ANSWERS, (after, limit)).fetchall()]

    @property
    def shared(self) -> bool:
        return False

    def others(self) -> bool:
        return False

    def close(self) -> None:
        self._checkpoints.stop()
        with self._reading:
            self._reader.close()
        self._writer.close()

    def _held(self, entries: Sequence[Entry]) -> dict[EntryKey, Entry]:
        held = {}
        for entry in entries:
            name = (entry.attempt, entry.epoch, entry.item, entry.seq)
            held[entry.key] = entry_of(self._writer.execute(_BY_KEY, name).fetchone())
        return held


class _Checkpoints:
    """Copies the write-ahead log back into the file beside the writer, so that no batch waits for it.

    The rows are durable in the write-ahead log already; a checkpoint that fails loses nothing, and a
    disk that is full or gone is met by the writer itself.
    """

    def __init__(self, path: Path) -> None:
        self.due = threading.Event()
        self._stopping = threading.Event()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._thread = threading.Thread(target=self._work, name="hall-checkpoints", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self.due.set()
        self._thread.join()
        self._connection.close()

    def _work(self) -> None:
        while self.due.wait() and not self._stopping.wait(_CHECKPOINT_SECONDS):
            self.due.clear()
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


@cache
def _insert(rows: int) -> str:
    return f"INSERT OR IGNORE INTO log ({COLUMNS}) VALUES {','.join([_ROW] * rows)}"


def entry_of(row: Sequence[object]) -> Entry:
    """An entry from a row in the order of COLUMNS, whose types the table has made sure of."""
    return Entry(**dict(zip(Entry.__struct_fields__, row, strict=True)))  # type: ignore[arg-type]  # see above
