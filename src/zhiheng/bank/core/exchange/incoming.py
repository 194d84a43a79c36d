"""Bytes somebody sent: how much is too much, what encoding they are in, what may be unpacked from them."""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Self

from zhiheng.foundation.errors import Refused

LIMIT_BYTES = 32 * 1024 * 1024
LIMIT_QUESTIONS = 10_000
LIMIT_PARTS = 5_000
LIMIT_UNPACKED = 128 * 1024 * 1024
LIMIT_RATIO = 200  # text of a document shrinks to a twentieth; a bomb to a thousandth
RATIO_FLOOR = 1024 * 1024  # below this a part may be as repetitive as it likes
LONGEST = 20_000  # characters of one text: a spreadsheet's cell holds 32,767
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")


def require_size(content: bytes, *, name: str) -> None:
    """Raises: Refused for an empty file and for one that is too large to be one of questions."""
    if not content:
        raise Refused(what=f"文件“{name}”是空的", remedy="请重新选择文件", code="file-empty")
    if len(content) > LIMIT_BYTES:
        raise Refused(
            what=f"文件“{name}”有 {len(content) / 1048576:.0f} MB，超过 {LIMIT_BYTES // 1048576} MB",
            remedy="请分成几个文件导入",
            code="file-too-large",
        )


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
    archive: zipfile.ZipFile

    @classmethod
    def open(cls, content: bytes, *, name: str) -> Self:
        """Raises: Refused for what is no archive, climbs out of its folder, is locked, or unpacks to too much."""
        require_size(content, name=name)
        try:
            archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise _broken(name) from None
        entries = archive.infolist()
        if len(entries) > LIMIT_PARTS or sum(entry.file_size for entry in entries) > LIMIT_UNPACKED:
            raise _bomb(name)
        for entry in entries:
            if entry.file_size > RATIO_FLOOR and entry.file_size > LIMIT_RATIO * max(entry.compress_size, 1):
                raise _bomb(name)
            if _climbs(entry.filename):
                raise Refused(
                    what=f"文件“{name}”里有指向外面的路径“{entry.filename[:80]}”",
                    remedy="请用可信的软件重新导出",
                    code="zip-slip",
                )
            if entry.flag_bits & 1:
                raise Refused(
                    what=f"文件“{name}”加了密码", remedy="请去掉密码后再导入", code="file-encrypted"
                )
        return cls(name, archive)

    def has(self, part: str) -> bool:
        return part in self.archive.NameToInfo

    def read(self, part: str) -> bytes:
        """The bytes of a part. Raises: Refused when it is missing, damaged, or longer than its list says."""
        try:
            with self.archive.open(part) as source:
                size = self.archive.NameToInfo[part].file_size
                content = source.read(size + 1)
        except (
            KeyError,
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
            RuntimeError,
            EOFError,
            OSError,
        ):
            raise _broken(self.name) from None
        if len(content) > size:
            raise _bomb(self.name)
        return content


def _climbs(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return path.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]


def _broken(name: str) -> Refused:
    return Refused(
        what=f"文件“{name}”打不开：不是完整的压缩格式文件",
        remedy="请确认没有改错扩展名，用原来的软件另存后再导入",
        code="not-a-package",
    )


def _bomb(name: str) -> Refused:
    return Refused(
        what=f"文件“{name}”展开后过大", remedy="请只留题目，另存后再导入", code="unpacks-too-large"
    )
