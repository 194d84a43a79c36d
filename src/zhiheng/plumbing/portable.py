"""PDF files people hand in: looked through for what a paper copy cannot hold, before they are kept."""

import re
import zlib
from collections.abc import Iterator

from zhiheng.foundation.errors import Refused

MOST_PAGES = 20
_MOST_UNPACKED = 32 * 1024 * 1024
_HEADER_WITHIN = 1024
_STREAM = re.compile(rb"(?<=>>)\s*stream\r?\n(.*?)endstream", re.DOTALL)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_COUNT = re.compile(rb"/Count\s+(\d{1,9})(?![\d.])")
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z])")
# Long names are looked for in every byte, so that no trick with object boundaries hides them;
# the short /JS would turn up by chance in packed data and is looked for in the objects alone.
_ANYWHERE = re.compile(rb"/(JavaScript|Launch|EmbeddedFile)")
_IN_OBJECTS = re.compile(rb"/JS(?![A-Za-z])")
_WORDS = {b"Launch": "启动其他程序的动作", b"EmbeddedFile": "夹带的文件"}


def check_pdf(content: bytes, *, name: str) -> int:
    """Look a PDF through; returns its number of pages.

    Raises: Refused when it is damaged, encrypted, longer than MOST_PAGES, or carries scripts, launch actions or files.
    """
    if b"%PDF-" not in content[:_HEADER_WITHIN] or b"%%EOF" not in content[-2048:]:
        raise _refused(f"PDF 文件“{name}”不完整，打不开", "请重新导出或重新扫描后再上传", "pdf-unreadable")
    objects = b"\n".join(_objects(content, name))
    if _ENCRYPTED.search(objects):
        raise _refused(f"PDF 文件“{name}”有密码或权限限制", "请另存为不带密码的 PDF 再上传", "pdf-encrypted")
    found = _ANYWHERE.search(_plain_names(content)) or _ANYWHERE.search(objects)
    if found or _IN_OBJECTS.search(objects):
        what = _WORDS.get(found.group(1), "脚本") if found else "脚本"
        raise _refused(
            f"PDF 文件“{name}”里含有{what}",
            "请把文件打印成新的 PDF，或拍照后以图片上传",
            "pdf-active",
        )
    pages = max([len(_PAGE.findall(objects)), *(int(number) for number in _COUNT.findall(objects))])
    if not pages:
        raise _refused(f"PDF 文件“{name}”里找不到页面", "请重新导出后再上传", "pdf-unreadable")
    if pages > MOST_PAGES:
        raise _refused(
            f"PDF 文件“{name}”有 {pages} 页，超过 {MOST_PAGES} 页", "请只保留需要审核的页面", "pdf-too-long"
        )
    return pages


def _objects(content: bytes, name: str) -> Iterator[bytes]:
    """What stands outside the streams, and the objects packed into object streams, with plain names."""
    end, left = 0, _MOST_UNPACKED
    for found in _STREAM.finditer(content):
        before = content[end : found.start()]
        yield _plain_names(before)
        end = found.end()
        dictionary = _plain_names(before[before.rfind(b" obj") :])
        if b"/ObjStm" not in dictionary:
            continue
        unpacked = _unpacked(found.group(1), name, left) if b"/FlateDecode" in dictionary else found.group(1)
        left -= len(unpacked)
        yield _plain_names(unpacked)
    yield _plain_names(content[end:])


def _unpacked(packed: bytes, name: str, most: int) -> bytes:
    try:
        unpacked = zlib.decompressobj().decompress(packed, max(most, 1))
    except zlib.error:
        raise _refused(
            f"PDF 文件“{name}”已损坏，打不开", "请重新导出或重新扫描后再上传", "pdf-unreadable"
        ) from None
    if len(unpacked) >= most:
        raise _refused(f"PDF 文件“{name}”展开后太大", "请打印成新的 PDF 再上传", "pdf-too-long")
    return unpacked


def _plain_names(content: bytes) -> bytes:
    """Names with their #xx escapes written out (ISO 32000-1, 7.3.5)."""
    if b"#" not in content:
        return content
    return _ESCAPE.sub(lambda found: bytes([int(found.group(1), 16)]), content)


def _refused(what: str, remedy: str, code: str) -> Refused:
    return Refused(
        what=what, rule=f"PDF 只收不带密码、不含程序、{MOST_PAGES} 页以内的文件", remedy=remedy, code=code
    )
