"""The hall as one process: lock, start, sweep, drain, stop."""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import uvloop

from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.hall.clock import HallClock
from zhiheng.delivery.hall.committer import Committer
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.door import Door
from zhiheng.delivery.hall.following import Following
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.limits import Limits
from zhiheng.delivery.hall.news import News, NewsTable
from zhiheng.delivery.hall.packs import PACK_FOLDER, PackShelf, Shelved
from zhiheng.delivery.hall.postgres_store import PostgresStore
from zhiheng.delivery.hall.process import room_for, settle_memory, unusable_in_words
from zhiheng.delivery.hall.protocol import Connection
from zhiheng.delivery.hall.proxies import TrustedProxies
from zhiheng.delivery.hall.reach import Reach, require_file_of
from zhiheng.delivery.hall.routes import Routes
from zhiheng.delivery.hall.saving import Saving
from zhiheng.delivery.hall.sharing import HeardTable, Sharing
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, SqliteStore
from zhiheng.delivery.hall.store import LogStore
from zhiheng.foundation.addresses import http_address
from zhiheng.foundation.errors import Refused, ZhihengError

LOCK_FILE = "hall.lock"
EXIT_WRITER_DIED = 70
DRAIN_SECONDS = 10
WAITING_SECONDS = 5.0
_TICK_SECONDS = 1.0
_BACKLOG = 16_384  # of new connections; the kernel keeps as many of them as it is set to

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class HallSettings:
    """database_url: empty for the SQLite file in the data directory. port 0: any free one.

    trusted_proxies: addresses or networks whose X-Forwarded-For is believed.
    site_origin: "https://host" of the back office, the only other origin whose pages may ask the staff routes.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8701
    database_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    site_origin: str = ""
    limits: Limits = field(default_factory=Limits)


class StoreHangs(ZhihengError):
    """The store has not come back with a batch."""


class DirectoryLock:
    """The data directory belongs to one process; released by the kernel when that process ends.

    shared: the log is elsewhere, so several processes may serve from one directory of keys and packs.
    """

    def __init__(self, data_dir: Path, *, shared: bool = False) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(data_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise Refused(
                what=f"另一个考场服务正在使用数据目录 {data_dir}",
                rule="答案存在数据目录里时，一个目录同时只能有一个考场服务",
                remedy="请先停止另一个考场服务，或用 --data 指定别的目录；要多个服务同时运行，请使用 PostgreSQL",
                code="hall-locked",
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        os.close(self._descriptor)


class Hall:
    """Start with `start()` on a running loop, end with `drain()`. `failure`: why the writer died."""

    def __init__(self, settings: HallSettings, *, say: Callable[[str], None]) -> None:
        self.settings = settings
        self._say = say
        self._readers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hall-reader")
        self._server: asyncio.Server | None = None
        self._ticker: asyncio.TimerHandle | None = None
        self._drained = False
        self._looking = False
        self._noting = False
        self._reach: Reach | None = None
        self.stopping = asyncio.Event()
        self.failure: BaseException | None = None
        self.port = 0
        self.door: Door | None = None

    @property
    def connections(self) -> set[Connection]:
        return self.door.connections if self.door is not None else set()

    async def start(self) -> None:
        settings = self.settings
        proxies = TrustedProxies(settings.trusted_proxies)
        with unusable_in_words(settings.data_dir):
            self._lock = DirectoryLock(settings.data_dir, shared=bool(settings.database_url))
            try:
                keys = ensure_keys(settings.data_dir)
                (settings.data_dir / PACK_FOLDER).mkdir(exist_ok=True)
                with _told_of_waiting(self._say):
                    self.store = open_store(settings)
                if isinstance(self.store, SqliteStore):
                    self._reach = Reach(settings.data_dir / LOG_FILE)
                    self._reach.require_whole()
            except BaseException:
                self._lock.release()
                raise
        self._clock = HallClock(settings.data_dir)
        self._loop = asyncio.get_running_loop()
        post = self._loop.call_soon_threadsafe
        self.committer = Committer(
            self.store, post=post, soon=self._loop.call_soon, on_death=self._writer_died
        )
        shelf = PackShelf(settings.data_dir / PACK_FOLDER, key_id=keys.key_id, say=self._say)
        self._desk = Desk(shelf=shelf, committer=self.committer, keys=keys)
        self._following = Following(
            self.store, remember=self._desk.remember, read=self._read, later=self._loop.call_later
        )
        self._following.begin()  # before the packs: what they grant may have been written already
        self._routes = Routes(
            desk=self._desk,
            committer=self.committer,
            now=self._clock.now,
            real=self._clock.real,
            read_attempt=self._read_attempt,
            open_connections=lambda: len(self.connections),
            site_origin=settings.site_origin,
        )
        self._sharing = self._shared()
        self.door = Door(
            dispatch=self._routes.dispatch,
            saver=Saving(desk=self._desk, committer=self.committer, now=self._clock.now),
            limits=settings.limits,
            proxies=proxies,
            say=self._say,
        )
        self.rescan()
        self._tick()
        await self._listen(self.door)

    async def _listen(self, door: Door) -> None:
        host, port = self.settings.host, self.settings.port
        try:
            self._server = await self._loop.create_server(
                partial(Connection, door), host, port, backlog=_BACKLOG
            )
        except OSError as error:
            await self.drain()
            raise Refused(
                what=f"考场服务不能在 {host}:{port} 监听：{error.strerror or error}",
                remedy="请确认该端口没有被其他程序占用，或用 --port 指定别的端口",
                code="hall-port",
            ) from None
        self.port = self._server.sockets[0].getsockname()[1]

    def _shared(self) -> "tuple[Sharing, News] | tuple[()]":
        """Halls on one database tell each other whom they have heard from, and of which rooms there is news."""
        if not self.store.shared:
            return ()
        address = self.settings.database_url
        table = NewsTable(address, hall=self._desk.hall)
        sharing = Sharing(self._desk, HeardTable(address), read=self._read)
        sharing.begin(now=self._clock.now())
        return sharing, News(self._routes.board, table, read=self._read)

    def rescan(self) -> None:
        """Look at the packs now, whether or not a file seems to have changed."""
        if self._desk.shelf.rescan():
            self._desk.log_grants(now=self._clock.now())

    def _look_at_packs(self) -> None:
        """Beside the loop: the pack of a great sitting takes seconds, and others are answering meanwhile."""
        if self._looking:
            return
        self._looking = True
        future = self._loop.run_in_executor(None, self._desk.shelf.look)

        def looked(done: "asyncio.Future[Shelved | None]") -> None:
            self._looking = False
            if not done.cancelled() and self._desk.shelf.take(done.result()):
                self._desk.log_grants(now=self._clock.now())

        future.add_done_callback(looked)

    def _note_reach(self) -> None:
        """Beside the loop, as whatever asks the disk."""
        if self._reach is None or self._noting:
            return
        self._noting = True

        def noted(_: None) -> None:
            self._noting = False

        self._read(self._reach.note, noted)

    async def drain(self) -> None:
        """Take no new connection, finish what was asked, make it durable, let go of the directory."""
        if self._ticker is not None:
            self._ticker.cancel()
        if self._server is not None:
            self._server.close()
        for connection in tuple(self.connections):
            connection.leave_when_done()
        give_up = time.monotonic() + DRAIN_SECONDS
        while self.failure is None and time.monotonic() < give_up:
            if self.committer.idle and not self.connections:
                break
            await asyncio.sleep(0.02)
        for connection in tuple(self.connections):
            connection.cut()
        if await self._all_kept():
            self.committer.stop()
        elif isinstance(self.failure, StoreHangs):
            return  # with the writer in the store nothing can be put in order; the process must go
        self._drained = True
        self._readers.shutdown()
        for held in filter(None, (*self._sharing, self._reach, self.store)):
            held.close()
        self._lock.release()

    async def _all_kept(self) -> bool:
        """Wait for the rows in hand; a store that hangs is not waited for without end."""
        give_up = time.monotonic() + DRAIN_SECONDS
        while self.failure is None and not self.committer.idle:
            if time.monotonic() > give_up:
                self._end(StoreHangs(f"{DRAIN_SECONDS} s"), "停止时存储没有回应")
            await asyncio.sleep(0.02)
        return self.failure is None

    def _tick(self) -> None:
        self._ticker = self._loop.call_later(_TICK_SECONDS, self._tick)  # first: the sweep must not end
        now = time.monotonic()
        for connection in tuple(self.connections):
            if connection.deadline < now:
                connection.cut()
        self._following.tick()
        self._note_reach()
        self._look_at_packs()
        self._routes.tick()
        for sharing in self._sharing:
            sharing.tick(now=self._clock.now())

    def _read(self, act: Callable[[], Found], then: Callable[[Found], None]) -> None:
        """Run `act` beside the loop; when the log cannot be read any more the hall ends."""
        if self._drained:
            return
        future = self._loop.run_in_executor(self._readers, act)

        def done(read: "asyncio.Future[Found]") -> None:
            if (error := read.exception()) is not None:
                self._store_lost(error)
            elif not self._drained:
                then(read.result())

        future.add_done_callback(done)

    def _read_attempt(
        self, attempt: str, then: Callable[[list[Entry]], None], fail: Callable[[BaseException], None]
    ) -> None:
        future = self._loop.run_in_executor(self._readers, self.store.attempt, attempt)
        future.add_done_callback(
            lambda done: fail(error) if (error := done.exception()) else then(done.result())
        )

    def _writer_died(self, error: BaseException) -> None:
        self._end(error, "答案无法写入存储")

    def _store_lost(self, error: BaseException) -> None:
        self._end(error, "读不到答题记录，存储已断开")

    def _end(self, error: BaseException, what: str) -> None:
        """Nothing more is acknowledged: candidates keep their answers and send them again after restart."""
        if self.failure is not None or self._drained:
            return
        self.failure = error
        self.stopping.set()
        for connection in tuple(self.connections):
            connection.cut()
        said = " ".join(str(error).split())
        with contextlib.suppress(OSError):  # where the disk is full, the record of messages may be on it too
            self._say(
                f"考场服务停止：{what}（{type(error).__name__}: {said}）。未确认的答案由考生页面保留，服务恢复后自动重发。"
            )


@contextlib.contextmanager
def _told_of_waiting(say: Callable[[str], None]) -> Iterator[None]:
    """A database that waits for its standby says nothing; somebody must be told why nothing happens."""
    words = (
        f"考场服务已等了数据库 {WAITING_SECONDS:g} 秒，仍在等。设置了同步备库（synchronous_standby_names）时，"
        "没有备库在线就写不进去：请启动备库，或检查数据库。"
    )
    timer = threading.Timer(WAITING_SECONDS, say, [words])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def open_store(settings: HallSettings) -> LogStore:
    if settings.database_url:
        return PostgresStore(settings.database_url)
    path = settings.data_dir / LOG_FILE
    require_file_of(path)
    _settle(path)
    return SqliteStore(path)


def _settle(path: Path) -> None:
    """What a killed process wrote and did not live to sync is seen by the next one: it is made durable first.

    Otherwise a page that sends such an answer again would be told that the hall has it, before the disk has.
    """
    for part in (path, path.with_name(f"{path.name}-wal"), path.parent):
        if part.exists():
            descriptor = os.open(part, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def run_hall(settings: HallSettings, *, say: Callable[[str], None]) -> int:
    """Serve until SIGTERM or SIGINT; the exit code. Raises: Refused when it may not start."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings, say))


async def _serve(settings: HallSettings, say: Callable[[str], None]) -> int:
    hall = Hall(replace(settings, limits=room_for(settings.limits)), say=say)
    await hall.start()
    settle_memory()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, hall.stopping.set)
    loop.add_signal_handler(signal.SIGHUP, hall.rescan)
    say(f"考场服务已就绪：{http_address(settings.host, hall.port)}/hall/")
    await hall.stopping.wait()
    if hall.failure is not None:
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(EXIT_WRITER_DIED)  # at once: a hall that cannot write must not linger, whatever is in flight
    say("考场服务正在停止：先完成手上的保存。")
    await hall.drain()
    if hall.failure is not None:
        os._exit(EXIT_WRITER_DIED)
    return 0
