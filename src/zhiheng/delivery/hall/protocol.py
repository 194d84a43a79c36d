"""One connection: bytes in, whole requests to the routes, responses out in order.

The parsing is llhttp's (httptools). What is ours are the limits: nobody may send much, or slowly, or
ask without reading the answers.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import httptools

from zhiheng.delivery.hall.http import Reply, Request, Response, encode_response, plain_fault

Dispatch = Callable[[Request, Reply], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes and seconds. receive_seconds: for one whole request from its first byte, however it drips."""

    url_bytes: int = 2_048
    head_bytes: int = 16_384
    body_bytes: int = 65_536
    receive_seconds: float = 15
    idle_seconds: float = 75
    answer_seconds: float = 30
    pipelined: int = 16
    connections: int = 15_000


class Connection(asyncio.Protocol):
    """`deadline` is looked at by the service's sweep, so that no timer is made per request."""

    def __init__(self, dispatch: Dispatch, connections: "set[Connection]", limits: Limits) -> None:
        self._dispatch = dispatch
        self._connections = connections
        self._limits = limits
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._peer = ""
        self._queue: deque[tuple[Request, bool]] = deque()
        self._busy = False
        self._choked = False
        self._keep_alive = True
        self._closing = False
        self._fault: Response | None = None
        self._receiving = False
        self._in_head = True
        self._head_bytes = 0
        self._clear()
        self.deadline = float("inf")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without the base class
        peer = transport.get_extra_info("peername")
        self._peer = peer[0] if isinstance(peer, tuple) else ""
        self._connections.add(self)
        self.deadline = time.monotonic() + self._limits.receive_seconds
        if len(self._connections) > self._limits.connections:
            self._reject(plain_fault(503, "考场服务的连接已满，页面会自动重试。"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        self._transport = None
        self._closing = True
        self._queue.clear()

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        if not self._receiving:
            self._receiving = True
            self.deadline = time.monotonic() + self._limits.receive_seconds
        if self._in_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fault = plain_fault(400, "考场服务不支持协议升级。")
        except httptools.HttpParserError:
            self._fault = self._fault or plain_fault(400, "这不是一个完整的 HTTP 请求。")
        if self._fault is None and self._in_head and self._head_bytes > self._limits.head_bytes:
            self._fault = plain_fault(431, "请求头过长。")
        if self._fault is not None:
            self._reject(self._fault)
        else:
            self._next()

    @property
    def unread(self) -> int:
        """Bytes answered that the peer has not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def pause_writing(self) -> None:
        """The peer is not reading: nothing more is answered until it does, or the sweep cuts it."""
        self._choked = True
        self.deadline = time.monotonic() + self._limits.answer_seconds
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._choked = False
        self._rest()

    def cut(self) -> None:
        """Close without a word: too slow, or the service is leaving."""
        self._closing = True
        if self._transport is not None:
            self._transport.abort()

    def leave_when_done(self) -> None:
        """Finish the answer in hand, then close; used when the service drains."""
        self._keep_alive = False
        if not self._busy and not self._queue and self._transport is not None:
            self._transport.close()

    # Called by the parser.

    def on_message_begin(self) -> None:
        self._clear()

    def on_url(self, url: bytes) -> None:
        self._url += url
        if len(self._url) > self._limits.url_bytes:
            self._fault = plain_fault(414, "网址过长。")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_size += len(name) + len(value)
        if self._head_size > self._limits.head_bytes:
            self._fault = plain_fault(431, "请求头过长。")
        else:
            self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._in_head = False
        length = self._headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._limits.body_bytes:
            self._fault = self._too_large()

    def on_body(self, body: bytes) -> None:
        self._body_size += len(body)
        if self._body_size > self._limits.body_bytes:
            self._fault = self._fault or self._too_large()
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        self._receiving = False
        if self._fault is not None:
            return
        request = Request(
            method=self._parser.get_method().decode("latin-1"),
            path=self._url.split(b"?", 1)[0].decode("latin-1"),
            headers=self._headers,
            body=b"".join(self._body),
            peer=self._peer,
        )
        self._queue.append((request, bool(self._parser.should_keep_alive())))
        if len(self._queue) >= self._limits.pipelined and self._transport is not None:
            self._transport.pause_reading()

    # Inside.

    def _clear(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._head_size = 0
        self._body: list[bytes] = []
        self._body_size = 0

    def _too_large(self) -> Response:
        return plain_fault(413, f"请求内容超过 {self._limits.body_bytes // 1024} KB，未保存。")

    def _next(self) -> None:
        if self._busy or self._choked or not self._queue or self._closing:
            return
        request, keep_alive = self._queue.popleft()
        self._busy = True
        self.deadline = time.monotonic() + self._limits.answer_seconds
        answered = False

        def reply(response: Response) -> None:
            nonlocal answered
            assert not answered, "A request is answered once."
            answered = True
            self._answer(request, response, keep_alive)

        self._dispatch(request, reply)

    def _answer(self, request: Request, response: Response, keep_alive: bool) -> None:
        self._busy = False
        transport = self._transport
        if transport is None or self._closing:
            return  # the candidate has gone; the row is durable all the same
        keep_alive = keep_alive and self._keep_alive
        head_only = request.method == "HEAD"
        transport.write(encode_response(response, keep_alive=keep_alive, head_only=head_only))
        if not keep_alive:
            self._closing = True
            transport.close()
            return
        if not self._choked:
            self._rest()

    def _rest(self) -> None:
        """Between two answers: take the next request, or wait for one."""
        if self._busy or self._closing or self._transport is None:
            return
        limits = self._limits
        wait = limits.receive_seconds if self._receiving else limits.idle_seconds
        self.deadline = time.monotonic() + wait
        if self._queue:
            asyncio.get_running_loop().call_soon(self._next)
        else:
            self._transport.resume_reading()

    def _reject(self, response: Response) -> None:
        if self._transport is not None and not self._closing:
            self._transport.write(encode_response(response, keep_alive=False))
            self._transport.close()
        self._closing = True
        self._queue.clear()
