"""One connection: bytes in, whole requests to the routes, responses out in order.

The parsing is llhttp's (httptools). What is ours are the limits: nobody may send much, or slowly, or
ask without reading the answers. The hall holds one of these per candidate, so it is kept small, and
saves come by the thousand, so they are handed over without being made into a `Request`.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import cast

import httptools

from zhiheng.delivery.hall.call import NAMES, Call, Head, lower
from zhiheng.delivery.hall.door import Door
from zhiheng.delivery.hall.http import (
    NO_STORE,
    Request,
    Response,
    Stream,
    acknowledgement,
    encode_response,
    plain_fault,
)
from zhiheng.delivery.hall.streaming import OpenStream

NEVER = float("inf")
SAVE_METHOD, SAVE_URL = b"POST", b"/hall/answer"
_SLICE = 16_384
_NO_HEADERS: dict[bytes, bytes] = {}


class Connection(asyncio.Protocol):
    """`deadline` is looked at by the service's sweep, so that no timer is made per request."""

    __slots__ = (
        "_body",
        "_call",
        "_choked",
        "_closing",
        "_door",
        "_fault",
        "_headers",
        "_in_head",
        "_keep_alive",
        "_parser",
        "_paused",
        "_place",
        "_queue",
        "_ready",
        "_receiving",
        "_request_bytes",
        "_stream",
        "_transport",
        "_unparsed",
        "_url",
        "deadline",
    )

    def __init__(self, door: Door) -> None:
        self._door = door
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._call: Call | None = None  # being answered
        self._queue: list[Call] = []  # waiting behind it
        self._ready: Head | None = None  # of the save just acknowledged, while nothing else is going on
        self._unparsed = b""
        self._paused = False
        self._place = ""
        self._stream: OpenStream | None = None
        self._fault: Response | None = None
        self._choked = False
        self._keep_alive = True
        self._closing = False
        self._receiving = False
        self._in_head = True
        self._request_bytes = 0
        self._url = b""
        self._headers: dict[bytes, bytes] | None = None
        self._body: bytes | bytearray = b""
        self.deadline = NEVER

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without the base class
        door = self._door
        self._place = door.enter(self, self._address)
        self.deadline = monotonic() + door.limits.receive_seconds
        self._fault = door.turned_away(self._place)
        if self._fault is not None:
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._door.leave(self, self._place)
        self._transport = None
        self._parser = None  # which holds us: freed at once, not by the collector
        self._closing = True
        self._queue.clear()
        self._unparsed = b""
        if self._stream is not None:
            self._stream.lost()

    def data_received(self, data: bytes) -> None:
        head = self._ready
        if head is not None:
            self._ready = None
            if len(data) == head.length and data.startswith(head.text):
                self._call = call = Call(head, data[len(head.text) :])
                self.deadline = monotonic() + self._door.limits.answer_seconds
                self._door.saver.save(call, self)
                return
        if self._closing or self._fault is not None:
            return
        if self._stream is not None:
            self.cut()  # nothing may be asked behind a response that does not end
            return
        fresh = not self._receiving
        if fresh:
            self._receiving = True
            if self._call is None:
                self.deadline = monotonic() + self._door.limits.receive_seconds
        if self._unparsed or len(data) > _SLICE:
            self._unparsed += data
            self._parse_on()
        else:
            self._parse(data)
            if (
                fresh
                and len(self._queue) == 1
                and not self._receiving
                and self._queue[0].head.url == SAVE_URL
            ):
                self._queue[0].head.learn(data, self._queue[0].body)
        if self._call is None and (self._queue or self._fault is not None):
            self._next()

    @property
    def _address(self) -> str:
        """The other end of the line; empty when there is none, or it has no address."""
        line = self._transport.get_extra_info("peername") if self._transport is not None else None
        return str(line[0]) if isinstance(line, tuple) else ""

    @property
    def unread(self) -> int:
        """Bytes answered that the peer has not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def pause_writing(self) -> None:
        """The peer is not reading: nothing more is answered until it does, or the sweep cuts it."""
        self._choked = True
        self._ready = None
        self.deadline = monotonic() + self._door.limits.answer_seconds
        if self._stream is None:  # a stream's reading is kept open, to hear the peer go
            self._pause()

    def resume_writing(self) -> None:
        self._choked = False
        if self._stream is None:
            self._rest()
        elif not self._stream.closed:
            self.deadline = NEVER

    def cut(self) -> None:
        """Close without a word: too slow, or the service is leaving."""
        self._closing = True
        self._ready = None
        if self._transport is not None:
            self._transport.abort()

    def leave_when_done(self) -> None:
        """Finish the answer in hand, then close; used when the service drains."""
        self._keep_alive = False
        self._ready = None
        if self._stream is not None:
            self._stream.close()
        elif self._call is None and not self._queue and self._transport is not None:
            self._transport.close()

    # Called by the parser.

    def on_message_begin(self) -> None:
        self._receiving = True  # also behind another request in the same piece

    def on_url(self, url: bytes) -> None:
        self._url = self._url + url if self._url else url
        if len(self._url) > self._door.limits.url_bytes:
            self._fault = plain_fault(414, "网址过长。")

    def on_header(self, name: bytes, value: bytes) -> None:
        headers = self._headers
        if headers is None:
            headers = self._headers = {}
        headers[NAMES.get(name) or lower(name)] = value

    def on_headers_complete(self) -> None:
        self._in_head = False
        headers, limits = self._headers or _NO_HEADERS, self._door.limits
        if self._request_bytes > limits.head_bytes:  # an upper bound, so it is seldom added up
            size = sum(len(name) + len(value) for name, value in headers.items())
            if size > limits.head_bytes:
                self._fault = plain_fault(431, "请求头过长。")
        length = headers.get(b"content-length", b"")
        if len(length) > 3 and length.isdigit() and int(length[:20]) > limits.body_bytes:
            self._fault = self._too_large()

    def on_body(self, body: bytes) -> None:
        if not self._body:
            self._body = body
        else:
            if isinstance(self._body, bytes):
                self._body = bytearray(self._body)
            self._body += body
        if len(self._body) > self._door.limits.body_bytes:
            self._fault = self._fault or self._too_large()

    def on_message_complete(self) -> None:
        parser = self._parser
        assert parser is not None  # it is calling
        url, headers, body = self._url, self._headers, self._body
        self._url, self._headers, self._body = b"", None, b""
        self._in_head = True
        self._request_bytes = 0
        self._receiving = False
        if self._fault is not None:
            return
        if parser.should_upgrade():
            self._fault = plain_fault(400, "考场服务不支持协议升级。")
            return
        head = Head(parser.get_method(), url, headers or {}, parser.should_keep_alive())
        self._queue.append(Call(head, bytes(body)))

    # Called with the answer.

    def answer(self, call: Call, response: Response) -> None:
        """Answer the request in hand. When the candidate has gone nothing is written."""
        if not self._hand_back(call) or self._transport is None:
            return
        head_only = call.head.method == b"HEAD"
        if response.stream is not None and not head_only:
            self._open_stream(response, response.stream)
            return
        keep_alive = call.head.keep_alive and self._keep_alive and response.stream is None
        self._transport.write(encode_response(response, keep_alive=keep_alive, head_only=head_only))
        if not keep_alive:
            self._close()
        elif not self._choked:
            self._rest()

    def acknowledge(self, call: Call, body: bytes) -> None:
        """`answer` for a kept answer. body: JSON."""
        if not (call.head.keep_alive and self._keep_alive):
            self.answer(call, Response(status=200, body=body, headers=NO_STORE))
            return
        if self._call is not call or self._closing or self._transport is None:
            self._hand_back(call)
            return
        self._call = None
        self._transport.write(acknowledgement(body))
        if self._choked:
            return
        if self._queue or self._receiving or self._paused:
            self._rest()
        else:
            self.deadline = monotonic() + self._door.limits.idle_seconds
            if call.head.text:
                self._ready = call.head

    # Inside.

    def _parse(self, data: bytes) -> None:
        limits, parser = self._door.limits, self._parser
        if parser is None:
            return
        self._request_bytes += len(data)
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # said at the end of the message
        except httptools.HttpParserError:
            self._fault = self._fault or plain_fault(400, "这不是一个完整的 HTTP 请求。")
        if self._in_head and self._request_bytes > limits.head_bytes:
            self._fault = self._fault or plain_fault(431, "请求头过长。")
        elif self._receiving and self._request_bytes > limits.request_bytes:
            self._fault = self._fault or self._too_large()  # of chunks' own words, or what follows the last
        if self._fault is not None:
            self._unparsed = b""
            self._pause()
        elif len(self._queue) >= limits.pipelined:
            self._pause()

    def _parse_on(self) -> None:
        """Much was read at once: a slice at a time, while the queue has room."""
        while self._unparsed and len(self._queue) < self._door.limits.pipelined:
            data, self._unparsed = self._unparsed[:_SLICE], self._unparsed[_SLICE:]
            self._parse(data)

    def _pause(self) -> None:
        if self._transport is not None and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def _too_large(self) -> Response:
        return plain_fault(413, f"请求内容超过 {self._door.limits.body_bytes // 1024} KB，未保存。")

    def _next(self) -> None:
        """Take up the next request, unless one is in hand; what could not be read is said last."""
        if self._call is not None or self._choked or self._closing:
            return
        door = self._door
        if not self._queue:
            if self._fault is not None:
                self._reject(self._fault)
            return
        self._call = call = self._queue.pop(0)
        self.deadline = monotonic() + door.limits.answer_seconds
        if call.head.method == SAVE_METHOD and call.head.url.split(b"?", 1)[0] == SAVE_URL:
            door.saver.save(call, self)
        else:
            door.dispatch(self._request(call), partial(self.answer, call))

    def _request(self, call: Call) -> Request:
        return call.request(self._door.proxies.peer(self._address, call.head.headers))

    def _hand_back(self, call: Call) -> bool:
        """The request is no longer in hand; whether anybody still waits for its answer."""
        if self._call is not call:
            raise RuntimeError("A request is answered once.")
        self._call = None
        return not self._closing

    def _open_stream(self, response: Response, opened: Callable[[Stream], None]) -> None:
        door = self._door
        if door.streams >= door.limits.streams or not self._keep_alive:
            self._reject(plain_fault(503, "同时打开的监考页面太多，请关闭不用的页面后重试。"))
            return
        self._queue.clear()
        self._unparsed = b""
        self._stream = stream = OpenStream(self._send, self._close, door)
        self.deadline = NEVER
        stream.send(encode_response(response, keep_alive=False))
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        opened(stream)

    def _send(self, data: bytes) -> None:
        if self._transport is None or self._closing:
            return
        if self.unread > self._door.limits.unread_bytes:  # of what was sent before: one piece may be large
            self.cut()
        else:
            self._transport.write(data)

    def _rest(self) -> None:
        """Between two answers: take the next request, or wait for one."""
        if self._call is not None or self._closing or self._transport is None:
            return
        limits = self._door.limits
        if self._unparsed and not self._queue:
            self._parse_on()
        wait = limits.receive_seconds if self._receiving else limits.idle_seconds
        self.deadline = monotonic() + wait
        if self._queue or self._fault is not None:
            asyncio.get_running_loop().call_soon(self._next)
        elif self._paused:
            self._paused = False
            self._transport.resume_reading()

    def _reject(self, response: Response) -> None:
        if self._transport is not None and not self._closing:
            self._transport.write(encode_response(response, keep_alive=False))
            self._close()

    def _close(self) -> None:
        """After what was written has been read, or the sweep has lost patience."""
        self._closing = True
        self._queue.clear()
        self._unparsed = b""
        self.deadline = monotonic() + self._door.limits.answer_seconds
        if self._transport is not None:
            self._transport.close()
