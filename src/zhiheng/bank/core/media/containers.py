"""The two video containers, walked box by box: whether they are whole, how long they play, what they are coded in.

Sources: ISO/IEC 14496-12 (boxes of MP4); RFC 8794 (EBML) and RFC 9559 (Matroska), of which WebM is a part.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_MOST = 100_000  # boxes or elements of one file; a minute of video has a few thousand
_EBML, _SEGMENT, _INFO, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1F43B675
_DOCTYPE, _SCALE, _DURATION, _TIME = 0x4282, 0x2AD7B1, 0x4489, 0xE7
_TRACKS, _ENTRY, _CODEC = 0x1654AE6B, 0xAE, 0x86
_OPENED = {_EBML, _SEGMENT, _INFO, _CLUSTER, _TRACKS, _ENTRY}
_OPENED_IN_PLACE = {_SEGMENT, _CLUSTER}  # those a recorder may leave without a length


class Broken(Exception):
    """The container contradicts itself."""


@dataclass(slots=True)
class Walked:
    """seconds: how long it plays, 0 where it does not say. codecs: as the container names them."""

    seconds: float = 0
    codecs: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    end: int


def walk_mp4(content: bytes) -> Walked:
    """Raises: Broken when boxes do not fill the file exactly or there is no film in it."""
    found = Walked()
    boxes = list(_boxes(content, 0, len(content), [0]))
    kinds = [box.kind for box in boxes]
    if not kinds or kinds[0] != b"ftyp" or b"moov" not in kinds or b"mdat" not in kinds:
        raise Broken
    for box in boxes:
        if box.kind == b"mvhd":
            found.seconds = _mvhd_seconds(content[box.start : box.end])
        elif box.kind == b"stsd":
            found.codecs.add(content[box.start + 12 : box.start + 16].decode("latin-1"))
    return found


def _boxes(content: bytes, start: int, end: int, count: list[int]) -> Iterator[_Box]:
    """The boxes between two places, and those inside the ones that hold others."""
    while start < end:
        count[0] += 1
        size = int.from_bytes(content[start : start + 4], "big")
        kind = content[start + 4 : start + 8]
        head = 8
        if size == 1:
            size, head = int.from_bytes(content[start + 8 : start + 16], "big"), 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end or count[0] > _MOST:
            raise Broken
        yield _Box(kind, start + head, start + size)
        if kind in _INSIDE:
            yield from _boxes(content, start + head, start + size, count)
        start += size


def _mvhd_seconds(body: bytes) -> float:
    wide = body[:1] == b"\x01"
    scale = int.from_bytes(body[20:24] if wide else body[12:16], "big")
    length = int.from_bytes(body[24:32] if wide else body[16:20], "big")
    return length / scale if scale else 0


def walk_webm(content: bytes) -> Walked:
    """Raises: Broken when elements run out of the file, or it is another kind of EBML document."""
    found = Walked()
    kind, scale, length, last = b"", 1_000_000, 0.0, 0
    for name, start, end in _elements(content):
        body = content[start:end]
        if name == _DOCTYPE:
            kind = body.rstrip(b"\x00")
        elif name == _SCALE:
            scale = int.from_bytes(body, "big")
        elif name == _DURATION:
            length = _float(body)
        elif name == _TIME:
            last = max(last, int.from_bytes(body, "big"))
        elif name == _CODEC:
            found.codecs.add(body.decode("latin-1"))
    if kind != b"webm":
        raise Broken
    found.seconds = max(length, last) * scale / 1_000_000_000
    return found


def _elements(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Every element in order with the places of its content; those that hold the ones we ask about are opened."""
    place = count = 0
    while place < len(content):
        count += 1
        name, place = _number(content, place, keep_mark=True)
        size, after = _number(content, place, keep_mark=False)
        unknown = size == (1 << 7 * (after - place)) - 1
        place = after
        if count > _MOST or (unknown and name not in _OPENED_IN_PLACE):
            raise Broken
        end = len(content) if unknown else place + size
        if end > len(content):
            raise Broken
        yield name, place, end
        if name not in _OPENED:
            place = end


def _number(content: bytes, place: int, *, keep_mark: bool) -> tuple[int, int]:
    """A number whose first bits say how long it is, and the place after it."""
    first = content[place] if place < len(content) else 0
    length = 9 - first.bit_length()
    end = place + length
    if not first or end > len(content):
        raise Broken
    value = int.from_bytes(content[place:end], "big")
    return (value if keep_mark else value & ((1 << 7 * length) - 1)), end


def _float(body: bytes) -> float:
    """A length in ticks; anything that is no number of ticks counts as none."""
    forms = {4: ">f", 8: ">d"}
    if len(body) not in forms:
        return 0
    value: float = struct.unpack(forms[len(body)], body)[0]
    return value if 0 <= value < 1e12 else 0
