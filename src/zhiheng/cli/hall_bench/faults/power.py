"""What a disk may hold after the power was cut, from a record of writes and fsyncs. Plain Python.

Sure is only what an fsync had covered: writes to a file that had ended before an fsync of it began, and that one
had returned; names made or taken away before such an fsync of the folder. Of everything else any part may be there,
in any order, down to single sectors.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

SECTOR = 512
YOUNG = 5
_HEAD = struct.Struct("=BBHIQ")

Disk = dict[str, bytes]
"""Files by what follows the log's name: "" for itself, "-wal", "-journal"."""

Chance = Callable[[], bool]
"""Asked for each piece that no fsync covered: whether it happens to be there."""


@dataclass(slots=True, kw_only=True)
class Act:
    """kind: W a write, T a new size (offset), C a new name, U a name taken away. file: which one, whatever its name."""

    kind: str
    name: str
    file: int
    offset: int = 0
    data: bytes = b""
    sure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The first `size` bytes of a record. rare: a file was begun anew, cut, made or taken away.

    Or one of the first acknowledgements of a life: what it found there, did it make sure of that?
    """

    size: int
    rare: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Noted:
    """An entry. kind: of an act, or B and E of an fsync, D and F of one of the folder,
    A an acknowledgement (place), L the beginning of a life.
    """

    kind: str
    name: str
    place: int
    data: bytes
    end: int


@dataclass(slots=True)
class _Reader:
    acts: list[Act] = field(default_factory=list)
    _files: dict[str, int] = field(default_factory=dict)
    _made: int = 0
    _syncs: dict[int, list[Act]] = field(default_factory=dict)
    _unsure: dict[int, list[Act]] = field(default_factory=dict)

    def know(self, name: str) -> None:
        self._files[name] = self._made
        self._made += 1

    def take(self, kind: str, name: str, place: int, data: bytes) -> None:
        if kind in "BD":
            self._syncs[place] = list(self._unsure.get(self._owner(kind, name), ()))
        elif kind in "EF":
            covered = self._syncs.pop(place)
            for act in covered:
                act.sure = True
            owner = self._owner(kind, name)
            self._unsure[owner] = [act for act in self._unsure.get(owner, ()) if not act.sure]
        else:
            self._act(kind, name, place, data)

    def _act(self, kind: str, name: str, place: int, data: bytes) -> None:
        if kind == "C":
            self.know(name)
        act = Act(kind=kind, name=name, file=self._files[name], offset=place, data=data)
        self.acts.append(act)
        self._unsure.setdefault(self._owner(kind, name), []).append(act)
        if kind == "U":
            del self._files[name]

    def _owner(self, kind: str, name: str) -> int:
        """Whose fsync covers it: the file's, or (-1) the folder's."""
        return -1 if kind in "CUDF" else self._files.get(name, -2)


def read_record(raw: bytes, *, before: Mapping[str, bytes]) -> list[Act]:
    """The acts of a record in their order. before: what the disk held when it began.

    A last entry that was cut short is left out. Raises: KeyError when a file is written that nobody made.
    """
    reader = _Reader()
    for name in sorted(before):
        reader.know(name)
    for noted in _noted(raw):
        if noted.kind not in "AL":
            reader.take(noted.kind, noted.name, noted.place, noted.data)
    return reader.acts


def acknowledged(raw: bytes) -> set[int]:
    """The numbers of the answers that were acknowledged to candidates within this part of a record."""
    return {noted.place for noted in _noted(raw) if noted.kind == "A"}


def moments(raw: bytes) -> list[Moment]:
    """Where a record may be cut so that something has just happened."""
    found: list[Moment] = []
    young = 0
    for noted in _noted(raw):
        young = YOUNG if noted.kind == "L" else young - (noted.kind == "A")
        anew = noted.kind in "TCU" or (noted.kind == "W" and noted.place == 0)
        found.append(Moment(size=noted.end, rare=anew or (noted.kind == "A" and young >= 0)))
    return found


def _noted(raw: bytes) -> Iterator[_Noted]:
    at = 0
    while at + _HEAD.size <= len(raw):
        kind, name_size, _, size, place = _HEAD.unpack_from(raw, at)
        names = at + _HEAD.size
        at = names + name_size + size
        if at <= len(raw):
            name, data = raw[names : names + name_size].decode(), raw[names + name_size : at]
            yield _Noted(kind=chr(kind), name=name, place=place, data=data, end=at)


def entry(kind: str, name: str, place: int, data: bytes = b"") -> bytes:
    """One entry of a record, as the library writes it."""
    return _HEAD.pack(ord(kind), len(name), 0, len(data), place) + name.encode() + data


def disk_after(before: Mapping[str, bytes], acts: list[Act], *, chance: Chance) -> Disk:
    """One of the disks that may be left when the power goes after the last of the acts."""
    names = {name: place for place, name in enumerate(sorted(before))}
    files = {place: bytearray(before[name]) for name, place in names.items()}
    for act in acts:
        content = files.setdefault(act.file, bytearray())
        if act.kind == "W":
            for offset, data in [(act.offset, act.data)] if act.sure else _lucky(act, chance):
                _write(content, offset, data)
        elif not act.sure and not chance():
            continue
        elif act.kind == "T":
            _resize(content, act.offset)
        elif act.kind == "C":
            names[act.name] = act.file
        elif names.get(act.name) == act.file:
            del names[act.name]
    return {name: bytes(files[place]) for name, place in names.items()}


def _lucky(act: Act, chance: Chance) -> Iterator[tuple[int, bytes]]:
    at, end = act.offset, act.offset + len(act.data)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        if chance():
            yield at, act.data[at - act.offset : until - act.offset]
        at = until


def _write(content: bytearray, offset: int, data: bytes) -> None:
    if offset > len(content):
        _resize(content, offset)
    content[offset : offset + len(data)] = data


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))
