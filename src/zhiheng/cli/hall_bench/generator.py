"""The load generator as a process of its own: connections, closed and open loops, percentiles.

The parent asks with one JSON line and gets one JSON line back. `python -m zhiheng.cli.hall_bench.generator`
is the process; `Generator` is the handle.
"""

import ctypes
import gc
import select
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import msgspec
import numpy as np

from zhiheng.cli.hall_bench import kernel
from zhiheng.cli.hall_bench.figures import due_times, percentiles
from zhiheng.cli.hall_bench.marks import ITEM_MARK, SEQ_MARK, VALUE_MARK
from zhiheng.cli.spawning import Company

FIRST_SEQ = 1_000_000_000
_SEQS_OF_AN_OPENING = 2_000_000
_HANDSHAKES = 200
_ABORT = struct.pack("ii", 1, 0)
_PR_SET_TIMERSLACK = 29
_NAMES = (np.frombuffer(b"\ncontent-length:", np.uint8).copy(), np.frombuffer(b'"seq":', np.uint8).copy())


class Opening(msgspec.Struct, kw_only=True):
    """Connections to make. requests: as bytes with the marks where digits go; connection n sends request n % len."""

    port: int
    requests: list[bytes]
    connections: int
    items: int = 60
    check_seq: bool = False


class Running(msgspec.Struct, kw_only=True):
    """rate 0: the closed loop; else an open loop with a Poisson process of that many a second."""

    seconds: float
    rate: float = 0.0
    seed: int = 1
    patience: float = 5.0


class Load(msgspec.Struct, kw_only=True, frozen=True):
    """What one run met. Latencies in milliseconds, unanswered ones counted as lasting until the end.

    lag99: how late the generator itself sent, for want of a processor or of a free connection.
    """

    answered: int
    failed: int
    lost: int
    unanswered: int
    seconds: float
    p50: float
    p99: float
    p999: float
    lag99: float = 0.0

    @property
    def rate(self) -> float:
        return self.answered / self.seconds

    @property
    def errors(self) -> int:
        return self.failed + self.lost + self.unanswered


