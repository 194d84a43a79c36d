"""A request as the parser leaves it: bytes, made into a `Request` only for those that ask for one."""

import msgspec

from zhiheng.delivery.hall.http import Request

NAMES: dict[bytes, bytes] = {}
"""Header names as they come, and in lower case."""
_NAMES_LIMIT = 500


class Call(msgspec.Struct, gc=False):
    """One whole request. headers: lower-case names; of a repeated one the last."""

    method: bytes
    url: bytes
    headers: dict[bytes, bytes]
    body: bytes
    keep_alive: bool

    def request(self, peer: str) -> Request:
        return Request(
            method=self.method.decode("latin-1"),
            path=self.url.split(b"?", 1)[0].decode("latin-1"),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in self.headers.items()},
            body=self.body,
            peer=peer,
        )


def lower(name: bytes) -> bytes:
    """The lower-case name, kept for the next request unless there are too many."""
    lowered = name.lower()
    if len(NAMES) < _NAMES_LIMIT:
        NAMES[name] = lowered
    return lowered
