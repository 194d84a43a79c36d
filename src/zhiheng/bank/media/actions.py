"""Keeping pictures and recordings: each content once, for good."""

import hashlib
from collections.abc import Callable, Iterable
from decimal import Decimal

from django.db import transaction

from zhiheng.bank.core.exchange.terms import Media
from zhiheng.bank.core.media.checks import LONGEST_ALT
from zhiheng.bank.core.media.kinds import SUFFIXES, Prepared
from zhiheng.bank.core.media.preparing import prepared
from zhiheng.bank.core.media.shipped import shipped_content
from zhiheng.bank.core.terms import Item as Question
from zhiheng.bank.core.terms import Medium
from zhiheng.bank.media.queries import media_file, media_files, medium_of
from zhiheng.bank.models import MediaFile
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named

KIND = "question-media"


def keep_medium(*, by: Account, content: bytes, name: str) -> MediaFile:
    """Check a file, clean it, keep it once. What is kept already is taken as it is, under any name.

    Raises: Refused for everything that is not a sound picture, recording or short video.
    """
    known = media_file(hashlib.sha256(content).hexdigest())
    return _again(known) or _kept(prepared(content, name=name), name=name, by=str(by.id))


def keeper(*, by: Account) -> Callable[[Media], Medium | str]:
    """For a file of many questions: keeps each content once, and says of what cannot be kept why."""
    seen: dict[bytes, MediaFile | str] = {}

    def keep(medium: Media) -> Medium | str:
        key = hashlib.sha256(medium.content).digest()
        if key not in seen:
            try:
                seen[key] = keep_medium(by=by, content=medium.content, name=medium.name)
            except Refused as refused:
                seen[key] = f"{refused.what}。{refused.remedy}"
        file = seen[key]
        return file if isinstance(file, str) else medium_of(file, alt=medium.alt[:LONGEST_ALT])

    return keep


@transaction.atomic
def _kept(ready: Prepared, *, name: str, by: str) -> MediaFile:
    sha256 = hashlib.sha256(ready.content).hexdigest()
    lock_named(f"media:{sha256[:2]}")
    known = _again(media_file(sha256))
    if known is not None:
        return known
    stem = name.rpartition(".")[0] or name
    row = MediaFile(
        sha256=sha256,
        media_type=ready.media_type,
        size=len(ready.content),
        seconds=Decimal(str(round(ready.seconds, 1))),
        file=vault.keep(
            ready.content,
            kind=KIND,
            name=f"{stem[:190]}.{SUFFIXES[ready.media_type]}",
            by=by,
            media_type=ready.media_type,
        ),
    )
    row.save(force_insert=True)
    record(by=by, act="medium-kept", subject=f"medium:{sha256}", detail={"size": row.size})
    return row


def _again(known: MediaFile | None) -> MediaFile | None:
    """A kept file is uploaded again. None when it is gone, or goes this very moment."""
    if known is None or not MediaFile.objects.filter(pk=known.pk).update(uploaded_at=clock.now()):
        return None
    return known


def require_kept(media: Iterable[Medium]) -> None:
    """Hold the files a question lists until it is saved.

    Raises: Refused when one is not kept, or the question says of it what is not so.
    """
    listed = list(media)
    held = MediaFile.objects.select_for_update().filter(sha256__in={medium.sha256 for medium in listed})
    kept = {row.sha256: row for row in held.order_by("sha256")} if listed else {}
    for medium in listed:
        row = kept.get(medium.sha256)
        if row is None or (row.media_type, row.size) != (medium.media_type, medium.size):
            raise Refused(
                what=f"题目列出的文件 {medium.sha256[:12]}… 没有上传过，或者上传后一直没有保存，已经删除",
                rule="试题的图片、录音和短视频先上传检查，再放进题目",
                remedy="请在题目页重新上传这个文件",
                code="media-unknown",
            )


def keep_shipped(questions: Iterable[Question], *, by: str) -> int:
    """Keep what the shipped questions show; returns how many files were new.

    Raises: Refused when a question lists a file that does not ship.
    """
    listed = {medium.sha256: medium for question in questions for medium in question.media}
    missing = set(listed) - set(media_files(listed)) if listed else set()
    content = shipped_content(missing)
    for sha256 in sorted(missing):
        if sha256 not in content:
            raise Refused(
                what=f"随平台提供的题目用到文件 {sha256[:12]}…，安装包里没有",
                remedy="请重新安装平台",
                code="media-not-shipped",
            )
        ready = Prepared(media_type=listed[sha256].media_type, content=content[sha256])
        _kept(ready, name="shipped", by=by)
    return len(missing)
