"""Requests and responses as values, and how a response is written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import msgspec

from zhiheng.foundation.errors import Refused

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
    "sequence-conflict": 409,
    "answer": 422,
    "busy": 503,
    "path": 404,
    "method": 405,
}


@dataclass(slots=True, kw_only=True)
class Request:
    """One whole request. headers: lower-case names; of a repeated one the last."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = ""

    @property
    def bearer(self) -> str:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""


@dataclass(slots=True, kw_only=True)
class Response:
    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


Reply = Callable[[Response], None]


def json_response(facts: object, *, status: int = 200) -> Response:
    return Response(status=status, body=msgspec.json.encode(facts), headers=(("Cache-Control", "no-store"),))


def refusal(refused: Refused) -> Response:
    facts = {"error": {"code": refused.code, "sentence": refused.sentence}}
    return json_response(facts, status=_STATUS_OF.get(refused.code, 400))


def plain_fault(status: int, sentence: str) -> Response:
    """A refusal of the transport itself, before anybody is known."""
    return json_response({"error": {"code": f"http-{status}", "sentence": sentence}}, status=status)


def encode_response(response: Response, *, keep_alive: bool, head_only: bool = False) -> bytes:
    lines = [
        f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Unknown')}",
        f"Content-Type: {response.content_type}",
        f"Content-Length: {len(response.body)}",
        "X-Content-Type-Options: nosniff",
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    ]
    lines += [f"{name}: {value}" for name, value in response.headers]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode()
    return head if head_only else head + response.body
