"""Group commit without a database: who is told what, when, and from which thread the store is called."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence

import pytest

from tests.delivery.running import PATIENCE
from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.hall import committer as module
from zhiheng.delivery.hall.committer import SIZES, CommitFigures, Committer
from zhiheng.delivery.hall.store import Outcome, appended, number


class Store:
    """Keeps the batches; takes `seconds` for each, and fails on the batch numbered `fails`."""

    def __init__(self, *, seconds: float = 0, shared: bool = False) -> None:
        self.shared = shared
        self.seconds = seconds
        self.fails = -1
        self.let_go = threading.Event()  # until then it hangs
        self.let_go.set()
        self.batches: list[list[str]] = []
        self.threads: list[str] = []
        self._next = 1

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        self.threads.append(threading.current_thread().name)
        if len(self.batches) == self.fails:
            raise OSError("disk gone")
        if self.seconds:
            time.sleep(self.seconds)
        self.let_go.wait(PATIENCE)
        self.batches.append([entry.item for entry in entries])
        number(entries, first=self._next)
        self._next += len(entries)
        return appended(entries)

    def attempt(self, attempt: str) -> list[Entry]:
        return []

    def control(self, *, after: int = 0) -> list[Entry]:
        return []

    def answers(self, *, after: int, limit: int) -> list[Entry]:
        return []

    def others(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing was opened."""


def row(item: str) -> Entry:
    return Entry(attempt="a", epoch=1, item=item, seq=1, kind="answer", body='"a"', server_time=1)


def committed(store: Store, work: Callable[[Committer], Awaitable[None]]) -> list[BaseException]:
    deaths: list[BaseException] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        committer = Committer(
            store, post=loop.call_soon_threadsafe, soon=loop.call_soon, on_death=deaths.append
        )
        await asyncio.wait_for(work(committer), PATIENCE)
        committer.stop()

    asyncio.run(run())
    return deaths


async def settled(committer: Committer) -> None:
    while not committer.idle:
        await asyncio.sleep(0)


async def until_called_by(thread: str, store: Store, committer: Committer) -> None:
    """Row after row; a machine that stumbles only takes longer."""
    while not store.threads or store.threads[-1] != thread:
        committer.add(row("q"), lambda outcome: None)
        await settled(committer)


LOOP, WRITER = "MainThread", "hall-writer"


def test_a_quick_store_is_called_on_the_loop_and_a_slow_one_by_its_thread() -> None:
    async def work(committer: Committer) -> None:
        await until_called_by(LOOP, store, committer)
        store.seconds = 0.01
        await until_called_by(WRITER, store, committer)
        store.seconds = 0
        await until_called_by(LOOP, store, committer)

    store = Store()
    assert committed(store, work) == []
    assert store.threads[0] == WRITER


@pytest.mark.parametrize("seconds", [0, 0.01])
def test_what_comes_in_one_turn_is_one_batch_and_told_in_order(seconds: float) -> None:
    told: list[tuple[str, int]] = []

    async def work(committer: Committer) -> None:
        await until_called_by(WRITER if seconds else LOOP, store, committer)
        store.batches.clear()
        for turn in range(5):
            for place in range(3):
                committer.add(
                    row(f"{turn}{place}"), lambda done: told.append((done.entry.item, done.entry.id))
                )
            await settled(committer)

    store = Store(seconds=seconds)
    committed(store, work)
    assert store.batches == [[f"{turn}{place}" for place in range(3)] for turn in range(5)]
    assert [item for item, _ in told] == [f"{turn}{place}" for turn in range(5) for place in range(3)]
    assert [place for _, place in told] == list(range(told[0][1], told[0][1] + 15))


@pytest.mark.parametrize("thread", [LOOP, WRITER])
def test_a_store_that_fails_tells_nobody_and_is_not_called_again(thread: str) -> None:
    told: list[str] = []

    async def work(committer: Committer) -> None:
        await until_called_by(thread, store, committer)
        store.fails = len(store.batches)
        for name in ("x", "y"):
            committer.add(row(name), lambda done: told.append(done.entry.item))
        while committer.alive:
            await asyncio.sleep(0)
        committer.add(row("z"), lambda done: told.append(done.entry.item))
        for _ in range(20):
            await asyncio.sleep(0.001)

    store = Store()
    deaths = committed(store, work)
    assert [str(error) for error in deaths] == ["disk gone"]
    assert (told, len(store.batches)) == ([], store.fails)


def test_a_store_beyond_the_network_is_never_waited_for_on_the_loop() -> None:
    async def work(committer: Committer) -> None:
        for _ in range(100):
            committer.add(row("q"), lambda outcome: None)
            await settled(committer)

    store = Store(shared=True)
    committed(store, work)
    assert set(store.threads) == {WRITER}


def test_a_store_that_hangs_is_not_called_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(committer: Committer) -> None:
        store.let_go.clear()
        committer.add(row("q"), lambda outcome: None)
        assert committer.alive
        monkeypatch.setattr(module, "STUCK_SECONDS", 0.05)
        while committer.alive:
            await asyncio.sleep(0.01)
        assert not committer.idle
        store.let_go.set()
        await settled(committer)
        assert committer.alive

    store = Store(shared=True)
    committed(store, work)


def test_one_who_cannot_be_told_does_not_silence_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    def fall(done: Outcome) -> None:
        raise RuntimeError("the line is closed")

    async def work(committer: Committer) -> None:
        committer.add(row("x"), fall)
        committer.add(row("y"), lambda done: told.append(done.entry.item))
        await settled(committer)
        committer.add(row("z"), lambda done: told.append(done.entry.item))
        await settled(committer)

    assert committed(Store(), work) == []
    assert told == ["y", "z"]
    assert "the line is closed" in capsys.readouterr().err


def test_a_batch_is_no_larger_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_LIMIT", 10)

    async def work(committer: Committer) -> None:
        for place in range(35):
            committer.add(row(f"q{place}"), lambda outcome: None)
        await settled(committer)

    store = Store()
    committed(store, work)
    assert [len(batch) for batch in store.batches] == [10, 10, 10, 5]
    assert [item for batch in store.batches for item in batch] == [f"q{place}" for place in range(35)]


def test_figures_are_counted_at_the_first_bound_not_exceeded() -> None:
    figures = CommitFigures()
    for rows, seconds in ((1, 0.0004), (2, 0.001), (9_999, 9.0)):
        figures.count(rows, seconds)

    assert (figures.batches, figures.rows, figures.largest) == (3, 10_002, 9_999)
    assert figures.by_size == [1, 1, *[0] * (len(SIZES) - 2), 1]
    assert (figures.by_seconds[0], figures.by_seconds[1], figures.by_seconds[-1]) == (1, 1, 1)
