"""A connection of the hall without a network: bytes in by hand, what was written to be looked at."""

import asyncio
from dataclasses import dataclass, field

from zhiheng.delivery.hall.call import Call
from zhiheng.delivery.hall.door import Door
from zhiheng.delivery.hall.http import Reply, Request, Response
from zhiheng.delivery.hall.limits import Limits
from zhiheng.delivery.hall.protocol import Connection


class FakeTransport:
    """Holds what was written; a closed one refuses more, as a real one would complain."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False
        self.reading = True
        self.unread = 0

    def write(self, data: bytes) -> None:
        if self.closed:
            raise RuntimeError("written after the end")
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.unread

    def get_extra_info(self, name: str) -> object:
        return ("192.0.2.7", 50_000) if name == "peername" else None

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def close(self) -> None:
        self.closed = True

    abort = close


@dataclass
class Desk:
    """Takes requests and answers them at once, or when told to, in whatever order."""

    at_once: bool = True
    taken: list[str] = field(default_factory=list)
    waiting: list[tuple[str, Reply]] = field(default_factory=list)

    def dispatch(self, request: Request, reply: Reply) -> None:
        self._take(f"{request.method} {request.path} {len(request.body)}", reply)

    def save(self, call: Call, line: Connection) -> None:
        def reply(response: Response) -> None:
            line.acknowledge(call, response.body)

        self._take(f"SAVE {len(call.body)}", reply)

    def _take(self, what: str, reply: Reply) -> None:
        self.taken.append(what)
        if self.at_once:
            reply(said(what))
        else:
            self.waiting.append((what, reply))

    def answer_one(self) -> None:
        what, reply = self.waiting.pop(0)
        reply(said(what))


def said(what: str) -> Response:
    return Response(status=200, body=what.encode())


def connected(desk: Desk, limits: Limits) -> tuple[Connection, FakeTransport, Door]:
    door = Door(dispatch=desk.dispatch, saver=desk, limits=limits)
    line, transport = Connection(door), FakeTransport()
    line.connection_made(transport)  # type: ignore[arg-type]  # as much of a transport as the hall uses
    return line, transport, door


async def feed(line: Connection, transport: FakeTransport, pieces: list[bytes]) -> None:
    """As a peer would: nothing arrives while the hall does not read."""
    for piece in pieces:
        for _ in range(1_000):
            if transport.reading or transport.closed:
                break
            await asyncio.sleep(0)
        if transport.closed or not transport.reading:
            return
        line.data_received(piece)


async def settle(desk: Desk) -> None:
    """Until nothing moves any more."""
    quiet = 0
    while quiet < 4:
        before = len(desk.taken)
        if desk.waiting:
            desk.answer_one()
            quiet = 0
        await asyncio.sleep(0)
        quiet = quiet + 1 if len(desk.taken) == before and not desk.waiting else 0


def bodies(written: bytes) -> list[tuple[int, bytes]]:
    """The responses in what was written: status and body. Raises ValueError for anything else."""
    found = []
    while written:
        head, mark, rest = written.partition(b"\r\n\r\n")
        if not mark or not head.startswith(b"HTTP/1.1 "):
            raise ValueError(f"not a response: {written[:60]!r}")
        lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        length = int(lengths[0].split(b":")[1])
        if len(rest) < length:
            raise ValueError("a response that is cut short")
        found.append((int(head.split()[1]), rest[:length]))
        written = rest[length:]
    return found
