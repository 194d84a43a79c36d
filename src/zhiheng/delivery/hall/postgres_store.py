"""The log in PostgreSQL: one `INSERT ... SELECT unnest()` per batch, durable when it returns."""

import threading
from collections.abc import Sequence

import msgspec
import psycopg

from zhiheng.delivery.core.attempt import Entry, EntryKey
from zhiheng.delivery.hall.sqlite_store import COLUMNS, entry_of, row_of
from zhiheng.delivery.hall.store import Fate, Outcome, outcomes
from zhiheng.foundation.errors import Refused

_LOCK = 0x5A48_4C4F  # one hall per database; "ZHLO"

_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS hall;
CREATE TABLE IF NOT EXISTS hall.log (
  id bigint PRIMARY KEY,
  attempt text NOT NULL,
  epoch integer NOT NULL,
  item text NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL,
  body text NOT NULL,
  client_time text NOT NULL,
  server_time bigint NOT NULL,
  flags text NOT NULL,
  UNIQUE (attempt, epoch, item, seq)
);
CREATE INDEX IF NOT EXISTS log_control ON hall.log (id) WHERE kind <> 'answer';
CREATE OR REPLACE FUNCTION hall.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$;
CREATE OR REPLACE TRIGGER log_append_only BEFORE UPDATE OR DELETE ON hall.log
  FOR EACH ROW EXECUTE FUNCTION hall.refuse_change();
"""
_INSERT = f"""
INSERT INTO hall.log ({COLUMNS})
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::integer[], %s::text[], %s::bigint[],
                     %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[])
ON CONFLICT (attempt, epoch, item, seq) DO NOTHING
"""
_BY_KEYS = f"""
SELECT {COLUMNS} FROM hall.log WHERE (attempt, epoch, item, seq) IN
  (SELECT * FROM unnest(%s::text[], %s::integer[], %s::text[], %s::bigint[]))
"""
_BY_ATTEMPT = f"SELECT {COLUMNS} FROM hall.log WHERE attempt = %s ORDER BY id"
_CONTROL = f"SELECT {COLUMNS} FROM hall.log WHERE kind <> 'answer' ORDER BY id"


class PostgresStore:
    """An advisory lock of the writing connection keeps a second hall away from the same database."""

    def __init__(self, dsn: str) -> None:
        self._writer = psycopg.connect(dsn, autocommit=True)
        held = self._writer.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
        if held is None or not held[0]:
            self._writer.close()
            raise Refused(
                what="另一个考场服务正在使用这个数据库",
                rule="一个数据库同时只能有一个考场服务写入",
                remedy="请先停止另一个考场服务",
                code="hall-locked",
            )
        self._writer.execute("SET synchronous_commit = on")
        self._writer.execute(_SCHEMA.encode())
        highest = self._writer.execute("SELECT coalesce(max(id), 0) FROM hall.log").fetchone()
        self._next = 1 + (highest[0] if highest else 0)
        self._reader = psycopg.connect(dsn, autocommit=True)
        self._reader.execute("SET default_transaction_read_only = on")
        self._reading = threading.Lock()

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        named = [msgspec.structs.replace(e, id=i) for i, e in enumerate(entries, start=self._next)]
        columns = [list(column) for column in zip(*map(row_of, named), strict=True)]
        with self._writer.transaction():
            written = self._writer.execute(_INSERT.encode(), columns).rowcount
            if written == len(named):
                fates = [Outcome(Fate.APPENDED, entry) for entry in named]
            else:
                fates = outcomes(named, self._held(columns))
        self._next += len(named)
        return fates

    def attempt(self, attempt: str) -> list[Entry]:
        with self._reading:
            return [
                entry_of(row) for row in self._reader.execute(_BY_ATTEMPT.encode(), (attempt,)).fetchall()
            ]

    def control(self) -> list[Entry]:
        with self._reading:
            return [entry_of(row) for row in self._reader.execute(_CONTROL.encode()).fetchall()]

    def close(self) -> None:
        with self._reading:
            self._reader.close()
        self._writer.close()

    def _held(self, columns: list[list[object]]) -> dict[EntryKey, Entry]:
        rows = self._writer.execute(_BY_KEYS.encode(), columns[1:5]).fetchall()
        return {entry.key: entry for entry in map(entry_of, rows)}