class Lanes:
    """The open connections of the child."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._openings = 0

    def open(self, wish: Opening) -> Load:
        """Connect and send one request on each, so that every connection is a used one."""
        self.close()
        self._wish = wish
        self._openings += 1
        self.epoll = select.epoll()
        self.lines = _lines(wish, FIRST_SEQ + self._openings * _SEQS_OF_AN_OPENING)
        answered = []
        for first in range(0, wish.connections, _HANDSHAKES):
            part = range(first, min(first + _HANDSHAKES, wish.connections))
            for place in part:
                self._connect(place, wish.port)
            answered.append(
                self._run(_part(self.lines, part), np.zeros(0, np.int64), seconds=0.0, patience=20.0)
            )
        return _sum(answered)

    def compile(self) -> None:
        """Now, and not while a server waits with its patience running."""
        self.open(Opening(port=0, requests=[b""], connections=0))
        self._run(self.lines, np.zeros(0, np.int64), seconds=0.0, patience=0.0)

    def run(self, wish: Running) -> Load:
        due = due_times(rate=wish.rate, seconds=wish.seconds, seed=wish.seed)
        return self._run(self.lines, due, seconds=wish.seconds, patience=wish.patience)

    def close(self) -> None:
        for one in self._sockets:
            one.close()
        self._sockets.clear()
        if hasattr(self, "epoll"):
            self.epoll.close()

    def _connect(self, place: int, port: int) -> None:
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)  # closed without TIME_WAIT: ports are few
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.settimeout(20)
        one.connect(("127.0.0.1", port))
        one.setblocking(False)
        self._sockets.append(one)
        self.lines.fd[place] = one.fileno()
        self.lines.place[one.fileno()] = place
        self.epoll.register(one, select.EPOLLIN)

    def _run(self, lines: kernel.Lines, due: kernel.Longs, *, seconds: float, patience: float) -> Load:
        room = due.size or int(200_000 * max(seconds, 1.0)) + lines.fd.size
        latency, lag = np.zeros(room, np.int64), np.zeros(due.size, np.int64)
        job = kernel.Job(
            due=due,
            stop=int(seconds * 1e9),
            give_up=int((seconds + patience) * 1e9),
            items=self._wish.items,
            check_seq=self._wish.check_seq,
        )
        gc.disable()
        counts, spent = kernel.drive(self.epoll.fileno(), lines, job, latency, lag, _NAMES)
        gc.enable()
        return _load(due, latency, lag, counts, spent)


def _lines(wish: Opening, first_seq: int) -> kernel.Lines:
    count = wish.connections
    each = [wish.requests[place % len(wish.requests)] for place in range(count)]
    block = np.zeros((count, max(map(len, each), default=0)), np.uint8)
    for place, request in enumerate(each):
        block[place, : len(request)] = np.frombuffer(request, np.uint8)

    def at(mark: bytes) -> kernel.Longs:
        return np.array([request.find(mark) for request in each], np.int64)

    return kernel.Lines(
        fd=np.full(count, -1, np.int32),
        place=np.zeros(1 << 16, np.int32),
        requests=block,
        size=np.array([len(request) for request in each], np.int64),
        seq_at=at(SEQ_MARK),
        item_at=at(ITEM_MARK),
        value_at=at(VALUE_MARK),
        seq=np.full(count, first_seq, np.int64),
        due=np.zeros(count, np.int64),
        left=np.zeros(count, np.int64),
        have=np.zeros(count, np.int64),
        heads=np.zeros((count, kernel.HEAD_LIMIT), np.uint8),
        state=np.zeros(count, np.int8),
    )


def _part(lines: kernel.Lines, part: range) -> kernel.Lines:
    """Some of the connections, under places of their own; the arrays are the same memory."""
    cut = slice(part.start, part.stop)
    place = np.full_like(lines.place, -1)
    place[lines.fd[cut]] = np.arange(len(part), dtype=np.int32)
    cuts = {name: getattr(lines, name)[cut] for name in lines._fields if name != "place"}
    return kernel.Lines(**cuts, place=place)


def _load(
    due: kernel.Longs, latency: kernel.Longs, lag: kernel.Longs, counts: kernel.Longs, spent: int
) -> Load:
    answered, flying = int(counts[kernel.ANSWERED]), int(counts[kernel.FLYING])
    never = due[int(counts[kernel.ASKED]) :]
    waited = np.concatenate([latency[: min(answered, latency.size)], spent - never, np.full(flying, spent)])
    middle, high, highest = percentiles(waited / 1e6, (50.0, 99.0, 99.9))
    return Load(
        answered=answered,
        failed=int(counts[kernel.FAILED]),
        lost=int(counts[kernel.LOST]),
        unanswered=flying + never.size,
        seconds=spent / 1e9,
        p50=middle,
        p99=high,
        p999=highest,
        lag99=percentiles(lag[: due.size - never.size] / 1e6, (99.0,))[0],
    )


def _sum(loads: Sequence[Load]) -> Load:
    return Load(
        answered=sum(load.answered for load in loads),
        failed=sum(load.failed for load in loads),
        lost=sum(load.lost for load in loads),
        unanswered=sum(load.unanswered for load in loads),
        seconds=sum(load.seconds for load in loads),
        p50=0.0,
        p99=0.0,
        p999=max((load.p999 for load in loads), default=0.0),
    )


@dataclass(slots=True)
class Generator:
    """The child, from the parent's side. Raises: RuntimeError with its last words when it died."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @classmethod
    def start(cls, company: Company) -> "Generator":
        log = company.folder / "generator.log"
        process = company.start(
            [sys.executable, "-m", "zhiheng.cli.hall_bench.generator"], log=log, stdin=True, stdout=True
        )
        return cls(process, log)

    def open(self, wish: Opening) -> Load:
        return self._ask("open", wish)

    def run(self, seconds: float, *, rate: float = 0.0, seed: int = 1) -> Load:
        return self._ask("run", Running(seconds=seconds, rate=rate, seed=seed))

    def close(self) -> None:
        self._send("close", None)

    def __enter__(self) -> "Generator":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()

    def _ask(self, act: str, wish: msgspec.Struct) -> Load:
        return msgspec.convert(self._send(act, wish), Load)

    def _send(self, act: str, wish: msgspec.Struct | None) -> Any:
        sink, source = self.process.stdin, self.process.stdout
        assert sink is not None
        assert source is not None
        sink.write(msgspec.json.encode({"act": act, "wish": wish}) + b"\n")
        sink.flush()
        line = source.readline()
        if not line:
            raise RuntimeError(f"The load generator died: {self.log.read_text()[-2000:]}")
        return msgspec.json.decode(line)


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """The child's life: until the parent closes the line."""
    ctypes.CDLL(None).prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0)  # naps end when they should
    lanes = Lanes()
    lanes.compile()
    for line in source:
        asked = msgspec.json.decode(line)
        if asked["act"] == "open":
            told: object = lanes.open(msgspec.convert(asked["wish"], Opening))
        elif asked["act"] == "run":
            told = lanes.run(msgspec.convert(asked["wish"], Running))
        else:
            lanes.close()
            told = None
        sink.write(msgspec.json.encode(told) + b"\n")
        sink.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
