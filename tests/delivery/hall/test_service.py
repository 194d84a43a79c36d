"""The hall as a real process: signed in, saved, killed, and everything acknowledged is still there."""

import asyncio
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.delivery.packs import ID_NUMBER, candidate, small_pack
from tests.delivery.running import COMMAND, PATIENCE, Running, start
from zhiheng.cli.processes import free_port
from zhiheng.delivery.core.receipt import read_receipt, receipt_holds
from zhiheng.delivery.hall import service
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.hall.reader import read_log
from zhiheng.delivery.hall.service import Hall, HallSettings
from zhiheng.delivery.hall.store import LogStore


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Running]:
    keys = ensure_keys(tmp_path)
    now = datetime.now(UTC)  # noqa: TID251 - the hall itself reads the machine's clock here
    places = [
        candidate(1, keys.hmac, starts=now - timedelta(minutes=10)),
        candidate(2, keys.hmac, starts=now - timedelta(minutes=100)),
        candidate(3, keys.hmac, starts=now + timedelta(minutes=20)),
        candidate(4, keys.hmac, starts=now + timedelta(hours=3)),
    ]
    write_pack(tmp_path, small_pack(keys.key_id, *places))
    port = free_port()
    running = Running(
        data=tmp_path, port=port, process=start(tmp_path, port), tickets=tuple(one.ticket for one in places)
    )
    yield running
    running.process.kill()
    running.process.wait()


def test_one_candidate_sits_resumes_and_hands_in(hall: Running) -> None:
    opened = hall.sign_in(machine="one").json()
    token = opened["token"]

    paper = hall.call("GET", "paper", token=token).json()["paper"]
    assert [len(section["items"]) for section in paper["sections"]] == [3, 1, 1]
    assert "key" not in str(paper)
    assert hall.save(token, "s1", "b", 1).json()["counted"] is True
    assert hall.save(token, "s1", "b", 1).status_code == 200
    assert hall.save(token, "s1", "c", 1).status_code == 409
    assert hall.save(token, "m1", ["c", "a"], 2).status_code == 200
    assert hall.call("GET", "answers", token=token).json()["answers"] == {"s1": "b", "m1": ["a", "c"]}

    second = hall.sign_in(machine="one").json()["token"]
    elsewhere = hall.save(token, "s2", "a", 3)
    assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (409, "other-machine")
    assert hall.call("GET", "answers", token=second).json()["answers"] == {"s1": "b", "m1": ["a", "c"]}

    receipt = hall.call("POST", "submit", token=second)
    assert hall.call("POST", "submit", token=second).content == receipt.content
    assert receipt_holds(read_receipt(receipt.content), ensure_keys(hall.data).public)
    after = hall.save(second, "s2", "a", 9).json()
    assert (after["counted"], "交卷" in after["notice"]) == (False, True)


def test_what_was_acknowledged_survives_a_kill(hall: Running) -> None:
    token = hall.sign_in().json()["token"]
    acknowledged = [
        seq for seq in range(1, 60) if hall.save(token, "s1", "abcd"[seq % 4], seq).status_code == 200
    ]
    hall.process.send_signal(signal.SIGKILL)
    hall.process.wait()
    hall.process = start(hall.data, hall.port)

    assert [row.seq for row in read_log(hall.data) if row.kind == "answer"] == acknowledged
    assert hall.save(token, "s1", "abcd"[acknowledged[-1] % 4], acknowledged[-1]).status_code == 200
    assert hall.save(token, "s2", "a", 100).status_code == 200


@pytest.mark.parametrize(
    ("place", "id_number", "status", "code"),
    [(0, "110101199001011230", 403, "sign-in"), (1, ID_NUMBER, 403, "over"), (3, ID_NUMBER, 403, "not-open")],
)
def test_who_may_not_enter_hears_why(
    hall: Running, place: int, id_number: str, status: int, code: str
) -> None:
    answer = hall.sign_in(place, id_number=id_number)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_the_paper_stays_closed_until_the_start(hall: Running) -> None:
    waiting = hall.sign_in(2).json()

    assert "paper" not in waiting
    assert hall.call("GET", "paper", token=waiting["token"]).json()["error"]["code"] == "not-started"
    assert hall.save(waiting["token"], "s1", "a", 1).json()["error"]["code"] == "not-started"


