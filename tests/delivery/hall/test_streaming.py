"""Responses that go on: pieces arrive, slow and gone readers are noticed, draining ends them."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import cast

from tests.delivery.hall.lines import Desk
from tests.delivery.running import PATIENCE
from zhiheng.delivery.hall.door import Door
from zhiheng.delivery.hall.http import Reply, Request, Response, Stream
from zhiheng.delivery.hall.limits import Limits
from zhiheng.delivery.hall.protocol import Connection

ASK = b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n"


class Streaming:
    """Every request opens a stream, kept here; `ended` counts those that are over."""

    def __init__(self) -> None:
        self.open: list[Stream] = []
        self.ended = 0

    def dispatch(self, request: Request, reply: Reply) -> None:
        reply(Response(status=200, body=b"first\n", content_type="text/event-stream", stream=self._opened))

    def _opened(self, stream: Stream) -> None:
        self.open.append(stream)
        stream.on_close = self._over

    def _over(self) -> None:
        self.ended += 1


def served(work: Callable[[Streaming, Door, int], Awaitable[None]], limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
    async def serve() -> None:
        streaming = Streaming()
        door = Door(dispatch=streaming.dispatch, saver=Desk(), limits=limits)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(partial(Connection, door), "127.0.0.1", 0)
        try:
            await asyncio.wait_for(work(streaming, door, server.sockets[0].getsockname()[1]), PATIENCE)
        finally:
            server.close()
            for line in tuple(door.connections):
                line.cut()
            await asyncio.sleep(0.01)

    asyncio.run(serve())


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.005)


def test_pieces_arrive_as_they_are_sent_and_the_end_is_the_end() -> None:
    async def work(streaming: Streaming, door: Door, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert ("Connection: close" in head, "Content-Length" in head) == (True, False)
        assert await reader.readexactly(6) == b"first\n"
        assert door.streams == 1
        streaming.open[0].send(b"second\n")
        assert await reader.readexactly(7) == b"second\n"
        streaming.open[0].send(b"third\n")
        streaming.open[0].close()
        assert (streaming.open[0].closed, streaming.ended) == (True, 0)
        streaming.open[0].send(b"never\n")
        assert await reader.read() == b"third\n"
        await until(lambda: streaming.ended == 1)
        assert door.streams == 0
        writer.close()

    served(work)


def test_a_reader_that_has_gone_is_noticed() -> None:
    async def work(streaming: Streaming, door: Door, port: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK)
        await until(lambda: len(streaming.open) == 1)
        writer.close()
        await until(lambda: streaming.ended == 1)
        streaming.open[0].send(b"to nobody")
        assert (door.streams, streaming.open[0].closed) == (0, True)

    served(work)


def test_a_reader_that_leaves_too_much_unread_is_cut() -> None:
    async def work(streaming: Streaming, door: Door, port: int) -> None:
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.connect(("127.0.0.1", port))
        peer.send(ASK)
        await until(lambda: len(streaming.open) == 1)
        held = 0
        for _ in range(2_000):
            streaming.open[0].send(b"x" * 10_000)
            held = max([held, *(line.unread for line in door.connections)])
            await asyncio.sleep(0)
        assert (streaming.ended, door.streams) == (1, 0)
        assert held < 220_000
        peer.close()

    served(work, Limits(unread_bytes=200_000))


def test_one_large_piece_is_no_reason_to_cut() -> None:
    async def work(streaming: Streaming, door: Door, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        writer.write(ASK)
        await reader.readuntil(b"first\n")
        streaming.open[0].send(b"y" * 3_000_000)
        assert len(await reader.readexactly(3_000_000)) == 3_000_000
        writer.close()

    served(work)


def test_a_slow_reader_has_a_deadline_and_one_that_keeps_up_has_none() -> None:
    async def work(streaming: Streaming, door: Door, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        writer.write(ASK)
        await reader.readuntil(b"first\n")
        line = next(iter(door.connections))
        assert line.deadline == float("inf")
        reading = cast(asyncio.Transport, writer.transport)
        reading.pause_reading()
        streaming.open[0].send(b"z" * 8_000_000)
        await until(lambda: line.deadline < float("inf"))
        reading.resume_reading()
        await reader.readexactly(8_000_000)
        await until(lambda: line.deadline == float("inf"))
        writer.close()

    served(work)


def test_above_the_limit_no_stream_is_opened() -> None:
    async def work(streaming: Streaming, door: Door, port: int) -> None:
        writers = []
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writers.append(writer)
            writer.write(ASK)
            head = await reader.readuntil(b"\r\n")
        assert head == b"HTTP/1.1 503 Service Unavailable\r\n"
        assert (door.streams, len(streaming.open)) == (1, 1)
        for writer in writers:
            writer.close()

    served(work, Limits(streams=1))


def test_nothing_may_be_asked_behind_a_stream() -> None:
    async def work(streaming: Streaming, door: Door, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK + ASK)
        await reader.readuntil(b"first\n")
        assert len(streaming.open) == 1
        writer.write(ASK)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        await until(lambda: streaming.ended == 1)
        writer.close()

    served(work)


def test_draining_ends_every_stream() -> None:
    async def work(streaming: Streaming, door: Door, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK)
        await reader.readuntil(b"first\n")
        for line in tuple(door.connections):
            line.leave_when_done()
        assert await reader.read() == b""
        await until(lambda: not door.connections)
        assert streaming.ended == 1
        writer.close()

    served(work)


def test_a_head_request_opens_no_stream() -> None:
    async def work(streaming: Streaming, door: Door, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK.replace(b"GET", b"HEAD"))
        said = await reader.read()
        assert said.endswith(b"\r\n\r\n")
        assert (streaming.open, door.streams) == ([], 0)
        writer.close()

    served(work)
