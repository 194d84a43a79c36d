"""Rude peers, odd files, a dying disk: the hall in this process, with short limits."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import httpx
import pytest

from tests.delivery.packs import ID_NUMBER, candidate, small_pack
from tests.delivery.running import PATIENCE, ago
from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.core.pack import PackCandidate
from zhiheng.delivery.hall import service
from zhiheng.delivery.hall.committer import Committer
from zhiheng.delivery.hall.keys import HallKeys, ensure_keys
from zhiheng.delivery.hall.limits import Limits
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.hall.service import Hall, HallSettings
from zhiheng.delivery.hall.store import Fate, Outcome

SHORT = Limits(receive_seconds=0.4, idle_seconds=0.4)  # but a disk may take its time over an answer
UNREAD = Limits(receive_seconds=0.4, idle_seconds=0.4, answer_seconds=0.4)


def with_hall(
    folder: Path,
    work: Callable[[Hall], Awaitable[None]],
    *,
    limits: Limits = SHORT,
    seats: Callable[[HallKeys], Sequence[PackCandidate]] = lambda keys: (),
) -> None:
    async def serve() -> None:
        keys = ensure_keys(folder)
        write_pack(folder, small_pack(keys.key_id, *seats(keys)))
        hall = Hall(HallSettings(data_dir=folder, port=0, limits=limits), say=lambda text: None)
        await hall.start()
        try:
            await work(hall)
        finally:
            await hall.drain()

    asyncio.run(serve())


async def sign_in(hall: Hall, number: int) -> httpx.Response:
    address = f"http://127.0.0.1:{hall.port}"
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=False) as client:
        asked = {"ticket": f"2026112800{number:04d}", "id_number": ID_NUMBER}
        return await client.post("/hall/signin", json=asked)


async def closes(reader: asyncio.StreamReader) -> bool:
    """Whether the hall ends the connection before anybody would lose patience."""
    try:
        async with asyncio.timeout(PATIENCE):
            while await reader.read(65_536):
                pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def test_a_head_that_drips_is_cut(tmp_path: Path) -> None:
    async def drip(hall: Hall) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", hall.port)
        closing = asyncio.create_task(closes(reader))
        for byte in b"GET /hall/ HTTP/1.1\r\nHost: a.example\r\nX: " + b"y" * 40:
            if closing.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)
        assert await closing
        writer.close()

    with_hall(tmp_path, drip)


def test_a_peer_that_never_reads_costs_little_and_is_cut(tmp_path: Path) -> None:
    async def flood(hall: Hall) -> None:
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.connect(("127.0.0.1", hall.port))
        peer.setblocking(False)
        held = 0
        for _ in range(60):
            with contextlib.suppress(OSError):
                peer.send(b"GET /hall/static/exam.js HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
            await asyncio.sleep(0.01)
            held = max([held, *(one.unread for one in hall.connections)])
        give_up = time.monotonic() + PATIENCE
        while hall.connections and time.monotonic() < give_up:
            await asyncio.sleep(0.1)
        left = len(hall.connections)
        peer.close()
        assert 0 < held < 1_000_000
        assert left == 0

    with_hall(tmp_path, flood, limits=UNREAD)


def test_many_requests_at_once_are_all_answered_in_order(tmp_path: Path) -> None:
    async def pipeline(hall: Hall) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", hall.port)
        paths = [b"/healthz", b"/hall/static/exam.js", b"/nowhere"] * 40
        writer.write(b"".join(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths))
        statuses = []
        async with asyncio.timeout(PATIENCE):
            for _ in paths:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                statuses.append(int(head.split()[1]))
                length = next(line for line in head.splitlines() if line.startswith("Content-Length"))
                await reader.readexactly(int(length.split(":")[1]))
        assert statuses == [200, 200, 404] * 40
        writer.close()

    with_hall(tmp_path, pipeline, limits=Limits())


def test_a_pack_file_that_cannot_be_read_does_not_end_the_sweep(tmp_path: Path) -> None:
    async def vanish(hall: Hall) -> None:
        (tmp_path / "packs" / "gone.json").symlink_to(tmp_path / "nowhere.json")
        (tmp_path / "packs" / "folder.json").mkdir()
        await asyncio.sleep(1.3)
        reader, writer = await asyncio.open_connection("127.0.0.1", hall.port)
        writer.write(b"GET / HT")
        assert await closes(reader)
        assert (await sign_in(hall, 1)).status_code == 200
        writer.close()

    with_hall(
        tmp_path,
        vanish,
        seats=lambda keys: [candidate(1, keys.hmac, starts=ago(minutes=5))],
    )


def test_entry_closes_at_the_time_of_the_pack_told_in_local_time(tmp_path: Path) -> None:
    closed = ago(days=1).replace(hour=1, minute=30, second=0, microsecond=0)

    async def late(hall: Hall) -> None:
        answer = await sign_in(hall, 1)
        assert answer.status_code == 403
        assert answer.json()["error"] == {
            "code": "late-entry",
            "sentence": "已过本场考试允许进入的时间。依据：最迟进入时间为 09:30。请联系考点工作人员。",
        }

    with_hall(
        tmp_path,
        late,
        seats=lambda keys: [candidate(1, keys.hmac, starts=ago(minutes=5), late_entry_until=closed)],
    )


def test_time_granted_keeps_the_door_open_where_the_pack_sets_no_last_entry(tmp_path: Path) -> None:
    async def enter(hall: Hall) -> None:
        assert (await sign_in(hall, 1)).status_code == 200
        assert (await sign_in(hall, 2)).json()["error"]["code"] == "over"

    with_hall(
        tmp_path,
        enter,
        seats=lambda keys: [
            candidate(1, keys.hmac, starts=ago(minutes=91), granted_minutes=20),
            candidate(2, keys.hmac, starts=ago(minutes=91)),
        ],
    )


class DyingStore:
    """Keeps the first batch, then the disk is gone."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        if self.batches:
            raise OSError("disk gone")
        self.batches.append([entry.item for entry in entries])
        return [Outcome(Fate.APPENDED, entry) for entry in entries]

    def attempt(self, attempt: str) -> list[Entry]:
        return []

    def control(self, *, after: int = 0) -> list[Entry]:
        return []

    def answers(self, *, after: int, limit: int) -> list[Entry]:
        return []

    shared = False

    def others(self) -> bool:
        return False

    def close(self) -> None:
        pass


