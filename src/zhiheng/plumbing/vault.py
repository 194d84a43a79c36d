"""Files people hand in: checked by content, encrypted on disk, opened only through an authorised view."""

import hashlib
import os

import filetype
from django.conf import settings

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.crypto import seal, unseal
from zhiheng.plumbing.models import VaultFile

LIMIT_BYTES = 8 * 1024 * 1024
NAMES = {"image/jpeg": "JPEG 图片", "image/png": "PNG 图片", "application/pdf": "PDF 文件"}


def store(
    content: bytes, *, kind: str, name: str, by: str, accept: tuple[str, ...] = tuple(NAMES)
) -> VaultFile:
    """Encrypt and keep a file after checking what it really is.

    Raises: Refused when it is empty, too large, or not what its name claims.
    """
    media_type = checked_type(content, name=name, accept=accept)
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
    return unseal((settings.VAULT / str(row.id)).read_bytes(), purpose=f"vault:{row.id}")


def checked_type(content: bytes, *, name: str, accept: tuple[str, ...]) -> str:
    """The media type told by the content itself. Raises: Refused."""
    accepted = "、".join(NAMES.get(media, media) for media in accept)
    if not content:
        raise Refused(what=f"文件“{name}”是空的", remedy=f"请重新选择文件（{accepted}）", code="file-empty")
    if len(content) > LIMIT_BYTES:
        raise Refused(
            what=f"文件“{name}”有 {len(content) / 1048576:.1f} MB，超过 {LIMIT_BYTES // 1048576} MB",
            remedy="请压缩后再上传",
            code="file-too-large",
        )
    kind = filetype.guess(content)
    media_type = kind.mime if kind else "unknown"
    if media_type not in accept:
        raise Refused(
            what=f"文件“{name}”的内容不是{accepted}",
            remedy="请确认文件没有改错扩展名，重新导出后再上传",
            code="file-type",
        )
    claimed = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    extensions = {"image/jpeg": {"jpg", "jpeg"}, "image/png": {"png"}, "application/pdf": {"pdf"}}
    if claimed and claimed not in extensions.get(media_type, {claimed}):
        raise Refused(
            what=f"文件“{name}”的扩展名是 .{claimed}，内容却是{NAMES.get(media_type, media_type)}",
            remedy="请改用正确的文件或扩展名",
            code="file-disguised",
        )
    return media_type
