"""Machines that are lost: PostgreSQL with its disk, one of two halls, the line between them."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.delivery.running import PATIENCE
from zhiheng.cli.hall_bench.faults import frozen, standby
from zhiheng.cli.hall_bench.faults.relay import Relay
from zhiheng.cli.hall_bench.faults.stage import kill_tree, until
from zhiheng.cli.hall_bench.faults.two_halls import two_halls
from zhiheng.cli.hall_bench.servers import start_postgres
from zhiheng.cli.spawning import Company, company
from zhiheng.delivery.hall.postgres_store import PostgresStore

DELAY = 0.15


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server


def received(line: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size and (more := line.recv(size - len(got))):
        got += more
    return got


def test_a_line_carries_both_ways_late_and_in_order() -> None:
    with listening() as server:
        relay = Relay(server.getsockname()[1], delay=DELAY)
        with socket.create_connection(("127.0.0.1", relay.port), timeout=PATIENCE) as here:
            there, _ = server.accept()
            began = time.monotonic()
            for number in range(50):
                here.sendall(b"%04d" % number)
            assert received(there, 200) == b"".join(b"%04d" % number for number in range(50))
            took = time.monotonic() - began
            there.sendall(b"x" * 500_000)
            assert received(here, 500_000) == b"x" * 500_000
            here.close()
            there.settimeout(PATIENCE)
            assert there.recv(1) == b""
        relay.cut()
        there.close()
    assert DELAY <= took < 40 * DELAY  # side by side, not one after another


def test_what_is_under_way_when_a_line_is_cut_arrives_nowhere() -> None:
    with listening() as server:
        relay = Relay(server.getsockname()[1], delay=PATIENCE)
        here = socket.create_connection(("127.0.0.1", relay.port), timeout=PATIENCE)
        there, _ = server.accept()
        here.sendall(b"lost")
        time.sleep(0.1)
        relay.cut()
        relay.cut()
        there.settimeout(PATIENCE)
        assert there.recv(4) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", relay.port), timeout=PATIENCE)
        here.close()
        there.close()
    assert "relay" not in [thread.name for thread in threading.enumerate()]


def test_a_line_to_nobody_ends_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    relay = Relay(port, delay=0.0)
    with socket.create_connection(("127.0.0.1", relay.port), timeout=PATIENCE) as here:
        assert here.recv(1) == b""
    relay.cut()


@pytest.fixture
def own() -> Iterator[Company]:
    with company() as made:
        yield made


def quiet(line: str) -> None:
    """Nobody reads the progress of a test."""


def test_the_standby_has_every_acknowledged_answer_and_another_one_has_not(
    own: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standby, "ACKS_BETWEEN", 100)
    (found,) = standby.lost_primary(own, rounds=1, say=quiet)
    if found.why:
        pytest.skip(found.why)
    facts = ("missing", "altered", "twice", "disordered", "restarts", "control_caught")
    assert [found.figures[fact] for fact in facts] == [0, 0, 0, 0, 1, True]
    assert found.figures["control_missing"] > 0
    assert found.reached is True


def test_a_hall_that_starts_waits_for_the_standby_before_it_says_what_there_is(own: Company) -> None:
    """Rows that only the primary has may be visible after its crash; nobody may be told of them yet."""
    cluster = start_postgres(own)
    if cluster is None:
        pytest.skip("PostgreSQL's server is not installed")
    PostgresStore(cluster.address).close()
    opened = threading.Event()

    def start() -> None:
        store = PostgresStore(cluster.address)
        opened.set()
        store.close()

    with psycopg.connect(cluster.address, autocommit=True) as session:

        def wait_for_standbys(names: str) -> None:
            session.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'".encode())
            session.execute("SELECT pg_reload_conf()")

        wait_for_standbys("ANY 1 (standby)")

        waited = threading.Event()

        def write() -> None:
            """A commit waits once every process of the server has read its settings."""
            with psycopg.connect(cluster.address, autocommit=True) as other:
                while not waited.is_set():
                    other.execute("CREATE TABLE one (); DROP TABLE one")

        asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        starting = threading.Thread(target=start)
        writing = threading.Thread(target=write)
        writing.start()
        assert until(lambda: session.execute(asked).fetchone() == (1,), seconds=PATIENCE)
        waited.set()
        session.execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        writing.join()
        starting.start()
        assert until(lambda: session.execute(asked).fetchone() == (1,), seconds=PATIENCE)
        assert not opened.wait(0.5)
        wait_for_standbys("")
        assert opened.wait(PATIENCE)
        starting.join()
    kill_tree(cluster.child)


def test_one_of_two_halls_is_killed_and_everybody_goes_on_at_the_other(own: Company) -> None:
    (found,) = two_halls(own, rounds=4, say=quiet)
    if found.why:
        pytest.skip(found.why)
    facts = ("missing", "altered", "twice", "disordered", "restarts", "stranded")
    assert [found.figures[fact] for fact in facts] == [0, 0, 0, 0, 2, 0]
    assert found.figures["breaks"] >= 30  # half of the pages sat at the one that was killed first
    assert found.reached is True


def test_what_a_frozen_hall_brings_in_late_replaces_nothing(
    own: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frozen, "STILL_LIMIT", PATIENCE)
    (found,) = frozen.frozen_hall(own, rounds=1, say=quiet)
    if found.why:
        pytest.skip(found.why)
    facts = ("missing", "altered", "twice", "stranded", "outdated")
    assert [found.figures[fact] for fact in facts] == [0, 0, 0, 0, 0]
    assert found.figures["longest_still_seconds"] < frozen.STILL_LIMIT
    assert found.reached is True
