"""A request as the parser leaves it: bytes, made into a `Request` only for those that ask for one.

A page sends its answers one after another on one connection, under the same head each time, byte for byte.
A head that is known to the parser need not be read again.
"""

import msgspec

from zhiheng.delivery.hall.http import Request

NAMES: dict[bytes, bytes] = {}
"""Header names as they come, and in lower case."""
_NAMES_LIMIT = 500
_END = b"\r\n\r\n"
_LEARNT_LIMIT = 4_096  # bytes of a head that is kept, one for each connection


class Head(msgspec.Struct, gc=False):
    """All of a request but its body. headers: lower-case names; of a repeated one the last.

    text: the head as it came, blank line included, when the request came alone and in one piece; else empty.
    length: of that whole request. known: whatever the one who answers has found out from the head.
    """

    method: bytes
    url: bytes
    headers: dict[bytes, bytes]
    keep_alive: bool
    text: bytes = b""
    length: int = 0
    known: object = None

    def learn(self, data: bytes, body: bytes) -> None:
        """Keep the bytes of the head, if `data` is nothing but this request.

        Two requests with equal heads and as many bytes in all are then told apart by their bodies alone.
        """
        end = data.find(_END, 0, _LEARNT_LIMIT) + len(_END)
        alone = data.startswith(self.method) and len(data) == end + len(body)
        if alone and self.headers.get(b"content-length") == b"%d" % len(body):
            self.text, self.length = data[:end], len(data)


class Call(msgspec.Struct, gc=False):
    """One whole request."""

    head: Head
    body: bytes

    def request(self, peer: str) -> Request:
        head = self.head
        return Request(
            method=head.method.decode("latin-1"),
            path=head.url.split(b"?", 1)[0].decode("latin-1"),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers.items()},
            body=self.body,
            peer=peer,
        )


def lower(name: bytes) -> bytes:
    """The lower-case name, kept for the next request unless there are too many."""
    lowered = name.lower()
    if len(NAMES) < _NAMES_LIMIT:
        NAMES[name] = lowered
    return lowered
