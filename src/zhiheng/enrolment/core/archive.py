"""One .zip with many people's files, as somebody sent it: how much of what it may hold."""

from typing import IO

from zhiheng.plumbing import archives
from zhiheng.plumbing.archives import Entry, readable_name
from zhiheng.plumbing.filetypes import LIMIT_BYTES

__all__ = ["LIMIT_PACKED", "RULE", "Archive", "Entry", "readable_name"]

LIMIT_PACKED = 2 * 1024**3 + 64 * 1024**2  # 2 GB and what a browser adds around it
LIMIT_UNPACKED = 4 * 1024**3
LIMIT_FILES = 40_000  # more than ten thousand people with four files each bring in one go
LIMIT_RATIO = 120  # pictures and PDF files hardly get smaller; a bomb does nothing else
RULE = "压缩包只收一层 .zip，不带密码，里面只有图片和 PDF 文件"


class Archive(archives.Archive):
    """An opened archive whose list has been checked. Raises: Refused (code "archive…")."""

    def __init__(self, source: IO[bytes], *, name: str) -> None:
        super().__init__(
            source,
            name=name,
            limits=archives.Limits(
                packed=LIMIT_PACKED,
                unpacked=LIMIT_UNPACKED,
                files=LIMIT_FILES,
                ratio=LIMIT_RATIO,
                file=LIMIT_BYTES,
                rule=RULE,
                contents="图片和 PDF 文件",
            ),
        )
