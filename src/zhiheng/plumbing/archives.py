"""A .zip somebody sent: everything it claims is checked before a byte is unpacked.

Names without the UTF-8 mark are GB 18030 in archives of Chinese Windows, and are read so.
"""

import lzma
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from zhiheng.foundation.errors import Refused

LIMIT_NAME = 500
_ENCRYPTED, _UTF8 = 0x1, 0x800
_LINK = 0o120000
_KIND_MASK = 0o170000
_UNICODE_PATH = 0x7075
_NESTED = re.compile(r"\.(zip|rar|7z|tar|t?gz|t?bz2|t?xz|iso|jar)$", re.IGNORECASE)
_NOISE = re.compile(r"(^|/)(__MACOSX/|\.[^/]*$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    struct.error,
    ValueError,  # a place before the beginning, a name in no encoding
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an archive of one purpose may hold.

    packed, unpacked, file: bytes of the archive, of everything in it, of one file. files: how many.
    ratio: how many times smaller a file may be packed; below `small` bytes a ratio says nothing.
    rule, contents: how a refusal names the rule and the files that belong in.
    repeated_names: whether two files may have one path.
    """

    packed: int
    unpacked: int
    files: int
    ratio: int
    file: int
    rule: str
    contents: str
    small: int = 256 * 1024
    repeated_names: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file of the archive. number: its place in the archive's list; path: as somebody reads it, with "/"."""

    number: int
    path: str
    size: int
    crc: int


class Archive:
    """An opened archive whose list has been checked. Raises: Refused (code "archive…")."""

    def __init__(self, source: IO[bytes], *, name: str, limits: Limits) -> None:
        self.name = name
        self._limits = limits
        source.seek(0, 2)
        packed = source.tell()
        if packed > limits.packed:
            raise self._refused(
                f"压缩包“{name}”超过 {_size(limits.packed)}", "请分成几个压缩包、几次导入", "archive-size"
            )
        try:
            self._zip = zipfile.ZipFile(source)
        except _FAULTS:
            raise self._refused(
                f"“{name}”不是 .zip 压缩包，或已损坏", "请重新压缩为 .zip 再上传", "archive"
            ) from None
        self._infos = self._zip.infolist()
        self.entries = self._checked(packed=packed)

    def read(self, number: int) -> bytes:
        """One file, whole. Raises: Refused when it is damaged or larger than a file here may be."""
        info = self._infos[number]
        path = readable_name(info)
        limit = self._limits.file
        if info.file_size > limit:
            raise Refused(
                what=f"压缩包里的“{path}”超过 {_size(limit)}",
                remedy="请缩小后重新打包",
                code="file-too-large",
            )
        try:
            with self._zip.open(info) as packed:
                return packed.read(limit + 1)
        except _FAULTS:
            raise Refused(
                what=f"压缩包里的“{path}”已损坏（校验和不符或数据不完整）",
                remedy="请重新打包后再上传",
                code="archive-damaged",
            ) from None

    def _checked(self, *, packed: int) -> tuple[Entry, ...]:
        infos, limits = self._infos, self._limits
        apart = "请分成几个压缩包、几次导入"
        if len(infos) > limits.files:
            raise self._refused(
                f"压缩包“{self.name}”里有 {len(infos)} 个文件，超过 {limits.files} 个", apart, "archive-count"
            )
        if sum(info.file_size for info in infos) > limits.unpacked:
            raise self._refused(
                f"压缩包“{self.name}”解压后超过 {_size(limits.unpacked)}", apart, "archive-bomb"
            )
        if sum(info.compress_size for info in infos) > packed:
            raise self._refused(
                f"压缩包“{self.name}”里的文件互相重叠", "请用系统自带的压缩功能重新打包", "archive-bomb"
            )
        return self._entries(infos)

    def _entries(self, infos: Sequence[zipfile.ZipInfo]) -> tuple[Entry, ...]:
        found, seen = [], set()
        for number, info in enumerate(infos):
            path = readable_name(info)
            self._check_entry(info, path)
            if info.is_dir() or path.endswith("/") or _NOISE.search(path):
                continue
            if path in seen and not self._limits.repeated_names:
                raise self._refused(
                    f"压缩包里有两个文件都叫“{path}”", "请只留下要用的那一个后重新打包", "archive-repeated"
                )
            seen.add(path)
            found.append(Entry(number=number, path=path, size=info.file_size, crc=info.CRC))
        return tuple(found)

    def _check_entry(self, info: zipfile.ZipInfo, path: str) -> None:
        """Raises: Refused for what no honest archive holds."""
        again = "请用系统自带的压缩功能重新打包"
        if len(path) > LIMIT_NAME or any(unicodedata.category(letter) == "Cc" for letter in path):
            raise self._refused(
                f"压缩包里有一个文件名过长或含控制字符（{path[:40]}…）", "请改名后重新打包", "archive-name"
            )
        if leaves(path):
            raise self._refused(f"压缩包里的“{path}”指向压缩包以外的位置", again, "archive-path")
        if info.create_system == 3 and (info.external_attr >> 16) & _KIND_MASK == _LINK:
            raise self._refused(
                f"压缩包里的“{path}”是一个链接，不是文件", "请放入文件本身后重新打包", "archive-link"
            )
        if info.flag_bits & _ENCRYPTED:
            raise self._refused(f"压缩包里的“{path}”有密码", "请不设密码重新打包", "archive-encrypted")
        limits = self._limits
        if info.file_size > limits.small and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise self._refused(
                f"压缩包里的“{path}”解压后是压缩前的 {limits.ratio} 倍以上",
                f"请只放入{limits.contents}",
                "archive-bomb",
            )
        if _NESTED.search(path) and not _NOISE.search(path):
            raise self._refused(
                f"压缩包里又有压缩包“{path}”", "请解开后把文件直接放进一个压缩包", "archive-nested"
            )

    def _refused(self, what: str, remedy: str, code: str) -> Refused:
        return Refused(what=what, rule=self._limits.rule, remedy=remedy, code=code)


def leaves(path: str) -> bool:
    """Whether a path with "/" between its parts names a place outside the folder it is taken in."""
    return ".." in path.split("/") or path.startswith("/") or re.match(r"[A-Za-z]:", path) is not None


def readable_name(info: zipfile.ZipInfo) -> str:
    """The name as its maker saw it, with "/" between folders, in NFC."""
    name = _unicode_path(info) or _told(info)
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _told(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _UTF8:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _unicode_path(info: zipfile.ZipInfo) -> str:
    """The name in the Unicode path field (APPNOTE 4.6.9), if there is one and it belongs to this name."""
    extra = info.extra
    while len(extra) >= 4:
        tag, length = struct.unpack("<HH", extra[:4])
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        if tag != _UNICODE_PATH or len(body) < 6 or info.flag_bits & _UTF8:
            continue
        if struct.unpack("<I", body[1:5])[0] == zlib.crc32(info.orig_filename.encode("cp437")):
            return body[5:].decode("utf-8", "replace")
    return ""


def _size(size: int) -> str:
    return f"{size // 1024**3} GB" if size >= 1024**3 else f"{size // 1024**2} MB"
