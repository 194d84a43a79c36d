"""Files people hand in: checked by content, cleaned, encrypted on disk, opened only through an authorised view."""

import hashlib
import os
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.plumbing import clock, pictures, portable
from zhiheng.plumbing.crypto import seal, unseal
from zhiheng.plumbing.filetypes import LIMIT_BYTES, NAMES, checked_type
from zhiheng.plumbing.models import VaultFile

__all__ = [
    "LIMIT_BYTES",
    "NAMES",
    "checked_type",
    "destroy",
    "erase",
    "finish_erasing",
    "keep",
    "keep_picture",
    "purpose_of",
    "read",
    "store",
]


def store(
    content: bytes, *, kind: str, name: str, by: str, accept: tuple[str, ...] = tuple(NAMES)
) -> VaultFile:
    """Check what a file really is, clean it, encrypt and keep it.

    Pictures become a JPEG of their pixels alone, upright, without metadata; a PDF is kept as it is after its check.
    Raises: Refused when it is empty, too large, damaged, not what its name claims, or a PDF with a password or scripts.
    """
    media_type = checked_type(content, name=name, accept=accept)
    if media_type == "application/pdf":
        portable.check_pdf(content, name=name)
        return keep(content, kind=kind, name=name, by=by, media_type=media_type)
    return keep_picture(pictures.rewritten(content, name=name), kind=kind, name=name, by=by)


def keep_picture(jpeg: bytes, *, kind: str, name: str, by: str) -> VaultFile:
    """Encrypt and keep a JPEG the platform made itself; the name takes its extension."""
    stem = name.rsplit(".", 1)[0] if "." in name else name
    return keep(jpeg, kind=kind, name=f"{stem[:190]}.jpg", by=by, media_type="image/jpeg")


def keep(content: bytes, *, kind: str, name: str, by: str, media_type: str) -> VaultFile:
    """Encrypt and keep what has been checked or made here already."""
    row = VaultFile(
        kind=kind,
        name=name[:200],
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        stored_by=by,
    )
    settings.VAULT.mkdir(parents=True, exist_ok=True)
    path = settings.VAULT / str(row.id)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(seal(content, purpose=f"vault:{row.id}"))
    row.save(force_insert=True)
    return row


def read(row: VaultFile) -> bytes:
    """What the file holds. Raises: Refused when a rule of retention has destroyed it."""
    if row.destroyed_at is not None:
        raise Refused(
            what=f"这份文件已于 {chinese_day(row.destroyed_at)} 按保存规则销毁",
            rule="《个人信息保护法》第十九条、第四十七条",
            remedy="不能恢复；仍需要这份材料的，请本人另行提供",
            code="file-destroyed",
        )
    return unseal((settings.VAULT / str(row.id)).read_bytes(), purpose=purpose_of(str(row.id)))


def purpose_of(file_id: str) -> str:
    return f"vault:{file_id}"


@transaction.atomic
def erase(row: VaultFile) -> None:
    """Destroy the content once this transaction holds; the row stays, without the name, to say what there was."""
    row.destroyed_at, row.name = clock.now(), ""
    row.save(update_fields=["destroyed_at", "name"])
    transaction.on_commit(partial(destroy, row.id))


def finish_erasing(since: datetime) -> int:
    """Take away what a machine that stopped between word and deed left lying; returns how many files."""
    left = [
        row.id
        for row in VaultFile.objects.filter(destroyed_at__gte=since)
        if (settings.VAULT / str(row.id)).exists()
    ]
    for file_id in left:
        destroy(file_id)
    return len(left)


def destroy(file_id: UUID) -> None:
    """Take the content away for good; the row may go with it or stay to say what there was."""
    (settings.VAULT / str(file_id)).unlink(missing_ok=True)
