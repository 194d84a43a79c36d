"""The log in PostgreSQL: one call of a function of its own per batch, durable when it returns."""

import threading
from collections.abc import Iterable, Sequence

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from zhiheng.delivery.core.attempt import Entry, EntryKey, Kind
from zhiheng.delivery.hall.sqlite_store import COLUMNS, entry_of
from zhiheng.delivery.hall.store import Outcome, appended, number, outcomes
from zhiheng.foundation.errors import Refused, ZhihengError

_TURN = 0x5A48_4C4F  # "ZHLO": held for one batch, so that ids are given in the order of commits
_PRESENCE = 0x5A48_4850  # "ZHHP": held by every hall as long as it lives

_PATIENCE: dict[str, str | int | None] = {
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "application_name": "zhiheng-hall",
}

_SETTINGS = (
    b"SET synchronous_commit = on",
    # A turn that a machine took with it into its death is given back soon.
    b"SET idle_in_transaction_session_timeout = '10s'",
    b"SET tcp_keepalives_idle = 5",
    b"SET tcp_keepalives_interval = 3",
    b"SET tcp_keepalives_count = 3",
)
_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS hall;
CREATE TABLE IF NOT EXISTS hall.log (
  id bigint PRIMARY KEY,
  attempt text COLLATE "C" NOT NULL,
  epoch integer NOT NULL,
  item text COLLATE "C" NOT NULL,
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
_KIND, _FLAGS = f"coalesce(k, '{Kind.ANSWER}')", "coalesce(f, '')"  # where the array is empty, see `_columns`
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION hall.append(
  attempts text[], epochs integer[], items text[], seqs bigint[], kinds text[], bodies text[], times bigint[],
  client_times text[], flags text[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE highest bigint;
BEGIN
  PERFORM pg_advisory_xact_lock({_TURN});
  SELECT coalesce(max(id), 0) INTO highest FROM hall.log;
  INSERT INTO hall.log ({COLUMNS})
  SELECT a, e, i, s, {_KIND}, b, t, c, {_FLAGS}, highest + place
    FROM unnest(attempts, epochs, items, seqs, kinds, bodies, times, client_times, flags)
    WITH ORDINALITY AS rows (a, e, i, s, k, b, t, c, f, place);
  RETURN highest + 1;
END $$;
"""
_APPEND = b"SELECT hall.append(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_TAKE_TURN = f"SELECT pg_advisory_xact_lock({_TURN})"
_HIGHEST = "SELECT coalesce(max(id), 0) FROM hall.log"
_INSERT = f"""
INSERT INTO hall.log ({COLUMNS})
SELECT a, e, i, s, {_KIND}, b, t, c, {_FLAGS}, place + ({_HIGHEST})
  FROM unnest(%s::text[], %s::integer[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[],
              %s::text[], %s::text[]) WITH ORDINALITY AS rows (a, e, i, s, k, b, t, c, f, place)
ON CONFLICT (attempt, epoch, item, seq) DO NOTHING
""".encode()
_WRITE_SOMETHING = b"SELECT pg_logical_emit_message(true, 'zhiheng', '')"
"""A batch of nothing but repeats writes no row, and a commit that wrote nothing waits for no disk and no standby."""
_BY_KEYS = f"""
SELECT {COLUMNS} FROM hall.log WHERE (attempt, epoch, item, seq) IN
  (SELECT * FROM unnest(%s::text[], %s::integer[], %s::text[], %s::bigint[]))
"""
_ANSWERS = f"SELECT {COLUMNS} FROM hall.log WHERE kind = 'answer' AND id > %s ORDER BY id LIMIT %s"
_HERE = f"SELECT pg_advisory_lock_shared({_PRESENCE})"
_PRESENT = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {_PRESENCE} AND granted"
_BY_ATTEMPT = f"SELECT {COLUMNS} FROM hall.log WHERE attempt = %s ORDER BY id"
_CONTROL = f"SELECT {COLUMNS} FROM hall.log WHERE kind <> 'answer' AND id > %s ORDER BY id"


class Unsure(ZhihengError):
    """The database did what it was asked to, with a warning: whether it is as durable as promised is not known."""


class PostgresStore:
    """Several halls, on several machines, may write to one database: their batches take turns.

    Wait for a synchronous standby by the server's own `synchronous_standby_names`; a commit then returns
    when the standby has the rows too.
    """

    def __init__(self, dsn: str) -> None:
        """Raises: Refused when the database cannot be reached or used."""
        self._warned = ""
        try:
            address = _patient(dsn)
            self._writer = psycopg.connect(address, autocommit=True)
            for setting in _SETTINGS:
                self._writer.execute(setting)
            self._writer.add_notice_handler(self._heed)
            with self._writer.transaction():
                self._writer.execute(_TAKE_TURN.encode())  # two halls starting together make one table
                self._writer.execute(_SCHEMA.encode())
                self._writer.execute(_FUNCTION.encode())
            self._writer.execute(_HERE.encode())
            self._reader = psycopg.connect(address, autocommit=True)
            self._reader.execute("SET default_transaction_read_only = on")
        except psycopg.Error as error:
            raise Refused(
                what=f"考场服务用不了 PostgreSQL 数据库：{str(error).strip()}",
                remedy="请检查数据库地址、账号权限和数据库是否已启动，然后重新启动考场服务",
                code="hall-database",
            ) from None
        self._reading = threading.Lock()

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Also raises: Unsure."""
        columns = _columns(entries)
        fates = self._appended(entries, columns)
        if self._warned:
            raise Unsure(self._warned)
        return fates

    def _appended(self, entries: Sequence[Entry], columns: list[str]) -> list[Outcome]:
        try:
            first = self._writer.execute(_APPEND, columns).fetchone()
        except psycopg.errors.UniqueViolation:  # a repeat among them, which is rare: nothing was written
            return self._append_what_is_new(entries, columns)
        assert first is not None  # a function returns a row
        number(entries, first=first[0])
        return appended(entries)

    def _append_what_is_new(self, entries: Sequence[Entry], columns: list[str]) -> list[Outcome]:
        with self._writer.pipeline(), self._writer.transaction():  # one round trip
            self._writer.execute(_TAKE_TURN.encode())
            highest = self._writer.execute(_HIGHEST.encode())
            inserted = self._writer.execute(_INSERT, columns)
            self._writer.execute(_WRITE_SOMETHING)
        before = highest.fetchone()
        number(entries, first=1 + (before[0] if before else 0))
        if inserted.rowcount == len(entries):
            return appended(entries)
        return outcomes(entries, self._held(columns))

    def attempt(self, attempt: str) -> list[Entry]:
        with self._reading:
            return [
                entry_of(row) for row in self._reader.execute(_BY_ATTEMPT.encode(), (attempt,)).fetchall()
            ]

    def control(self, *, after: int = 0) -> list[Entry]:
        with self._reading:
            return [entry_of(row) for row in self._reader.execute(_CONTROL.encode(), (after,)).fetchall()]

    def answers(self, *, after: int, limit: int) -> list[Entry]:
        with self._reading:
            found = self._reader.execute(_ANSWERS.encode(), (after, limit)).fetchall()
            return [entry_of(row) for row in found]

    @property
    def shared(self) -> bool:
        return True

    def others(self) -> bool:
        with self._reading:
            present = self._reader.execute(_PRESENT.encode()).fetchone()
        return present is not None and int(present[0]) > 1

    def close(self) -> None:
        with self._reading:
            self._reader.close()
        self._writer.close()

    def _heed(self, notice: psycopg.errors.Diagnostic) -> None:
        """Somebody ended the waiting for the standby: the commit counts as done, but the standby may not have it."""
        if notice.severity_nonlocalized == "WARNING":
            self._warned = notice.message_primary or "WARNING"

    def _held(self, columns: list[str]) -> dict[EntryKey, Entry]:
        rows = self._writer.execute(_BY_KEYS.encode(), columns[:4]).fetchall()
        return {entry.key: entry for entry in map(entry_of, rows)}


def _patient(dsn: str) -> str:
    """The address, with an end to waiting for a server that is gone unless the address itself says how."""
    given: dict[str, str | int | None] = {**conninfo_to_dict(dsn)}
    return make_conninfo("", **(_PATIENCE | given))


_EMPTY = "{}"


def _columns(entries: Sequence[Entry]) -> list[str]:
    """The columns of a batch as array literals; made here, because there are ten thousand rows a second.

    Kinds and flags are empty arrays when all rows are answers and none has a flag, as nearly always.
    """
    attempts, epochs, items, seqs, kinds, bodies, times, client_times, flags, _ = zip(
        *map(msgspec.structs.astuple, entries), strict=True
    )
    return [
        _texts(attempts),
        _numbers(epochs),
        _texts(items),
        _numbers(seqs),
        _texts(kinds) if set(kinds) != {Kind.ANSWER} else _EMPTY,
        _texts(bodies),
        _numbers(times),
        _texts(client_times),
        _texts(flags) if any(flags) else _EMPTY,
    ]


def _numbers(values: Iterable[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _texts(values: Iterable[str]) -> str:
    """Every text quoted; a NUL, which PostgreSQL has no place for, is left out."""
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(quoted).replace("\0", "") + '"}'
