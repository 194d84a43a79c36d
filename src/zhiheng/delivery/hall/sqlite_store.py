"""The log in one SQLite file: WAL, synchronous=FULL, one append-only table."""

import contextlib
import json
import threading
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import msgspec

from zhiheng.delivery.core.attempt import CONTROL_ITEM, Entry, Kind
from zhiheng.delivery.hall.store import Fate, Outcome, appended, number
from zhiheng.foundation.errors import Refused

try:  # the system's SQLite may carry the WAL-reset race; the wheel's is newer
    import pysqlite3 as sqlite3
except ImportError:  # pragma: no cover
    import sqlite3

__all__ = ["COLUMNS", "LOG_FILE", "SqliteStore", "entry_of", "sqlite3"]

Name = tuple[int, str, int]
"""Session epoch, item and sequence number: what names a row within its attempt."""

LOG_FILE = "hall.sqlite3"
_LONG_PAGES = (
    2_000  # 8 MB of write-ahead log: time to begin it anew, for a file that grows is dearer to make durable
)
_CHECKPOINT_PAGES = (
    16_000  # 64 MB: the writer copies all of it back itself, should `_Checkpoints` not keep up
)
_CHECKPOINT_SECONDS = 0.2
_CACHE_KB = 32_000
COLUMNS = ", ".join(Entry.__struct_fields__)  # so that a row is an entry's fields as they stand

_SCHEMA = """
CREATE TABLE IF NOT EXISTS attempt (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS entry (
  id INTEGER PRIMARY KEY,
  attempt INTEGER NOT NULL REFERENCES attempt,
  epoch INTEGER NOT NULL,
  item TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  client_time TEXT NOT NULL,
  server_time INTEGER NOT NULL,
  flags TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS entry_control ON entry (id) WHERE kind <> 'answer';
CREATE VIEW IF NOT EXISTS log AS
  SELECT id, name AS attempt, epoch, item, seq, kind, body, client_time, server_time, flags
  FROM entry JOIN attempt ON attempt.number = entry.attempt;
CREATE TRIGGER IF NOT EXISTS entry_no_update BEFORE UPDATE ON entry
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS entry_no_delete BEFORE DELETE ON entry
  BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
"""
_WIDTH = len(Entry.__struct_fields__)
_ATTEMPT, _KIND, _FLAGS = map(Entry.__struct_fields__.index, ("attempt", "kind", "flags"))
_ANSWER = str(Kind.ANSWER)
_ROW = f"({','.join('?' * _WIDTH)})"
_PLAIN_ROW = f"({'?,' * _KIND}'{_ANSWER}',{'?,' * (_FLAGS - _KIND - 1)}'',?)"
"""Of an answer without flags, as nearly all are: what they have in common is dearer to hand over than to write down."""
_PLAIN_WIDTH = _PLAIN_ROW.count("?")
_INSERT = f"INSERT INTO entry ({COLUMNS}) VALUES "
_ROWS = 50  # in one statement: each statement lets go of the interpreter once, and gets it back late
_AT = "id IN (SELECT value FROM json_each(?))"
_NAMES = f"SELECT id, epoch, item, seq FROM entry WHERE {_AT}"
_NAMED = 200  # attempts whose rows' names are kept at once
_ATTEMPTS = "SELECT name, number FROM attempt"
_CONTROLS = f"item >= '{CONTROL_ITEM}' AND item < '{chr(ord(CONTROL_ITEM) + 1)}'"
_WHOSE = f"""
SELECT id, attempt, CASE WHEN {_CONTROLS} THEN NULL ELSE epoch END, seq FROM entry ORDER BY id
"""
_ANSWERS = f"SELECT {COLUMNS} FROM log WHERE kind = 'answer' AND id > ? ORDER BY id LIMIT ?"
_BY_PLACES = f"SELECT {COLUMNS} FROM log WHERE {_AT} ORDER BY id"
_CONTROL = f"SELECT {COLUMNS} FROM log WHERE kind <> 'answer' AND id > ? ORDER BY id"


