"""The log in one SQLite file: WAL, synchronous=FULL, one append-only table."""

import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from zhiheng.delivery.core.attempt import Entry, EntryKey
from zhiheng.delivery.hall.store import Fate, Outcome, outcomes

try:  # the system's SQLite may carry the WAL-reset race; the wheel's is newer
    import pysqlite3 as sqlite3
except ImportError:  # pragma: no cover
    import sqlite3

__all__ = ["COLUMNS", "LOG_FILE", "SqliteStore", "entry_of", "row_of", "sqlite3"]

LOG_FILE = "hall.sqlite3"
COLUMNS = "id, attempt, epoch, item, seq, kind, body, client_time, server_time, flags"

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
_INSERT = f"INSERT OR IGNORE INTO log ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)"
_BY_KEY = f"SELECT {COLUMNS} FROM log WHERE attempt = ? AND epoch = ? AND item = ? AND seq = ?"
_BY_ATTEMPT = f"SELECT {COLUMNS} FROM log WHERE attempt = ? ORDER BY id"
_CONTROL = f"SELECT {COLUMNS} FROM log WHERE kind <> 'answer' ORDER BY id"


class SqliteStore:
    """Row ids are given out here, so one process must own the file (the service holds the lock)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._writer.execute("PRAGMA journal_mode=WAL")
        self._writer.execute("PRAGMA synchronous=FULL")
        self._writer.executescript(_SCHEMA)
        self._next = self._writer.execute("SELECT coalesce(max(id), 0) + 1 FROM log").fetchone()[0]
        self._reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._reader.execute("PRAGMA query_only=ON")
        self._reading = threading.Lock()

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        named = [msgspec.structs.replace(e, id=i) for i, e in enumerate(entries, start=self._next)]
        rows = [row_of(entry) for entry in named]
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            written = self._writer.executemany(_INSERT, rows).rowcount
            if written == len(named):
                fates = [Outcome(Fate.APPENDED, entry) for entry in named]
            else:
                fates = outcomes(named, self._held(named))
            self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        self._next += len(named)
        return fates

    def attempt(self, attempt: str) -> list[Entry]:
        with self._reading:
            return [entry_of(row) for row in self._reader.execute(_BY_ATTEMPT, (attempt,)).fetchall()]

    def control(self) -> list[Entry]:
        with self._reading:
            return [entry_of(row) for row in self._reader.execute(_CONTROL).fetchall()]

    def close(self) -> None:
        with self._reading:
            self._reader.close()
        self._writer.close()

    def _held(self, entries: Sequence[Entry]) -> dict[EntryKey, Entry]:
        held = {}
        for entry in entries:
            name = (entry.attempt, entry.epoch, entry.item, entry.seq)
            held[entry.key] = entry_of(self._writer.execute(_BY_KEY, name).fetchone())
        return held


def row_of(entry: Entry) -> tuple[object, ...]:
    return (
        entry.id,
        entry.attempt,
        entry.epoch,
        entry.item,
        entry.seq,
        str(entry.kind),
        entry.body,
        entry.client_time,
        entry.server_time,
        entry.flags,
    )


def entry_of(row: Sequence[object]) -> Entry:
    """An entry from a row in the order of COLUMNS."""
    return msgspec.convert(dict(zip(_NAMES, row, strict=True)), Entry)


_NAMES = tuple(COLUMNS.split(", "))
