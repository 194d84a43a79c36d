"""Starts a hall with another store than the product offers: only for measuring, and to be caught by the watch.

`python -m zhiheng.cli.hall_bench.launch null|lax DATA PORT [DATABASE_URL]`: null acknowledges without
writing, lax writes and acknowledges before the disk has it (synchronous=NORMAL; PostgreSQL: commits not waited for).
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from zhiheng.cli.output import say
from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.hall import service
from zhiheng.delivery.hall.postgres_store import PostgresStore
from zhiheng.delivery.hall.reach import REACH_FILE
from zhiheng.delivery.hall.service import HallSettings
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, SqliteStore
from zhiheng.delivery.hall.store import LogStore, Outcome, appended, number


class NullStore(SqliteStore):
    """Keeps nothing: the same path with the commit left out."""

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        number(entries, first=self._next)
        self._next += len(entries)
        return appended(entries)


def null_store(settings: HallSettings) -> LogStore:
    return NullStore(settings.data_dir / LOG_FILE)


def lax_store(settings: HallSettings) -> LogStore:
    if settings.database_url:
        postgres = PostgresStore(settings.database_url)
        postgres._writer.execute("SET synchronous_commit = off")
        return postgres
    (settings.data_dir / REACH_FILE).unlink(missing_ok=True)  # what it loses is to be found by the counting
    sqlite = SqliteStore(settings.data_dir / LOG_FILE)
    sqlite._writer.execute("PRAGMA synchronous=NORMAL")
    return sqlite


def main(words: Sequence[str]) -> int:
    kind, data, port, *address = words
    os.umask(0o077)
    stores: dict[str, Callable[[HallSettings], LogStore]] = {"null": null_store, "lax": lax_store}
    vars(service)["open_store"] = stores[kind]  # read when the hall starts
    settings = HallSettings(data_dir=Path(data), port=int(port), database_url=address[0] if address else "")
    return service.run_hall(settings, say=say)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
