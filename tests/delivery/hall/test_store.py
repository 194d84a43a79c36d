"""Both places the log can be kept pass one suite."""

import sqlite3 as plain_sqlite
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.postgres import temporary_cluster
from zhiheng.delivery.core.attempt import Entry, opened_entry
from zhiheng.delivery.hall import sqlite_store
from zhiheng.delivery.hall.postgres_store import PostgresStore, Unsure
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


@pytest.mark.parametrize("flags", [("", ""), ("late", ""), ("", "late,after-submit")])
@pytest.mark.parametrize("control", [False, True])
def test_kinds_and_flags_come_back_whatever_else_is_in_the_batch(
    store: LogStore, flags: tuple[str, str], control: bool
) -> None:
    import msgspec

    batch = [msgspec.structs.replace(answer(seq), flags=flag) for seq, flag in enumerate(flags, start=1)]
    batch += [opened_entry("a", epoch=1, at=1)] if control else []
    told = [(row.kind, row.flags) for row in batch]
    store.append(batch)

    assert [(row.kind, row.flags) for row in store.attempt("a")] == told


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


def beginnings(folder: Path) -> int:
    """How often the write-ahead log was begun anew: its header counts (SQLite, file format, 4.1)."""
    return int.from_bytes((folder / f"{LOG_FILE}-wal").read_bytes()[12:16], "big")


def test_a_long_write_ahead_log_is_begun_anew_by_the_writer(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / LOG_FILE)
    store.append([answer(1)])
    before = beginnings(tmp_path)
    store._checkpoints.long = True
    store.append([answer(2)])
    again = beginnings(tmp_path)
    store.append([answer(3)])
    rows = store.attempt("a")
    store.close()

    assert again - before == 1
    assert [row.seq for row in rows] == [1, 2, 3]
    assert store._checkpoints.long is False


def test_beside_the_writer_it_is_noticed_that_the_log_is_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_store, "_LONG_PAGES", 5)
    monkeypatch.setattr(sqlite_store, "_CHECKPOINT_SECONDS", 0.01)
    store = SqliteStore(tmp_path / LOG_FILE)
    until, seq = time.monotonic() + 60, 0
    while not store._checkpoints.long and time.monotonic() < until:
        seq += 1
        store.append([answer(seq)])
        time.sleep(0.001)  # the writer is not to have the interpreter for itself
    noticed = store._checkpoints.long
    store.close()

    assert noticed


def test_nothing_in_the_log_can_be_changed(source: "Path | str", store: LogStore) -> None:
    store.append([answer(1)])
    if isinstance(source, str):
        with (
            psycopg.connect(source, autocommit=True) as connection,
            pytest.raises(psycopg.Error, match="append-only"),
        ):
            connection.execute("UPDATE hall.log SET body = 'x'")
        return
    file = plain_sqlite.connect(source / LOG_FILE)
    for change in ("UPDATE entry SET body = 'x'", "DELETE FROM entry"):
        with pytest.raises(plain_sqlite.Error, match="append-only"):
            file.execute(change)
    file.close()


@pytest.fixture
def address(cluster: str) -> str:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS hall CASCADE")
    return cluster


def test_several_halls_share_one_database_and_ids_follow_commits(address: str) -> None:
    """Whoever has seen row n will never see a row below n appear: checked by a reader beside two writers."""
    halls = [PostgresStore(address) for _ in range(2)]
    told: list[list[int]] = [[], []]

    def write(which: int) -> None:
        for turn in range(60):
            rows = [answer(turn * 3 + n, attempt=f"hall-{which}") for n in range(3)]
            told[which] += [outcome.entry.id for outcome in halls[which].append(rows)]

    writers = [threading.Thread(target=write, args=(which,)) for which in range(2)]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while any(writer.is_alive() for writer in writers):
        seen += [row.id for row in read_log(address, after=seen[-1] if seen else 0)]
    seen += [row.id for row in read_log(address, after=seen[-1] if seen else 0)]
    for hall in halls:
        hall.close()

    assert seen == list(range(1, 361))
    assert sorted(told[0] + told[1]) == seen


def test_one_name_written_by_two_halls_is_kept_once(address: str) -> None:
    one, other = PostgresStore(address), PostgresStore(address)
    first = one.append([opened_entry("a", epoch=1, at=1)])
    again = other.append([opened_entry("a", epoch=1, at=2), answer(1)])
    changed = other.append([answer(1, '"B"')])
    followed = [(row.id, row.server_time) for row in one.control(after=0)]
    one.close()
    other.close()

    assert [outcome.fate for outcome in first] == [Fate.APPENDED]
    assert [outcome.fate for outcome in again] == [Fate.REPEATED, Fate.APPENDED]
    assert [outcome.fate for outcome in changed] == [Fate.CONFLICT]
    assert followed == [(1, 1)]


def test_a_commit_the_database_warns_of_is_not_taken_for_kept(address: str) -> None:
    """As when somebody cancels a commit that waits for its standby: PostgreSQL reports success and warns."""
    store = PostgresStore(address)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION hall.warn() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE WARNING 'canceling wait'; RETURN NULL; END $$"
        )
        connection.execute("CREATE TRIGGER warn AFTER INSERT ON hall.log EXECUTE FUNCTION hall.warn()")
    with pytest.raises(Unsure, match="canceling wait"):
        store.append([answer(1)])
    store.close()


def test_a_batch_of_repeats_waits_for_the_disk_as_any_other(address: str) -> None:
    store = PostgresStore(address)
    store.append([answer(1)])
    with psycopg.connect(address, autocommit=True) as connection:
        before = connection.execute("SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn").fetchone()
        store.append([answer(1)])
        after = connection.execute("SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn").fetchone()
    store.close()

    assert before is not None
    assert after is not None
    assert after[0] > before[0]


def test_what_fails_when_it_is_committed_is_not_taken_for_kept(address: str) -> None:
    """The answer to a statement comes before its commit, and only the commit counts."""
    store = PostgresStore(address)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION hall.fail() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'not kept'; END $$"
        )
        connection.execute(
            "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON hall.log DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION hall.fail()"
        )
    with pytest.raises(psycopg.Error, match="not kept"):
        store.append([answer(1)])
    kept = store.attempt("a")
    store.close()

    assert kept == []


def test_a_database_that_is_not_there_is_refused_with_a_sentence() -> None:
    with pytest.raises(Refused) as refused:
        PostgresStore("postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")

    assert refused.value.code == "hall-database"
    assert "请检查数据库地址" in refused.value.sentence


AWKWARD = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)


@given(bodies=st.lists(AWKWARD, min_size=1, max_size=120))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_text_comes_back_as_it_was_kept(source: "Path | str", bodies: list[str]) -> None:
    """Quotes, backslashes, braces and commas mean something to a database; to the log they are text."""
    attempt = str(uuid.uuid4())
    written = [body if isinstance(source, Path) else body.replace("\0", "") for body in bodies]
    made = opened(source)
    made.append([answer(seq, body, attempt=attempt, item=f"q{seq}") for seq, body in enumerate(bodies)])
    kept = [row.body for row in made.attempt(attempt)]
    made.close()

    assert kept == written


def test_control_rows_after_a_row_are_only_the_later_ones(store: LogStore) -> None:
    rows = store.append([opened_entry("a", epoch=1, at=1), answer(1), opened_entry("a", epoch=2, at=2)])

    assert [row.epoch for row in store.control(after=rows[0].entry.id)] == [2]
