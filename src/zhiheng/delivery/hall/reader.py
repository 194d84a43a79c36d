"""Reading the hall's log from outside the hall: read-only, in log order."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import psycopg

from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.hall.sqlite_store import COLUMNS, LOG_FILE, entry_of, sqlite3
from zhiheng.foundation.errors import Refused

_CHUNK = 500
_CONNECT_SECONDS = 5


def read_log(
    source: Path | str, attempts: Collection[str] | None = None, *, after: int = 0
) -> Iterator[Entry]:
    """Rows of the log with an id above `after`, in log order; none when the hall never started.

    source: the hall's data directory, or a postgresql:// address. attempts: only these, else all.
    """
    wanted = None if attempts is None else frozenset(attempts)
    rows = _postgres(source, after) if _is_address(source) else _sqlite(Path(source), after)
    for entry in rows:
        if wanted is None or entry.attempt in wanted:
            yield entry


def read_attempt(source: Path | str, attempt: str) -> list[Entry]:
    """Every row of one attempt, in log order."""
    return read_attempts(source, [attempt]).get(attempt, [])


def read_attempts(source: Path | str, attempts: Collection[str]) -> dict[str, list[Entry]]:
    """The rows of some attempts, each in log order; those without any are absent. One pass over the log.

    Raises: Refused, code "log-unreadable", when the store does not answer or cannot be read.
    """
    rows: dict[str, list[Entry]] = defaultdict(list)
    try:
        found = _rows_of(source, sorted(attempts))
    except (psycopg.Error, sqlite3.Error, OSError) as error:
        raise _unreadable(error) from error
    for row in found:
        entry = entry_of(row)
        rows[entry.attempt].append(entry)
    return dict(rows)


def _rows_of(source: Path | str, attempts: list[str]) -> Sequence[Sequence[object]]:
    if _is_address(source):
        with psycopg.connect(str(source), connect_timeout=_CONNECT_SECONDS) as connection:
            connection.read_only = True
            if not _has_log(connection):
                return []
            query = f"SELECT {COLUMNS} FROM hall.log WHERE attempt = ANY(%s) ORDER BY id"
            return connection.execute(query.encode(), (attempts,)).fetchall()
    path = Path(source) / LOG_FILE
    if not path.exists():
        return []
    connection = _open(path)
    try:
        query = f"SELECT {COLUMNS} FROM log WHERE attempt IN (SELECT value FROM json_each(?)) ORDER BY id"
        found: Sequence[Sequence[object]] = connection.execute(query, (json.dumps(attempts),)).fetchall()
        return found
    finally:
        connection.close()


def _unreadable(error: Exception) -> Refused:
    return Refused(
        what=f"考场的答题记录现在读不到（{type(error).__name__}）",
        rule="登录、答题和交卷的情况都从考场的记录里读出",
        remedy="已保存的答案不受影响；请系统管理员检查考场的数据库或数据目录，然后刷新本页",
        code="log-unreadable",
    )


def _is_address(source: Path | str) -> bool:
    return isinstance(source, str) and source.startswith(("postgres://", "postgresql://"))


def _open(path: Path) -> "sqlite3.Connection":
    return sqlite3.connect(f"file:{path.resolve()}?mode=ro", uri=True, isolation_level=None)


def _sqlite(data_dir: Path, after: int) -> Iterator[Entry]:
    path = data_dir / LOG_FILE
    if not path.exists():
        return
    connection = _open(path)
    query = f"SELECT {COLUMNS} FROM log WHERE id > ? ORDER BY id LIMIT ?"
    try:
        while rows := connection.execute(query, (after, _CHUNK)).fetchall():  # short reads: no pinned WAL
            entries = [entry_of(row) for row in rows]
            yield from entries
            after = entries[-1].id
    finally:
        connection.close()


def _postgres(source: Path | str, after: int) -> Iterator[Entry]:
    query = f"SELECT {COLUMNS} FROM hall.log WHERE id > %s ORDER BY id LIMIT %s".encode()
    with psycopg.connect(str(source), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = on")
        if not _has_log(connection):
            return
        while rows := connection.execute(query, (after, _CHUNK)).fetchall():
            entries = [entry_of(row) for row in rows]
            yield from entries
            after = entries[-1].id


def _has_log(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    found = connection.execute("SELECT to_regclass('hall.log')").fetchone()
    return found is not None and found[0] is not None
