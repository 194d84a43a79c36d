"""The shelf of sitting packs: files in `<data>/packs/`, looked at again when one changes."""

import contextlib
import glob
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from zhiheng.delivery.core.answer import choice_bodies
from zhiheng.delivery.core.pack import (
    SIGN_IN_OPENS_BEFORE,
    PackCandidate,
    PackItem,
    PackMedia,
    PackPaper,
    SittingPack,
    decode_pack,
    encode_pack,
)
from zhiheng.foundation.errors import Refused

PACK_FOLDER = "packs"
MEDIA_FOLDER = "media"


class Asked(msgspec.Struct, frozen=True, gc=False):
    """A question of a paper. bit: 1 << its place in print. bodies: see `choice_bodies`."""

    item: PackItem
    bit: int
    bodies: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """By which a file is known to be another: kernels count times in steps of some milliseconds."""

    changed_ns: int
    number: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One candidate's place in a sitting, ready for the hot path. Times: milliseconds since 1970 UTC.

    asked, media: of the paper, questions by id and media by SHA-256.
    """

    pack: SittingPack
    candidate: PackCandidate
    paper: PackPaper
    asked: dict[str, Asked]
    media: dict[str, PackMedia]
    sign_in_ms: int
    starts_ms: int
    ends_ms: int
    late_entry_ms: int | None
    silent_ms: int

    @property
    def sitting(self) -> str:
        return self.pack.sitting


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """The whole shelf as read at one moment, ready to be put in the place of the one before.

    since: the stamps it was compared with.
    """

    since: dict[Path, Stamp]
    stamps: dict[Path, Stamp]
    packs: dict[Path, SittingPack]
    by_ticket: dict[str, Place]
    by_attempt: dict[str, Place]
    by_start: dict[int, list[Place]]


class PackShelf:
    """Finds places by ticket, by attempt and by start. A file that cannot be used leaves what was there before.

    `look` takes seconds for a hundred thousand candidates and may run beside the loop, one at a time; `take` is quick.
    """

    def __init__(self, folder: Path, *, key_id: str, say: Callable[[str], None]) -> None:
        self.folder = folder
        self._key_id = key_id
        self._say = say
        self._stamps: dict[Path, Stamp] = {}
        self._packs: dict[Path, SittingPack] = {}
        self.by_ticket: dict[str, Place] = {}
        self.by_attempt: dict[str, Place] = {}
        self.by_start: dict[int, list[Place]] = {}
        self.refused = 0
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def packs(self) -> tuple[SittingPack, ...]:
        return tuple(self._packs.values())

    def rescan(self) -> bool:
        """Read what is new or changed; whether anything was."""
        return self.take(self.look())

    def look(self) -> Shelved | None:
        """What the files say now; None when none has changed."""
        files = self._files()
        if files == self._stamps:
            return None
        packs = {path: pack for path, pack in self._packs.items() if path in files}
        for path, stamp in files.items():
            if self._stamps.get(path) != stamp and (pack := self._read(path)) is not None:
                packs[path] = pack
        return _shelved(self._stamps, files, packs)

    def take(self, found: Shelved | None) -> bool:
        """From now on what was looked at holds; whether there was anything. Older than what holds: not taken."""
        if found is None or found.since is not self._stamps:
            return False
        self._stamps, self._packs = found.stamps, found.packs
        self.by_ticket, self.by_attempt = found.by_ticket, found.by_attempt
        self.by_start = found.by_start
        return True

    def _files(self) -> dict[Path, Stamp]:
        files = {}
        for path in sorted(self.folder.glob("*.json")):
            with contextlib.suppress(OSError):  # taken away while we look: as good as absent
                facts = path.stat()
                files[path] = Stamp(changed_ns=facts.st_mtime_ns, number=facts.st_ino, size=facts.st_size)
        return files

    def _read(self, path: Path) -> SittingPack | None:
        try:
            pack = decode_pack(path.read_bytes())
            if pack.key_id != self._key_id:
                raise Refused(
                    what=f"数据包用密钥 {pack.key_id} 生成，本考场的密钥是 {self._key_id}",
                    remedy="请用本考场数据目录里的密钥重新发布",
                    code="pack-key",
                )
        except Refused as refused:
            self.refused += 1
            self._say(f"考场数据包 {path.name} 未采用：{refused.sentence}")
            return None
        except OSError as error:
            self.refused += 1
            self._say(f"考场数据包 {path.name} 读不到：{error.strerror}。请检查文件与权限后重新发布。")
            return None
        self._say(f"已载入场次 {pack.sitting}：{len(pack.candidates)} 名考生（{path.name}）")
        return pack


def _shelved(since: dict[Path, Stamp], stamps: dict[Path, Stamp], packs: dict[Path, SittingPack]) -> Shelved:
    places = [place for pack in packs.values() for place in _places(pack)]
    by_start: dict[int, list[Place]] = {}
    for place in places:
        by_start.setdefault(place.starts_ms, []).append(place)
    return Shelved(
        since=since,
        stamps=stamps,
        packs=packs,
        by_ticket={place.candidate.ticket: place for place in places},
        by_attempt={place.candidate.attempt: place for place in places},
        by_start=by_start,
    )


def write_pack(data_dir: Path, pack: SittingPack) -> Path:
    """Put a sealed pack on the hall's shelf; the hall picks it up within a second."""
    lay_ready(data_dir, pack)
    shelve(data_dir, pack.sitting, pack.hash)
    return data_dir / PACK_FOLDER / f"{pack.sitting}.json"