def test_guessing_is_slowed_down(hall: Running) -> None:
    codes = [hall.sign_in(id_number="110101199001011230").status_code for _ in range(6)]

    assert codes == [403] * 5 + [429]
    assert hall.sign_in().status_code == 429


def test_nonsense_is_answered_with_a_sentence(hall: Running) -> None:
    token = hall.sign_in().json()["token"]

    assert hall.save(token, "nothing", "a", 1).status_code == 422
    assert hall.save(token, "s1", "zz", 2).status_code == 422
    assert hall.save(token, "s1", "a", 0).status_code == 422
    assert hall.save("forged.token", "s1", "a", 1).status_code == 401
    assert hall.call("GET", "nowhere").status_code == 404
    assert hall.call("GET", "../../../etc/passwd").status_code == 404
    assert hall.call("PUT", "answer").status_code == 405
    big = httpx.post(f"{hall.url}/hall/answer", content=b"x" * 100_000, timeout=PATIENCE, trust_env=False)
    assert big.status_code == 413


def test_a_second_hall_on_the_same_directory_refuses(hall: Running) -> None:
    second = subprocess.run(
        [*COMMAND, "--data", str(hall.data), "--port", str(free_port())],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert (second.returncode, "另一个考场服务" in second.stderr) == (2, True)


def test_garbage_does_not_kill_it(hall: Running) -> None:
    for bytes_ in (
        b"\0" * 100,
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"A" * 40_000,
        b"\x16\x03\x01\x02\x00\x01",
    ):
        with socket.create_connection(("127.0.0.1", hall.port), timeout=PATIENCE) as line:
            line.sendall(bytes_)
            line.recv(4096)

    assert hall.sign_in().status_code == 200


def test_asked_to_stop_it_finishes_and_goes(hall: Running) -> None:
    token = hall.sign_in().json()["token"]
    assert hall.save(token, "s1", "a", 1).status_code == 200
    hall.process.send_signal(signal.SIGTERM)

    assert hall.process.wait(timeout=PATIENCE) == 0


def test_who_asks_for_heads_is_told_the_same_without_the_body(hall: Running) -> None:
    for path, status in (("/healthz", 200), ("/hall/key", 401), ("/hall/staff/seats", 401), ("/hall/x", 404)):
        whole, head = (
            httpx.request(method, f"{hall.url}{path}", trust_env=False) for method in ("GET", "HEAD")
        )
        assert (whole.status_code, head.status_code, head.content) == (status, status, b"")
        assert head.headers == whole.headers
    assert hall.call("HEAD", "answer").status_code == 405


def test_figures_are_for_this_machine_only(hall: Running) -> None:
    def asked(**headers: str) -> httpx.Response:
        return httpx.get(f"{hall.url}/metrics", headers=headers, timeout=PATIENCE, trust_env=False)

    inside, outside = asked(), asked(**{"X-Forwarded-For": "203.0.113.7"})

    assert ("zhiheng_hall_rows_total" in inside.text, outside.status_code) == (True, 404)


def test_a_store_that_does_not_come_is_told_of_while_it_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def slow(settings: HallSettings) -> LogStore:
        for _ in range(200):
            if said:
                break
            time.sleep(0.02)
        return service_store(settings)

    async def run() -> list[str]:
        hall = Hall(HallSettings(data_dir=tmp_path, port=0), say=said.append)
        await hall.start()
        told = list(said)
        await hall.drain()
        return told

    service_store = service.open_store
    assert asyncio.run(run()) == []
    monkeypatch.setattr(service, "open_store", slow)
    monkeypatch.setattr(service, "WAITING_SECONDS", 0.05)
    (told,) = asyncio.run(run())
    assert told.startswith("考场服务已等了数据库 0.05 秒")
