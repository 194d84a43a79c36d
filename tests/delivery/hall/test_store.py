"""Both places the log can be kept pass one suite."""

import sqlite3 as plain_sqlite
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.postgres import temporary_cluster
from zhiheng.delivery.core.attempt import Entry, opened_entry
from zhiheng.delivery.hall.postgres_store import PostgresStore
from zhiheng.delivery.hall.reader import read_attempt, read_log
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, SqliteStore
from zhiheng.delivery.hall.store import Fate, LogStore
from zhiheng.foundation.errors import Refused


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with temporary_cluster() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> "Path | str":
    """Where the log is: a data directory or an address."""
    if request.param == "sqlite":
        return tmp_path
    address: str = request.getfixturevalue("cluster")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS hall CASCADE")
    return address


def opened(source: "Path | str") -> LogStore:
    return PostgresStore(source) if isinstance(source, str) else SqliteStore(source / LOG_FILE)


@pytest.fixture
def store(source: "Path | str") -> Iterator[LogStore]:
    made = opened(source)
    yield made
    made.close()


def answer(seq: int, body: str = '"A"', *, attempt: str = "a", item: str = "x") -> Entry:
    return Entry(attempt=attempt, epoch=1, item=item, seq=seq, kind="answer", body=body, server_time=seq)


def test_rows_are_numbered_in_the_order_they_came(store: LogStore) -> None:
    outcomes = store.append([answer(1), answer(2, '"B"'), answer(1, attempt="b")])

    assert [(outcome.fate, outcome.entry.id) for outcome in outcomes] == [
        (Fate.APPENDED, n) for n in (1, 2, 3)
    ]
    assert [(row.id, row.body) for row in store.attempt("a")] == [(1, '"A"'), (2, '"B"')]


def test_a_repeat_is_told_and_a_conflict_refused_even_within_one_batch(store: LogStore) -> None:
    store.append([answer(1)])
    outcomes = store.append([answer(1), answer(1, '"B"'), answer(2), answer(2, '"C"')])

    assert [outcome.fate for outcome in outcomes] == [
        Fate.REPEATED,
        Fate.CONFLICT,
        Fate.APPENDED,
        Fate.CONFLICT,
    ]
    assert [row.body for row in store.attempt("a")] == ['"A"', '"A"']


def test_the_same_answer_in_another_session_is_another_row(store: LogStore) -> None:
    import msgspec

    store.append([answer(1), msgspec.structs.replace(answer(1, '"B"'), epoch=2)])

    assert [row.epoch for row in store.attempt("a")] == [1, 2]


def test_control_rows_are_found_at_start(store: LogStore) -> None:
    store.append([answer(1), opened_entry("a", epoch=1, at=1)])

    assert [row.kind for row in store.control()] == ["opened"]


def test_what_was_written_is_there_after_reopening(source: "Path | str") -> None:
    first = opened(source)
    first.append([answer(1)])
    first.close()
    second = opened(source)
    outcomes = second.append([answer(2)])

    assert [row.seq for row in second.attempt("a")] == [1, 2]
    assert outcomes[0].entry.id > 1
    second.close()


def test_the_back_office_reads_beside_the_writer(source: "Path | str", store: LogStore) -> None:
    store.append([answer(1), answer(1, attempt="b"), answer(2)])

    assert [(row.attempt, row.seq) for row in read_log(source)] == [("a", 1), ("b", 1), ("a", 2)]
    assert [row.seq for row in read_log(source, ["a"])] == [1, 2]
    assert [row.seq for row in read_log(source, after=1)] == [1, 2]
    assert [row.seq for row in read_attempt(source, "b")] == [1]


def test_a_hall_that_never_started_has_no_rows(tmp_path: Path, cluster: str) -> None:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS hall CASCADE")
    for nowhere in (tmp_path, cluster):
        assert list(read_log(nowhere)) == []
        assert read_attempt(nowhere, "a") == []


def test_the_sqlite_log_is_durable_before_it_is_told(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / LOG_FILE)
    mode = store._writer.execute("PRAGMA journal_mode").fetchone()[0]
    level = store._writer.execute("PRAGMA synchronous").fetchone()[0]
    store.close()

    assert (mode, level) == ("wal", 2)


def test_nothing_in_the_log_can_be_changed(source: "Path | str", store: LogStore) -> None:
    store.append([answer(1)])
    if isinstance(source, str):
        with (
            psycopg.connect(source, autocommit=True) as connection,
            pytest.raises(psycopg.Error, match="append-only"),
        ):
            connection.execute("UPDATE hall.log SET body = 'x'")
        return
    connection = plain_sqlite.connect(source / LOG_FILE)
    for change in ("UPDATE log SET body = 'x'", "DELETE FROM log"):
        with pytest.raises(plain_sqlite.Error, match="append-only"):
            connection.execute(change)
    connection.close()


def test_two_halls_never_share_one_database(cluster: str) -> None:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS hall CASCADE")
    first = PostgresStore(cluster)
    with pytest.raises(Refused) as refused:
        PostgresStore(cluster)
    first.close()

    assert refused.value.code == "hall-locked"
