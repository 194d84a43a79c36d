"""One candidate's connection to the hall: HTTP/1.1 kept alive, opened again when it breaks."""

import asyncio
import json
import random
from typing import Any

from zhiheng.foundation.errors import ZhihengError

PATIENCE = 10.0
GIVE_UP = 120.0
_TRANSIENT = frozenset({429, 500, 502, 503, 504})


class HallSaidNo(ZhihengError):
    """A refusal that asking again does not change."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"{status} {body[:200].decode(errors='replace')}")
        self.status = status


class Line:
    """`broken` counts how often the connection was lost. address: where the hall is at the moment."""

    def __init__(self, host: str, port: int) -> None:
        self.address = (host, port)
        self.token = ""
        self.broken = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of the answer, asked again until there is one. Raises: HallSaidNo, TimeoutError."""
        _, answer = await self.ask_raw(method, path, body)
        return json.loads(answer)

    async def ask_raw(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """The same with its status and bytes."""
        message = self._message(method, path, body)
        tries = 0
        async with asyncio.timeout(GIVE_UP):
            while True:
                try:
                    status, answer = await asyncio.wait_for(self._once(message), PATIENCE)
                except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError):
                    self.cut()
                    self.broken += 1
                else:
                    if status < 300:
                        return status, answer
                    if status not in _TRANSIENT:
                        raise HallSaidNo(status, answer)
                tries += 1
                await asyncio.sleep(min(2.0, 0.05 * 2 ** min(tries, 6)) * (0.5 + random.random()))

    def cut(self) -> None:
        """Break the connection, as a network does."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    def _message(self, method: str, path: str, body: Any) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.address[0]}", f"Content-Length: {len(content)}"]
        if body is not None:
            lines.append("Content-Type: application/json")
        if self.token:
            lines.append(f"Authorization: {self.token}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + content

    async def _once(self, message: bytes) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self.address)
        reader, writer = self._streams
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif name.lower() == b"connection" and value.strip().lower() == b"close":
                self._streams = None
        return int(head[9:12]), await reader.readexactly(length)
