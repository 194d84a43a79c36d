"""One .zip with many people's files, as somebody sent it: everything it claims is checked before a byte is unpacked.

Names without the UTF-8 mark are GB 18030 in archives of Chinese Windows, and are read so.
"""

import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.filetypes import LIMIT_BYTES

LIMIT_PACKED = 2 * 1024**3 + 64 * 1024**2  # 2 GB and what a browser adds around it
LIMIT_UNPACKED = 4 * 1024**3
LIMIT_FILES = 40_000  # more than ten thousand people with four files each bring in one go
LIMIT_RATIO = 120  # pictures and PDF files hardly get smaller; a bomb does nothing else
_SMALL = 256 * 1024  # below this a ratio says nothing: an empty form packs well
LIMIT_NAME = 500
_ENCRYPTED, _UTF8 = 0x1, 0x800
_LINK = 0o120000
_KIND_MASK = 0o170000
_UNICODE_PATH = 0x7075
_NESTED = re.compile(r"\.(zip|rar|7z|tar|t?gz|t?bz2|t?xz|iso|jar)$", re.IGNORECASE)
_NOISE = re.compile(r"(^|/)(__MACOSX/|\.[^/]*$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_FAULTS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, struct.error)
RULE = "压缩包只收一层 .zip，不带密码，里面只有图片和 PDF 文件"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file of the archive. number: its place in the archive's list; path: as somebody reads it, with "/"."""

    number: int
    path: str
    size: int
    crc: int


class Archive:
    """An opened archive whose list has been checked. Raises: Refused (code "archive…")."""

    def __init__(self, source: IO[bytes], *, name: str) -> None:
        self.name = name
        source.seek(0, 2)
        packed = source.tell()
        if packed > LIMIT_PACKED:
            raise _refused(f"压缩包“{name}”超过 2 GB", "请分成几个压缩包、几次导入", "archive-size")
        try:
            self._zip = zipfile.ZipFile(source)
        except _FAULTS:
            raise _refused(
                f"“{name}”不是 .zip 压缩包，或已损坏", "请重新压缩为 .zip 再上传", "archive"
            ) from None
        self._infos = self._zip.infolist()
        self.entries = _checked(self._infos, name=name, packed=packed)

    def read(self, number: int) -> bytes:
        """One file, whole. Raises: Refused when it is damaged or larger than a document may be."""
        info = self._infos[number]
        path = readable_name(info)
        if info.file_size > LIMIT_BYTES:
            raise Refused(
                what=f"压缩包里的“{path}”超过 {LIMIT_BYTES // 1048576} MB",
                remedy="请缩小后重新打包",
                code="file-too-large",
            )
        try:
            with self._zip.open(info) as packed:
                return packed.read(LIMIT_BYTES + 1)
        except _FAULTS:
            raise Refused(
                what=f"压缩包里的“{path}”已损坏（校验和不符或数据不完整）",
                remedy="请重新打包后再上传",
                code="archive-damaged",
            ) from None


def _checked(infos: Sequence[zipfile.ZipInfo], *, name: str, packed: int) -> tuple[Entry, ...]:
    if len(infos) > LIMIT_FILES:
        raise _refused(
            f"压缩包“{name}”里有 {len(infos)} 个文件，超过 {LIMIT_FILES} 个",
            "请分成几个压缩包、几次导入",
            "archive-count",
        )
    if sum(info.file_size for info in infos) > LIMIT_UNPACKED:
        raise _refused(
            f"压缩包“{name}”解压后超过 {LIMIT_UNPACKED // 1024**3} GB",
            "请分成几个压缩包、几次导入",
            "archive-bomb",
        )
    if sum(info.compress_size for info in infos) > packed:
        raise _refused(f"压缩包“{name}”里的文件互相重叠", "请用系统自带的压缩功能重新打包", "archive-bomb")
    found = []
    for number, info in enumerate(infos):
        path = readable_name(info)
        _check_entry(info, path)
        if not info.is_dir() and not path.endswith("/") and not _NOISE.search(path):
            found.append(Entry(number=number, path=path, size=info.file_size, crc=info.CRC))
    return tuple(found)


def _check_entry(info: zipfile.ZipInfo, path: str) -> None:
    """Raises: Refused for what no honest archive of papers holds."""
    parts = path.split("/")
    if len(path) > LIMIT_NAME or any(unicodedata.category(letter) == "Cc" for letter in path):
        raise _refused(
            f"压缩包里有一个文件名过长或含控制字符（{path[:40]}…）", "请改名后重新打包", "archive-name"
        )
    if ".." in parts or path.startswith("/") or re.match(r"[A-Za-z]:", path):
        raise _refused(
            f"压缩包里的“{path}”指向压缩包以外的位置", "请用系统自带的压缩功能重新打包", "archive-path"
        )
    if info.create_system == 3 and (info.external_attr >> 16) & _KIND_MASK == _LINK:
        raise _refused(f"压缩包里的“{path}”是一个链接，不是文件", "请放入文件本身后重新打包", "archive-link")
    if info.flag_bits & _ENCRYPTED:
        raise _refused(f"压缩包里的“{path}”有密码", "请不设密码重新打包", "archive-encrypted")
    if info.file_size > _SMALL and info.file_size > LIMIT_RATIO * max(info.compress_size, 1):
        raise _refused(
            f"压缩包里的“{path}”解压后是压缩前的 {LIMIT_RATIO} 倍以上",
            "请只放入图片和 PDF 文件",
            "archive-bomb",
        )
    if _NESTED.search(path) and not _NOISE.search(path):
        raise _refused(f"压缩包里又有压缩包“{path}”", "请解开后把文件直接放进一个压缩包", "archive-nested")


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


def _refused(what: str, remedy: str, code: str) -> Refused:
    return Refused(what=what, rule=RULE, remedy=remedy, code=code)
