"""Halls on one database tell each other whom they have heard from.

A candidate whose machine speaks to one hall must not look silent to another: not to its consoles, not at
its door, and not as a break in the line when the next request comes through the other one. Beats are no
rows of the log: the table is unlogged, and after a crash of the database it is empty, which does no harm.
"""

from collections.abc import Callable, Iterable, Mapping

import psycopg

from zhiheng.delivery.hall.desk import Desk

EVERY_MS = 5_000
BEFORE_MS = 24 * 3600_000
OVERLAP_MS = 20_000
"""What another hall writes may become visible a little later than its moment says."""

_TABLE = """
CREATE SCHEMA IF NOT EXISTS hall;
CREATE UNLOGGED TABLE IF NOT EXISTS hall.heard (attempt text PRIMARY KEY, at bigint NOT NULL)
  WITH (fillfactor = 50);
"""
_TELL = """
INSERT INTO hall.heard SELECT * FROM unnest(%s::text[], %s::bigint[])
ON CONFLICT (attempt) DO UPDATE SET at = excluded.at WHERE heard.at < excluded.at
"""
_ASK = "SELECT attempt, at FROM hall.heard WHERE at > %s"
_TURN = "SELECT pg_advisory_xact_lock(hashtext('hall.heard'))"

Heard = list[tuple[str, int]]


class HeardTable:
    """at: milliseconds since 1970 UTC by the halls' clock. Used by one thread at a time."""

    def __init__(self, dsn: str) -> None:
        self._line = psycopg.connect(dsn, autocommit=True)
        with self._line.transaction():
            self._line.execute(_TURN)  # two halls starting together make one table
            self._line.execute(_TABLE.encode())

    def exchange(self, mine: Mapping[str, int], *, since: int) -> Heard:
        """Tell of mine, and hear of everybody heard from since then."""
        if mine:
            names = sorted(mine)  # in one order, so that two halls never wait for each other
            self._line.execute(_TELL, (names, [mine[name] for name in names]))
        return [(attempt, at) for attempt, at in self._line.execute(_ASK, (since,)).fetchall()]

    def close(self) -> None:
        self._line.close()


class Sharing:
    """`tick` once a second. read(act, then): run `act` off the loop, then `then` with its result on it."""

    def __init__(
        self,
        desk: Desk,
        table: HeardTable,
        *,
        read: "Callable[[Callable[[], Heard], Callable[[Heard], None]], None]",
    ) -> None:
        self._desk = desk
        self._table = table
        self._read = read
        self._due = 0
        self._newest = 0
        self._busy = False
        desk.heard = set()

    def begin(self, *, now: int) -> None:
        """Before the first request: whom the others have heard from is not taken for silent."""
        self._learn(self._table.exchange({}, since=now - BEFORE_MS))

    def tick(self, *, now: int) -> None:
        if self._busy or now < self._due:
            return
        self._busy, self._due = True, now + EVERY_MS
        mine, self._desk.heard = self._desk.heard or set(), set()
        told = {attempt: self._desk.live(attempt).heard_at for attempt in mine}
        since = max(self._newest, now - 60_000) - OVERLAP_MS
        self._read(lambda: self._table.exchange(told, since=since), self._learn)

    def close(self) -> None:
        self._table.close()

    def _learn(self, heard: Iterable[tuple[str, int]]) -> None:
        self._busy = False
        for attempt, at in heard:
            self._newest = max(self._newest, at)
            self._desk.heard_elsewhere(attempt, at=at)
