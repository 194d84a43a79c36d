"""The ways an exam hall has been known to lose answers or refuse people, each kept from happening."""

import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.delivery.packs import candidate, small_pack
from tests.delivery.running import PATIENCE, Running, wait_until_answering
from tests.postgres import temporary_cluster
from zhiheng.cli.processes import free_port
from zhiheng.delivery.core.attempt import Kind
from zhiheng.delivery.core.token import StaffPass, mint_staff_token
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.hall.process import FILES_BESIDE
from zhiheng.delivery.hall.reader import read_log
from zhiheng.delivery.hall.service import EXIT_WRITER_DIED

CROWD = 5_000  # more than wait in the kernel's queue of new connections
FEW = 30

DYING = """
import sys
from zhiheng.delivery.hall import sqlite_store
class Dying(sqlite_store.SqliteStore):
    def append(self, entries):
        if any(entry.kind == "answer" for entry in entries):
            raise OSError(28, "No space left on device")
        return super().append(entries)
from zhiheng.delivery.hall import service
service.SqliteStore = Dying
from zhiheng.cli.main import main
main()
"""
PLAIN = "from zhiheng.cli.main import main; main()"


def launched(data: Path, port: int, *words: str, code: str = PLAIN) -> "subprocess.Popen[str]":
    plain = {key: value for key, value in os.environ.items() if not key.startswith("ZHIHENG_")}
    return subprocess.Popen(
        [sys.executable, "-c", code, "hall", "--data", str(data), "--port", str(port), *words],
        env=plain,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def running(data: Path, *words: str, code: str = PLAIN) -> Iterator[Running]:
    keys = ensure_keys(data)
    now = datetime.now(UTC)  # noqa: TID251 - the hall itself reads the machine's clock here
    places = [candidate(number, keys.hmac, starts=now - timedelta(minutes=5)) for number in (1, 2, 3)]
    write_pack(data, small_pack(keys.key_id, *places))
    port = free_port()
    process = launched(data, port, *words, code=code)
    hall = Running(data=data, port=port, process=process, tickets=tuple(one.ticket for one in places))  # type: ignore[arg-type]  # text or bytes
    try:
        wait_until_answering(port, process)
        yield hall
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with temporary_cluster() as address:
        yield address


@pytest.fixture
def database(cluster: str) -> str:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS hall CASCADE")
    return cluster


def test_a_dead_writer_ends_the_process_and_nothing_was_acknowledged(tmp_path: Path) -> None:
    with running(tmp_path, code=DYING) as hall:
        token = hall.sign_in().json()["token"]
        with pytest.raises(httpx.TransportError):
            hall.save(token, "s1", "a", 1)
        assert hall.process.wait(timeout=PATIENCE) == EXIT_WRITER_DIED
        said = hall.process.stdout.read() if hall.process.stdout else ""
        assert "答案无法写入存储（OSError: [Errno 28] No space left on device）" in str(said)


def test_no_process_is_left_that_could_hold_the_directory(tmp_path: Path) -> None:
    """The hall is one process; when it is killed the kernel frees directory and port for the next."""
    with running(tmp_path) as hall:
        children = subprocess.run(
            ["ps", "--no-headers", "-o", "pid", "--ppid", str(hall.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.split()
        assert children == []
        hall.process.send_signal(signal.SIGKILL)
        hall.process.wait()
        again = launched(tmp_path, hall.port)
        try:
            assert again.stdout is not None
            lines = [again.stdout.readline() for _ in range(2)]
            assert any("考场服务已就绪" in line for line in lines)
        finally:
            again.kill()
            again.wait()
            if again.stdout:
                again.stdout.close()


def test_halls_on_one_database_share_a_directory_and_hear_of_each_other(
    tmp_path: Path, database: str
) -> None:
    with (
        running(tmp_path, "--database-url", database) as one,
        running(tmp_path, "--database-url", database) as other,
    ):
        token = one.sign_in().json()["token"]
        assert one.save(token, "s1", "a", 1).status_code == 200
        assert other.save(token, "s2", "b", 2).json()["counted"] is True
        assert other.call("POST", "submit", token=token).status_code == 200
        counted, seq, give_up = True, 3, time.monotonic() + PATIENCE
        while counted and time.monotonic() < give_up:
            counted, seq = one.save(token, "s3", "c", seq).json()["counted"], seq + 1
            time.sleep(0.1)
        assert counted is False

    rows = list(read_log(database))
    assert [row.id for row in rows] == list(range(1, len(rows) + 1))
    assert [row.item for row in rows if row.kind == Kind.ANSWER][:2] == ["s1", "s2"]


def test_one_attempt_opened_by_two_halls_at_once_gets_two_sessions(tmp_path: Path, database: str) -> None:
    with (
        running(tmp_path, "--database-url", database) as one,
        running(tmp_path, "--database-url", database) as other,
    ):

        def enter(hall: Running) -> int:
            asked = {"ticket": hall.tickets[0], "id_number": "11010119900101123x", "machine": "same"}
            return int(hall.call("POST", "signin", asked).json()["epoch"])

        with ThreadPoolExecutor(2) as pool:
            epochs = list(pool.map(enter, [one, other] * 4))

    assert sorted(epochs) == list(range(1, 9))
    assert [row.epoch for row in read_log(database) if row.kind == Kind.OPENED] == list(range(1, 9))


@pytest.mark.parametrize("idle", [True, False])
def test_a_hall_that_loses_its_database_ends_with_a_sentence(
    tmp_path: Path, database: str, idle: bool
) -> None:
    with running(tmp_path, "--database-url", database) as hall:
        token = hall.sign_in().json()["token"]
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        if not idle:
            with pytest.raises(httpx.TransportError):
                hall.save(token, "s1", "a", 1)
        assert hall.process.wait(timeout=PATIENCE) == EXIT_WRITER_DIED
        said = str(hall.process.stdout.read() if hall.process.stdout else "")
        assert "考场服务停止" in said
        assert "由考生页面保留" in said


def test_a_hall_with_few_files_turns_people_away_politely_and_goes_on(tmp_path: Path) -> None:
    few = FEW + FILES_BESIDE
    code = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({few}, {few}))\n{PLAIN}"
    with running(tmp_path, code=code) as hall:
        door = ("127.0.0.1", hall.port)
        people = [socket.create_connection(door, timeout=PATIENCE) for _ in range(FEW + 20)]
        last = people[-1].recv(4_096)
        for one in people:
            one.close()
        answer, give_up = hall.sign_in(), time.monotonic() + PATIENCE
        while answer.status_code != 200 and time.monotonic() < give_up:
            time.sleep(0.1)
            answer = hall.sign_in()

    assert (last.startswith(b"HTTP/1.1 503 "), "连接已满" in last.decode()) == (True, True)
    assert answer.status_code == 200


def test_a_port_in_use_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        second = launched(tmp_path, taken.getsockname()[1])
        said, _ = second.communicate(timeout=PATIENCE)

    assert (second.returncode, "不能在 127.0.0.1:" in said, "--port" in said) == (2, True, True)


def test_asked_to_stop_it_ends_the_consoles_too(tmp_path: Path) -> None:
    patient = f"from zhiheng.delivery.hall import service; service.DRAIN_SECONDS = {10 * PATIENCE}\n{PLAIN}"
    with running(tmp_path, code=patient) as hall:
        key = ensure_keys(tmp_path).hmac
        staff = StaffPass("p1", "演示监考员", "2026-11-28", (), int(time.time() * 1000) + 3_600_000)
        headers = {"Authorization": f"Staff {mint_staff_token(staff, key=key)}"}
        with httpx.stream(
            "GET", f"{hall.url}/hall/staff/seats", headers=headers, timeout=PATIENCE, trust_env=False
        ) as seats:
            lines = seats.iter_lines()
            while not next(lines).startswith("event: all"):
                pass
            hall.process.send_signal(signal.SIGTERM)
            rest = list(lines)
        assert hall.process.wait(timeout=PATIENCE) == 0

    assert rest[0].startswith("data: ")


def test_a_crowd_at_once_is_let_in_and_everybody_is_answered(tmp_path: Path) -> None:
    """All connect in the same moment; none is turned away, none waits for a lost handshake."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = CROWD + 2_000 if hard == resource.RLIM_INFINITY else min(hard, CROWD + 2_000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    people = min(CROWD, most - 500)  # fewer where nobody may open so many files
    try:
        with running(tmp_path) as hall:
            answered = crowd(hall.port, people)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert answered == people


def crowd(port: int, size: int) -> int:
    """How many of them hear the time, all connections staying open."""
    chooser = selectors.DefaultSelector()
    people = []
    for number in range(size):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", port))
        chooser.register(one, selectors.EVENT_WRITE, number)
        people.append(one)
    answered, give_up = 0, time.monotonic() + PATIENCE
    while answered < size and time.monotonic() < give_up:
        for key, events in chooser.select(1):
            one = people[key.data]
            if events & selectors.EVENT_WRITE:
                one.send(b"GET /hall/time HTTP/1.1\r\nHost: x\r\n\r\n")
                chooser.modify(one, selectors.EVENT_READ, key.data)
            else:
                answered += one.recv(4_096).startswith(b"HTTP/1.1 200 ")
                chooser.unregister(one)
    chooser.close()
    for one in people:
        one.close()
    return answered
