"""Kept pictures and recordings by the hash of their content."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from zhiheng.bank.core.files import medium_from
from zhiheng.bank.core.media.kinds import KIND_OF
from zhiheng.bank.core.terms import Medium
from zhiheng.bank.models import MediaFile
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import vault


def media_file(sha256: str) -> MediaFile | None:
    return MediaFile.objects.select_related("file").filter(sha256=sha256).first()


def media_files(hashes: Iterable[str]) -> dict[str, MediaFile]:
    """Those that are kept, by hash, in one query."""
    rows = MediaFile.objects.select_related("file").filter(sha256__in=set(hashes))
    return {row.sha256: row for row in rows}


def medium_of(file: MediaFile, *, alt: str = "", where: str = "stem") -> Medium:
    """A kept file as a question lists it; its number comes with its place among the others."""
    return Medium(
        id="",
        kind=KIND_OF[file.media_type],
        media_type=file.media_type,
        sha256=file.sha256,
        size=file.size,
        alt=alt,
        where=where,
    )


def content_of(file: MediaFile) -> bytes:
    """The bytes, which are what the hash says. Raises: Refused when they are not."""
    content = vault.read(file.file)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise _missing(file.sha256)
    return content


def contents_of(media: Iterable[Medium]) -> Iterator[tuple[str, bytes]]:
    """Hash and bytes of everything listed, each once. Raises: Refused when one is not kept or was altered."""
    wanted = dict.fromkeys(medium.sha256 for medium in media)
    kept = media_files(wanted)
    for sha256 in wanted:
        if sha256 not in kept:
            raise _missing(sha256)
        yield sha256, content_of(kept[sha256])


def listed_in(body: Mapping[str, Any]) -> tuple[Medium, ...]:
    """What a question's file form lists, without reading the rest of it."""
    return tuple(medium_from(entry) for entry in body.get("media") or ())


def _missing(sha256: str) -> Refused:
    return Refused(
        what=f"试题用到的文件 {sha256[:12]}… 不在文件库里，或与入库时不一致",
        rule="试题与它的图片、录音一经入库不再改动",
        remedy="请从备份恢复文件库，或在题目页重新加上这个文件再审定",
        code="media-missing",
    )
