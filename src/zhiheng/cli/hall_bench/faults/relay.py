"""A line between two servers: everything on it is under way for a while, and cutting it loses what is."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from zhiheng.cli.processes import free_port

_CHUNK = 65_536


class Relay:
    """Whoever connects to `port` talks to `target`; each chunk arrives `delay` seconds after it was sent."""

    def __init__(self, target: int, *, delay: float) -> None:
        self.port = free_port()
        self._target = target
        self._delay = delay
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._live(),), name="relay", daemon=True)
        self._thread.start()
        self._listening.wait()

    def cut(self) -> None:
        """At once, and for good: what is under way arrives nowhere. Again is nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()

    async def _live(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self._listening.set()
        await self._over.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        for writer in self._writers:
            writer.transport.abort()

    async def _connect(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self._writers.add(back)
        try:
            there, onwards = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            back.transport.abort()
            return
        self._writers.add(onwards)
        self._start(self._carry(here, onwards))
        self._start(self._carry(there, back))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Chunks are under way side by side: the delay does not narrow the line."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        self._start(self._arrive(under_way, sink))
        data = b"-"
        while data:
            with suppress(ConnectionError):
                data = b""
                data = await source.read(_CHUNK)
            under_way.put_nowait((self._loop.time() + self._delay, data))

    async def _arrive(
        self, under_way: "asyncio.Queue[tuple[float, bytes]]", sink: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError):
            while True:
                due, data = await under_way.get()
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                if not data:
                    break
                sink.write(data)
                await sink.drain()
        sink.close()
