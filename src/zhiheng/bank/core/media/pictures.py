"""Pictures of questions: drawn anew, so that nothing but the pixels is kept."""

import io

from PIL import Image

from zhiheng.bank.core.media.kinds import RULE, Prepared
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import pictures

LONGEST_SIDE = 2000
SHORTEST_SIDE = 16


def redrawn(content: bytes, *, media_type: str, name: str) -> Prepared:
    """The picture upright, on white, at most 2000 pixels a side. The same PNG twice gives the same bytes.

    Raises: Refused for a damaged or moving picture, one of too many pixels, and one too small to show anything.
    """
    pictures.declared_size(content, name=name)
    _require_still(content, name=name)
    image = pictures.opened(content, name=name, about=LONGEST_SIDE)
    if min(image.size) < SHORTEST_SIDE:
        raise Refused(
            what=f"图片“{name}”只有 {image.width} × {image.height} 像素",
            rule=f"试题的图片每边不少于 {SHORTEST_SIDE} 像素",
            remedy="请换用看得清的原图",
            code="picture-too-small",
        )
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if media_type == "image/jpeg":
        return Prepared(media_type=media_type, content=pictures.as_jpeg(image))
    if media_type == "image/webp":
        return Prepared(media_type=media_type, content=_saved(image, "WEBP", quality=88))
    return Prepared(media_type="image/png", content=_saved(image, "PNG", optimize=True))


def as_printable(content: bytes, media_type: str) -> tuple[bytes, str]:
    """A kept picture as the printing engine takes it: WebP becomes PNG."""
    if media_type != "image/webp":
        return content, media_type
    return _saved(pictures.opened(content, name="webp"), "PNG"), "image/png"


def _require_still(content: bytes, *, name: str) -> None:
    with Image.open(io.BytesIO(content)) as image:
        moving = getattr(image, "is_animated", False)
    if moving:
        raise Refused(
            what=f"图片“{name}”是动图", rule=RULE, remedy="请截取一帧，或改用短视频", code="picture-moving"
        )


def _saved(image: Image.Image, form: str, **options: int) -> bytes:
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    target = io.BytesIO()
    bare.save(target, form, **options)
    return target.getvalue()
