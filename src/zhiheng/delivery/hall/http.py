"""Requests and responses as values, and how a response is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

import msgspec

from zhiheng.foundation.errors import Refused

_HEADS: dict[int, bytes] = {}  # of acknowledgements, by the size of the body: a few dozen
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_STATUS_OF = {
    "token": 401,
    "token-expired": 401,
    "sign-in": 403,
    "sign-in-throttled": 429,
    "not-open": 403,
    "not-started": 403,
    "late-entry": 403,
    "over": 403,
    "other-sitting": 403,
    "other-machine": 409,
    "denied": 403,
    "network": 403,
    "config-key": 403,
    "staff-token": 401,
    "staff-sitting": 403,
    "sequence-conflict": 409,
    "answer": 422,
    "too-much": 429,
    "busy": 503,
    "path": 404,
    "method": 405,
}


@dataclass(slots=True, kw_only=True)
class Request:
    """One whole request. headers: lower-case names; of a repeated one the last.

    peer: the address of whoever asks; what a proxy says of it is believed only of a trusted proxy.
    """

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = ""

    @property
    def bearer(self) -> str:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""


class Stream(Protocol):
    """A response that goes on: an event stream. Use it on the event loop only.

    `closed` is True once the response has ended, whoever ended it; then `on_close` (when set) has been
    called, exactly once, and never from inside `send` or `close` of the caller's own turn.
    """

    on_close: Callable[[], None] | None

    @property
    def closed(self) -> bool: ...

    def send(self, data: bytes) -> None:
        """Write a piece. A peer that leaves too much unread, or reads nothing for long, is cut off.

        After the end it does nothing, so a broadcast need not ask who is still there.
        """

    def close(self) -> None:
        """End the response and the connection after what was sent has been read."""


@dataclass(slots=True, kw_only=True)
class Response:
    """stream: called once, on the loop, when the head and `body` (the first piece, may be empty) were
    written; it keeps the `Stream` it is given and sends to it until it closes it or the peer goes.
    A streamed response is not kept alive afterwards. For a HEAD request `stream` is not called.
    """

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    stream: Callable[[Stream], None] | None = None


NO_STORE = (("Cache-Control", "no-store"),)
Reply = Callable[[Response], None]


def json_response(facts: object, *, status: int = 200) -> Response:
    return Response(status=status, body=msgspec.json.encode(facts), headers=NO_STORE)


def refusal(refused: Refused) -> Response:
    facts = {"error": {"code": refused.code, "sentence": refused.sentence}}
    return json_response(facts, status=_STATUS_OF.get(refused.code, 400))


def plain_fault(status: int, sentence: str) -> Response:
    """A refusal of the transport itself, before anybody is known."""
    return json_response({"error": {"code": f"http-{status}", "sentence": sentence}}, status=status)


def encode_response(response: Response, *, keep_alive: bool, head_only: bool = False) -> bytes:
    """The bytes of a response; of a streamed one the head and the first piece, its end is the connection's."""
    streamed = response.stream is not None
    lines = [
        f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Unknown')}",
        f"Content-Type: {response.content_type}",
        "X-Content-Type-Options: nosniff",
        f"Connection: {'keep-alive' if keep_alive and not streamed else 'close'}",
    ]
    if not streamed:
        lines.append(f"Content-Length: {len(response.body)}")
    lines += [f"{name}: {value}" for name, value in response.headers]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode()
    return head if head_only else head + response.body


def acknowledgement(body: bytes) -> bytes:
    """A JSON answer on a connection that stays."""
    size = len(body)
    return (_HEADS.get(size) or _head_of(size)) + body


def _head_of(size: int) -> bytes:
    with_body = Response(status=200, body=b" " * size, headers=NO_STORE)
    head = _HEADS[size] = encode_response(with_body, keep_alive=True, head_only=True)
    return head