def test_nobody_is_told_when_the_writer_dies(tmp_path: Path) -> None:
    async def die() -> None:
        store, told = DyingStore(), list[str]()
        deaths: list[BaseException] = []
        loop = asyncio.get_running_loop()
        committer = Committer(store, post=loop.call_soon_threadsafe, on_death=deaths.append)

        def row(item: str) -> Entry:
            return Entry(attempt="a", epoch=1, item=item, seq=1, kind="answer", body='"a"', server_time=1)

        for item in ("s1", "s2", "s3"):
            committer.add(row(item), lambda outcome: told.append(outcome.entry.item))
        while not committer.idle:
            await asyncio.sleep(0.01)
        committer.add(row("s4"), lambda outcome: told.append(outcome.entry.item))
        while not deaths:
            await asyncio.sleep(0.01)
        assert store.batches == [["s1", "s2", "s3"]]
        assert told == ["s1", "s2", "s3"]
        assert str(deaths[0]) == "disk gone"

    asyncio.run(asyncio.wait_for(die(), PATIENCE))


def test_a_hall_whose_disk_dies_stops_and_acknowledges_nothing(tmp_path: Path) -> None:
    async def die(hall: Hall) -> None:
        store, dying = hall.store, DyingStore()
        dying.batches.append([])
        hall.committer._store = dying  # a disk cannot be pulled out of a test machine
        try:
            await sign_in(hall, 1)
        except httpx.TransportError:
            acknowledged = False
        else:
            acknowledged = True
        assert not acknowledged
        assert hall.stopping.is_set()
        assert str(hall.failure) == "disk gone"
        assert store.control() == []

    with_hall(
        tmp_path,
        die,
        seats=lambda keys: [candidate(1, keys.hmac, starts=ago(minutes=5))],
    )


class HangingStore(DyingStore):
    """Like a standby that does not answer, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        self.let_go.wait(PATIENCE)
        return [Outcome(Fate.APPENDED, entry) for entry in entries]


def test_a_hall_asked_to_stop_does_not_wait_for_ever_for_a_store_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "DRAIN_SECONDS", 0.3)
    said: list[str] = []

    async def stop() -> None:
        keys = ensure_keys(tmp_path)
        write_pack(tmp_path, small_pack(keys.key_id, candidate(1, keys.hmac, starts=ago(minutes=5))))
        hall = Hall(HallSettings(data_dir=tmp_path, port=0), say=said.append)
        await hall.start()
        kept, hall.committer._store = hall.store, HangingStore()
        hanging = hall.committer._store
        entering = asyncio.create_task(sign_in(hall, 1))
        while hall.committer.idle:
            await asyncio.sleep(0.01)
        await asyncio.wait_for(hall.drain(), PATIENCE / 2)
        with pytest.raises(httpx.TransportError):
            await entering
        assert isinstance(hall.failure, service.StoreHangs)
        assert kept.control() == []
        hanging.let_go.set()
        while not hall.committer.idle:
            await asyncio.sleep(0.01)
        hall.failure = None
        await hall.drain()

    asyncio.run(stop())
    assert "考场服务停止：停止时存储没有回应" in said[-1]
