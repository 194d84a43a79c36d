"""What a file really is, told by its content and never by its name."""

import filetype

from zhiheng.foundation.errors import Refused

LIMIT_BYTES = 16 * 1024 * 1024  # a telephone's 12-megapixel picture as it comes; it is made smaller here
NAMES = {"image/jpeg": "JPEG 图片", "image/png": "PNG 图片", "application/pdf": "PDF 文件"}


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
