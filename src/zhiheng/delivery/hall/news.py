"""Halls on one database tell each other that something was written down about a room.

The back office tells one hall, the consoles of the room may listen to another. What is told is the room and nothing
of what was written; the table is unlogged, and after a crash of the database it is empty, which does no harm.
"""

from collections.abc import Callable, Collection

import msgspec
import psycopg

from zhiheng.delivery.hall.seats import Rooms, SeatBoard

HOLDS_MS = 60_000

_TABLE = """
CREATE SCHEMA IF NOT EXISTS hall;
CREATE UNLOGGED TABLE IF NOT EXISTS hall.news
  (hall text, sitting text, rooms text, at bigint, PRIMARY KEY (hall, sitting, rooms)) WITH (fillfactor = 50);
"""
_TELL = """
INSERT INTO hall.news VALUES (%s, %s, %s, %s)
ON CONFLICT (hall, sitting, rooms) DO UPDATE SET at = greatest(excluded.at, news.at + 1)
"""
_ASK = "SELECT hall, sitting, rooms, at FROM hall.news WHERE hall <> %s AND at > %s"
_FORGET = "DELETE FROM hall.news WHERE at < (SELECT max(at) FROM hall.news) - 86400000"
_TURN = "SELECT pg_advisory_xact_lock(hashtext('hall.news'))"

_rooms = msgspec.json.Decoder(tuple[str, ...])


class Told(msgspec.Struct, frozen=True):
    """at: milliseconds since 1970 UTC by the clock of the hall that told it, later each time."""

    hall: str
    rooms: Rooms
    at: int


class NewsTable:
    """hall: names this process. Used by one thread at a time."""

    def __init__(self, dsn: str, *, hall: str) -> None:
        self._hall = hall
        self._line = psycopg.connect(dsn, autocommit=True)
        with self._line.transaction():
            self._line.execute(_TURN)  # two halls starting together make one table
            self._line.execute(_TABLE.encode())
            self._line.execute(_FORGET)  # of processes that are long gone

    def exchange(self, mine: Collection[Rooms], *, now: int) -> list[Told]:
        """Tell of mine, and hear of everything others told lately, known or not."""
        for one in mine:
            rooms = msgspec.json.encode(one.rooms).decode()
            self._line.execute(_TELL, (self._hall, one.sitting, rooms, now))
        found = self._line.execute(_ASK, (self._hall, now - HOLDS_MS)).fetchall()
        return [
            Told(hall, Rooms(sitting=sitting, rooms=_rooms.decode(rooms)), at)
            for hall, sitting, rooms, at in found
        ]

    def close(self) -> None:
        self._line.close()


class News:
    """`tick` once a second. read(act, then): run `act` off the loop, then `then` with its result on it."""

    def __init__(
        self,
        board: SeatBoard,
        table: NewsTable,
        *,
        read: "Callable[[Callable[[], list[Told]], Callable[[list[Told]], None]], None]",
    ) -> None:
        self._board = board
        self._table = table
        self._read = read
        self._busy = False
        self._known: dict[tuple[str, Rooms], int] = {}
        board.news = set()

    def tick(self, *, now: int) -> None:
        if self._busy:
            return
        self._busy = True
        mine, self._board.news = self._board.news or set(), set()
        self._read(lambda: self._table.exchange(mine, now=now), self._learn)

    def close(self) -> None:
        self._table.close()

    def _learn(self, found: list[Told]) -> None:
        self._busy = False
        before, self._known = self._known, {(one.hall, one.rooms): one.at for one in found}
        for rooms in {one.rooms for one in found if one.at > before.get((one.hall, one.rooms), 0)}:
            self._board.hear_news(rooms)
