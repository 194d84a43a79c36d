"""A plain HTTP client on one connection, for what needs answers read: sign-ins, exam starts, faults."""

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from zhiheng.cli.hall_bench.exam import ID_NUMBER, json_request, plain_request
from zhiheng.foundation.errors import ZhihengError

PATIENCE = 20.0


class WireBroken(ZhihengError):
    """The connection ended before the answer."""


class Unexpected(ZhihengError):
    """An answer that is not 200."""


class Wire(asyncio.Protocol):
    """One request at a time; the answer must have a Content-Length."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        """patience: seconds an answer may take."""
        self._patience = patience
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    @classmethod
    async def to(cls, port: int, *, patience: float = PATIENCE) -> "Wire":
        loop = asyncio.get_running_loop()
        try:
            _, wire = await loop.create_connection(partial(cls, patience=patience), "127.0.0.1", port)
        except OSError as error:
            raise WireBroken(str(error)) from None
        return wire

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body. Raises: WireBroken."""
        if self._transport is None:
            raise WireBroken("The connection has ended.")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await asyncio.wait_for(self._answer, self._patience)
        except TimeoutError:
            self.abort()
            raise WireBroken("No answer came.") from None

    async def ask_json(self, request: bytes) -> Any:
        """Raises: Unexpected when the answer is not 200, WireBroken."""
        status, body = await self.ask(request)
        if status != 200:
            raise Unexpected(f"{status} {body[:300].decode(errors='replace')}")
        return json.loads(body)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # Called by the loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without the base class

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(WireBroken("The connection was lost."))

    def data_received(self, data: bytes) -> None:
        self._got = self._got + data if self._got else data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        size = content_length(self._got[:end])
        if len(self._got) < end + 4 + size:
            return
        status, body = int(self._got[9:12]), self._got[end + 4 : end + 4 + size]
        self._got = b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((status, body))


def content_length(head: bytes) -> int:
    """Raises: Unexpected for a head without one."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    raise Unexpected("An answer without a length.")


def sign_in_request(ticket: str, machine: str) -> bytes:
    return json_request("/hall/signin", {"ticket": ticket, "id_number": ID_NUMBER, "machine": machine})


async def sign_in(wire: Wire, ticket: str, machine: str) -> str:
    """The session's token."""
    facts = await wire.ask_json(sign_in_request(ticket, machine))
    return str(facts["token"])


async def sign_in_all(port: int, tickets: Sequence[str], *, at_once: int = 64) -> list[str]:
    """A token for each ticket, in their order."""
    tokens: dict[str, str] = {}

    async def some(mine: Sequence[str]) -> None:
        wire = await Wire.to(port)
        for ticket in mine:
            tokens[ticket] = await sign_in(wire, ticket, f"machine-{ticket}")
        wire.abort()

    await asyncio.gather(*(some(tickets[first::at_once]) for first in range(min(at_once, len(tickets)))))
    return [tokens[ticket] for ticket in tickets]


async def has_route(port: int, path: str) -> bool:
    """Whether the server knows this address: without a token it is refused, not unknown."""
    wire = await Wire.to(port)
    status, _ = await wire.ask(plain_request(path))
    wire.abort()
    return status != 404
