"""Recordings and short video: whole, short enough, and in a coding browsers play."""

import io

from tinytag import TinyTag
from tinytag.tinytag import TinyTagException

from zhiheng.bank.core.media.containers import Broken, walk_mp4, walk_webm
from zhiheng.bank.core.media.kinds import KIND_NAMES, KIND_OF, LIMIT_SECONDS, Prepared
from zhiheng.foundation.errors import Refused

UNPLAYED = {"hvc1": "HEVC（H.265）", "hev1": "HEVC（H.265）", "V_MPEGH/ISO/HEVC": "HEVC（H.265）"}
_SLACK = 0.5  # a cut at sixty seconds ends a frame later


def checked(content: bytes, *, media_type: str, name: str) -> Prepared:
    """The file as it is, when it may be kept. Raises: Refused when it is damaged, too long, or cannot be played."""
    what = KIND_NAMES[KIND_OF[media_type]]
    try:
        seconds, codecs = _played(content, media_type)
    except (Broken, TinyTagException, OverflowError):
        raise _damaged(what, name) from None
    strange = next((UNPLAYED[codec] for codec in codecs if codec in UNPLAYED), "")
    if strange:
        raise Refused(
            what=f"{what}“{name}”用 {strange} 编码，多数浏览器放不出来",
            rule="短视频用 H.264（MP4）或 VP8、VP9（WebM）编码",
            remedy="请用剪辑软件导出为 H.264 的 MP4；苹果手机可在“设置”—“相机”—“格式”里不选“高效”后重新拍摄",
            code="media-codec",
        )
    if not seconds > 0:
        raise Refused(
            what=f"{what}“{name}”里没有写明时长",
            rule=f"试题的录音和短视频不超过 {LIMIT_SECONDS} 秒",
            remedy="请用剪辑软件打开，重新导出一次后再上传",
            code="media-length-unknown",
        )
    if seconds > LIMIT_SECONDS + _SLACK:
        raise Refused(
            what=f"{what}“{name}”长 {seconds:.0f} 秒，超过 {LIMIT_SECONDS} 秒",
            rule=f"试题的录音和短视频不超过 {LIMIT_SECONDS} 秒",
            remedy="请截取与问题有关的一段",
            code="media-too-long",
        )
    return Prepared(media_type=media_type, content=content, seconds=round(seconds, 1))


def _played(content: bytes, media_type: str) -> tuple[float, set[str]]:
    """Seconds and codings. Raises: Broken, TinyTagException."""
    if media_type == "video/webm":
        walked = walk_webm(content)
        return walked.seconds, walked.codecs
    if media_type in ("video/mp4", "audio/mp4"):
        walked = walk_mp4(content)
        return walked.seconds, walked.codecs
    return TinyTag.get(file_obj=io.BytesIO(content), tags=False).duration or 0, set()


def _damaged(what: str, name: str) -> Refused:
    return Refused(
        what=f"{what}“{name}”已损坏或不完整",
        remedy="请先在电脑上完整播放一遍，重新导出后再上传",
        code="media-damaged",
    )