class _Attempt:
    """What is known of an attempt's rows beside the file. epoch: its latest session; highest: the highest number there.

    places: of all its rows. names: of those at the first `named` places, with their places; what came since is
    read when a row is looked up again.
    """

    __slots__ = ("epoch", "highest", "named", "names", "number", "places")

    def __init__(self, number: int) -> None:
        self.number = number
        self.epoch = 0
        self.highest = 0
        self.places: array[int] = array("q")
        self.names: dict[Name, int] = {}
        self.named = 0

    def note(self, epoch: int, seq: int) -> None:
        """A row that answers a question is there."""
        if epoch > self.epoch:
            self.epoch, self.highest = epoch, seq
        elif epoch == self.epoch and seq > self.highest:
            self.highest = seq

    def forget_names(self) -> None:
        self.names, self.named = {}, 0


class SqliteStore:
    """Row ids are given out here, so one process must own the file (the service holds the lock).

    The file has no index over attempts: each would cost a page for every row. Where an attempt's rows lie is kept
    in memory (eight bytes a row) and gathered anew at start. Nothing in the file refuses a name that is there
    already: an answer with a higher sequence number than any before it in the latest session is new; every other
    row is looked up first.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=_ROWS + 10
        )
        self._writer.execute("PRAGMA journal_mode=WAL")
        self._writer.execute("PRAGMA synchronous=FULL")
        self._writer.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        self._writer.execute(f"PRAGMA cache_size=-{_CACHE_KB}")
        _require_present_form(self._writer, path)
        self._writer.executescript(_SCHEMA)
        self._next = self._writer.execute("SELECT coalesce(max(id), 0) + 1 FROM entry").fetchone()[0]
        self._attempts = {name: _Attempt(place) for name, place in self._writer.execute(_ATTEMPTS)}
        self._looked_up: OrderedDict[int, _Attempt] = OrderedDict()  # those that have names, by number
        self._gather()
        self._reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._reader.execute("PRAGMA query_only=ON")
        self._reading = threading.Lock()
        self._checkpoints = _Checkpoints(path)

    def _gather(self) -> None:
        """From the rows that are there: a second for a million of them, as in a sitting of ten thousand."""
        known = {attempt.number: attempt for attempt in self._attempts.values()}
        for place, owner, epoch, seq in self._writer.execute(_WHOSE):
            attempt = known[owner]
            attempt.places.append(place)
            if epoch is not None:
                attempt.note(epoch, seq)

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        if self._checkpoints.long:
            self._checkpoints.finish(self._writer)
        number(entries, first=self._next)
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            fates = self._written(entries)
            self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        self._next += len(entries)
        self._checkpoints.due.set()
        return fates

    def _written(self, entries: Sequence[Entry]) -> list[Outcome]:
        """In their order: what is surely new in long statements, everything else looked up one by one.

        Surely new is an answer above all before it in the latest session; flagged ones are few.
        """
        fates: list[Outcome] = []
        fresh: list[Entry] = []
        owners: list[int] = []
        attempts = self._attempts
        for entry in entries:
            attempt, seq = attempts.get(entry.attempt), entry.seq
            if (
                attempt is not None
                and seq > attempt.highest
                and entry.epoch == attempt.epoch
                and entry.kind == _ANSWER
                and not entry.flags
                and entry.item[:1] != CONTROL_ITEM
            ):
                attempt.highest = seq
                attempt.places.append(entry.id)  # should the batch fail, the process ends
                fresh.append(entry)
                owners.append(attempt.number)
                continue
            self._insert_plain(fresh, owners)
            fates += appended(fresh)
            fresh, owners = [], []
            fates.append(self._append_one(entry))
        self._insert_plain(fresh, owners)
        return fates + appended(fresh)

    def _append_one(self, entry: Entry) -> Outcome:
        """Looked up first: by what the transaction holds, so an earlier row of the batch is found too."""
        attempt = self._attempt(entry.attempt)
        place = self._names_of(attempt).get((entry.epoch, entry.item, entry.seq))
        if place is not None:
            kept = entry_of(self._writer.execute(_BY_PLACES, (f"[{place}]",)).fetchone())
            return Outcome(Fate.REPEATED if kept.body == entry.body else Fate.CONFLICT, kept)
        if not entry.item.startswith(CONTROL_ITEM):
            attempt.note(entry.epoch, entry.seq)
        attempt.places.append(entry.id)
        values = [*msgspec.structs.astuple(entry)]
        values[_ATTEMPT] = attempt.number
        self._writer.execute(_INSERT + _ROW, values)
        return Outcome(Fate.APPENDED, entry)

    def _names_of(self, attempt: "_Attempt") -> dict[Name, int]:
        """Name -> place of every row of an attempt; kept for those looked up last, so that asking again is cheap."""
        since = attempt.places[attempt.named :]
        if since:
            rows = self._writer.execute(_NAMES, (_listed(since),)).fetchall()
            attempt.names.update({(epoch, item, seq): place for place, epoch, item, seq in rows})
            attempt.named = len(attempt.places)
        self._looked_up[attempt.number] = attempt
        if len(self._looked_up) > _NAMED:
            self._looked_up.popitem(last=False)[1].forget_names()
        self._looked_up.move_to_end(attempt.number)
        return attempt.names

    def _attempt(self, name: str) -> "_Attempt":
        found = self._attempts.get(name)
        if found is None:
            found = self._attempts[name] = _Attempt(len(self._attempts) + 1)
            self._writer.execute("INSERT INTO attempt VALUES (?, ?)", (found.number, name))
        return found

    def _insert_plain(self, entries: Sequence[Entry], owners: Sequence[int]) -> None:
        """Answers without flags. owners: the number of the attempt of each row."""
        values = [*chain.from_iterable(map(msgspec.structs.astuple, entries))]
        values[_ATTEMPT::_WIDTH] = owners
        del values[_FLAGS::_WIDTH], values[_KIND :: _WIDTH - 1]  # the later one first
        for at in range(0, len(values), _ROWS * _PLAIN_WIDTH):
            some = values[at : at + _ROWS * _PLAIN_WIDTH]
            self._writer.execute(_insert_plain(len(some) // _PLAIN_WIDTH), some)

    def attempt(self, attempt: str) -> list[Entry]:
        known = self._attempts.get(attempt)
        if known is None:
            return []
        with self._reading:
            found = self._reader.execute(_BY_PLACES, (_listed(known.places),)).fetchall()
        return [entry_of(row) for row in found]

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


class _Checkpoints:
    """Copies the write-ahead log back into the file beside the writer, so that no batch waits for it.

    The rows are durable in the write-ahead log already; a checkpoint that fails loses nothing, and a
    disk that is full or gone is met by the writer itself.

    long: the log is, and nearly all of it is copied. SQLite begins it anew when a transaction begins and all of it
    is, which beside a busy writer never happens by itself: the writer copies the last few pages.
    """

    def __init__(self, path: Path) -> None:
        self.due = threading.Event()
        self.long = False
        self._stopping = threading.Event()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._thread = threading.Thread(target=self._work, name="hall-checkpoints", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self.due.set()
        self._thread.join()
        self._connection.close()

    def finish(self, writer: "sqlite3.Connection") -> None:
        """Copy what has come since, between two transactions."""
        self.long = False
        _copied(writer)

    def _work(self) -> None:
        while self.due.wait() and not self._stopping.wait(_CHECKPOINT_SECONDS):
            self.due.clear()
            self.long = _copied(self._connection) >= _LONG_PAGES


def _copied(connection: "sqlite3.Connection") -> int:
    """Pages of the write-ahead log that have been copied back since it was begun; 0 when that failed."""
    with contextlib.suppress(sqlite3.Error):
        ((_, _, pages),) = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        return int(pages)
    return 0


def _listed(places: "array[int]") -> str:
    return json.dumps(places.tolist())


@cache
def _insert_plain(rows: int) -> str:
    return _INSERT + ",".join([_PLAIN_ROW] * rows)


def _require_present_form(connection: "sqlite3.Connection", path: Path) -> None:
    """Raises: Refused for a file in which rows still carry the names of attempts."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'log'").fetchone():
        raise Refused(
            what=f"答题记录文件 {path} 是旧格式",
            rule="新版考场服务不在旧格式的记录后面续写",
            remedy="请先完成旧场次的收卷，再把这个文件移走存档后启动",
            code="hall-log-form",
        )


def entry_of(row: Sequence[object]) -> Entry:
    """An entry from a row in the order of COLUMNS, whose types the table has made sure of."""
    return Entry(**dict(zip(Entry.__struct_fields__, row, strict=True)))  # type: ignore[arg-type]  # see above
