"""Bytes somebody sent: how much is too much, what encoding they are in, what may be unpacked from them."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from xml.etree.ElementTree import Element

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.markup import read_xml
from zhiheng.plumbing.archives import Archive, Limits

LIMIT_BYTES = 32 * 1024 * 1024
LIMIT_QUESTIONS = 10_000
LIMITS = Limits(
    packed=100 * 1024 * 1024,  # a package of questions with recordings
    unpacked=300 * 1024 * 1024,
    files=30_000,
    ratio=200,  # text of a document shrinks to a twentieth, a bomb to a thousandth
    file=64 * 1024 * 1024,
    rule="题目文件只收一层压缩，不带密码，不超过 100 MB",
    contents="题目和题目用到的图片",
    small=1024 * 1024,
    repeated_names=False,
)
LONGEST = 20_000  # characters of one text: a spreadsheet's cell holds 32,767
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


def require_size(content: bytes, *, name: str) -> None:
    """Raises: Refused for an empty file and for one that is too large to be one of questions."""
    if not content:
        raise empty(name)
    if len(content) > LIMIT_BYTES:
        raise Refused(
            what=f"文件“{name}”有 {len(content) / 1048576:.0f} MB，超过 {LIMIT_BYTES // 1048576} MB",
            remedy="请分成几个文件导入",
            code="file-too-large",
        )


def empty(name: str) -> Refused:
    return Refused(what=f"文件“{name}”是空的", remedy="请重新选择文件", code="file-empty")


def require_count(count: int, *, name: str) -> None:
    """Raises: Refused for more questions than one import takes."""
    if count > LIMIT_QUESTIONS:
        raise Refused(
            what=f"文件“{name}”的题目超过 {LIMIT_QUESTIONS} 道",
            remedy="请分成几个文件导入",
            code="too-many-questions",
        )


def decoded(content: bytes, *, name: str) -> str:
    """The text of a file in UTF-8 (with or without mark), UTF-16 with mark, or GB18030; lines end in \\n.

    Raises: Refused for anything else, and for bytes that are no text at all.
    """
    require_size(content, name=name)
    marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Refused(
        what=f"文件“{name}”不是文本，或编码看不懂",
        remedy="请用原来的软件另存为 UTF-8 文本后再导入",
        code="encoding",
    )


def tidy(text: str) -> str:
    """A text as it is kept: without characters nobody sees, one kind of line end and of space, no blanks around."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).replace("\xa0", " ")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


@dataclass(frozen=True, slots=True)
class Package:
    """A zip archive whose list was checked before anything was unpacked. It is never written to disk."""

    name: str
    archive: Archive
    parts: Mapping[str, int]

    @classmethod
    def open(cls, content: bytes, *, name: str) -> Self:
        """Raises: Refused for what is no archive, climbs out of its folder, is locked, or unpacks to too much."""
        archive = Archive(io.BytesIO(content), name=name, limits=LIMITS)
        return cls(name, archive, {entry.path: entry.number for entry in archive.entries})

    def has(self, part: str) -> bool:
        return part in self.parts

    def read(self, part: str) -> bytes:
        """The bytes of a part that is there. Raises: Refused when it is damaged or too long."""
        return self.archive.read(self.parts[part])

    def xml(self, part: str) -> Element:
        """The root of a part. Raises: Refused, see `read_xml`."""
        return read_xml(self.read(part), name=part, longest=LIMITS.file)
