"""How much one peer may ask of the hall, and how slowly."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes and seconds. receive_seconds: for one whole request from its first byte, however it drips.

    request_bytes: all of one request, with what a chunked one says between and behind its chunks.
    connections_from_one_place: a school behind one address, with two lines for each of two thousand machines, is below it.
    pipelined: requests waiting on one connection. streams: streamed responses at once.
    """

    url_bytes: int = 2_048
    head_bytes: int = 16_384
    body_bytes: int = 65_536
    request_bytes: int = 262_144
    receive_seconds: float = 15
    idle_seconds: float = 75
    answer_seconds: float = 30
    pipelined: int = 16
    connections: int = 15_000
    connections_from_one_place: int = 5_000
    streams: int = 400
    unread_bytes: int = 1_048_576
