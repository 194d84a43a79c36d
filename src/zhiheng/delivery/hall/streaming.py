"""A response that goes on, from the side of whoever sends it."""

from collections.abc import Callable
from typing import Protocol


class StreamCount(Protocol):
    """Where open streams are counted."""

    streams: int


class OpenStream:
    """The `http.Stream` of one connection. write, end: of that connection."""

    __slots__ = ("_count", "_end", "_write", "closed", "on_close")

    def __init__(self, write: Callable[[bytes], None], end: Callable[[], None], count: StreamCount) -> None:
        self._write = write
        self._end = end
        self._count = count
        self.closed = False
        self.on_close: Callable[[], None] | None = None
        count.streams += 1

    def send(self, data: bytes) -> None:
        if data and not self.closed:
            self._write(data)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._end()

    def lost(self) -> None:
        """The connection is gone; called by it, once."""
        self.closed = True
        self._count.streams -= 1
        if self.on_close is not None:
            self.on_close()
