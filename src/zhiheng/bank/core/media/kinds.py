"""What kinds of file a question may show, and how a file is told."""

from dataclasses import dataclass

import filetype

from zhiheng.bank.core.terms import MediumKind
from zhiheng.foundation.errors import Refused

RULE = "试题可以配 PNG、JPEG、WebP 图片，MP3、Ogg、M4A、WAV 录音，MP4、WebM 短视频"
LIMIT_BYTES = 20 * 1024 * 1024
LIMIT_SECONDS = 60
SUFFIXES: dict[str, str] = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "video/mp4": "mp4",
    "video/webm": "webm",
}
KIND_OF: dict[str, MediumKind] = {
    media_type: kind
    for media_type in SUFFIXES
    for kind in ("image", "audio", "video")
    if media_type.startswith(kind)
}
KIND_NAMES: dict[MediumKind, str] = {"image": "图片", "audio": "录音", "video": "短视频"}
REDRAWN = ("image/gif", "image/bmp")  # come in as PNG
_EBML = b"\x1a\x45\xdf\xa3"
_SAME = {
    "audio/x-wav": "audio/wav",
    "audio/m4a": "audio/mp4",
    "application/ogg": "audio/ogg",
    "video/x-m4v": "video/mp4",
    "image/x-ms-bmp": "image/bmp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A file as it may be kept. seconds: how long it plays; 0 for a picture."""

    media_type: str
    content: bytes
    seconds: float = 0

    @property
    def kind(self) -> MediumKind:
        return KIND_OF[self.media_type]


def told_type(content: bytes, *, name: str) -> str:
    """The media type by the content alone. Raises: Refused when it is empty, too large, or of no kind of ours."""
    if not content:
        raise Refused(what=f"文件“{name}”是空的", rule=RULE, remedy="请重新选择文件", code="file-empty")
    if len(content) > LIMIT_BYTES:
        raise Refused(
            what=f"文件“{name}”有 {len(content) / 1048576:.1f} MB，超过 {LIMIT_BYTES // 1048576} MB",
            rule=f"试题的图片、录音和短视频每个不超过 {LIMIT_BYTES // 1048576} MB",
            remedy="请压缩或截短后再上传",
            code="file-too-large",
        )
    guessed = filetype.guess(content)
    unsaid = "video/webm" if content.startswith(_EBML) else "unknown"  # its walk tells what kind it is
    told = guessed.mime if guessed else unsaid
    told = _SAME.get(told, told)
    if told not in KIND_OF and told not in REDRAWN:
        raise Refused(
            what=f"文件“{name}”的内容不是可以放进试题的图片、录音或短视频",
            rule=RULE,
            remedy="请用原来的软件导出为其中一种格式；SVG 请另存为 PNG",
            code="media-type",
        )
    return told