def lay_ready(data_dir: Path, pack: SittingPack) -> None:
    """Write a sealed pack beside the shelf, where the hall does not look; what lay ready of the sitting before goes.

    All that can fail for want of room is done here. Raises: OSError.
    """
    folder = data_dir / PACK_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f".{glob.escape(pack.sitting)}.*"):
        left.unlink()
    draft = _ready(folder, pack.sitting, pack.hash)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(encode_pack(pack))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        draft.unlink()
        raise


def shelve(data_dir: Path, sitting: str, pack_hash: str) -> bool:
    """Put what lies ready on the shelf in one step; whether the shelf has a pack of the sitting then. Twice is once."""
    folder = data_dir / PACK_FOLDER
    path = folder / f"{sitting}.json"
    with contextlib.suppress(FileNotFoundError):
        _ready(folder, sitting, pack_hash).replace(path)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)  # there after a power cut, too
        finally:
            os.close(descriptor)
    return path.exists()


def _ready(folder: Path, sitting: str, pack_hash: str) -> Path:
    return folder / f".{sitting}.{pack_hash[:16]}.ready"


def _places(pack: SittingPack) -> list[Place]:
    papers = {paper.id: paper for paper in pack.papers}
    asked = {paper.id: _asked(paper) for paper in pack.papers}
    media = {
        paper.id: {one.sha256: one for item in paper.items for one in item.media} for paper in pack.papers
    }
    return [
        Place(
            pack=pack,
            candidate=candidate,
            paper=papers[candidate.paper],
            asked=asked[candidate.paper],
            media=media[candidate.paper],
            sign_in_ms=_ms(candidate.starts_at - SIGN_IN_OPENS_BEFORE),
            starts_ms=_ms(candidate.starts_at),
            ends_ms=_ms(candidate.ends_at),
            late_entry_ms=_ms(candidate.late_entry_until) if candidate.late_entry_until else None,
            silent_ms=pack.silent_after_seconds * 1000,
        )
        for candidate in pack.candidates
    ]


def _asked(paper: PackPaper) -> dict[str, Asked]:
    return {item.id: Asked(item, 1 << place, choice_bodies(item)) for place, item in enumerate(paper.items)}


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
