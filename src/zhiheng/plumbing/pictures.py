"""Pictures people hand in: opened without trusting them, turned upright, written anew without what was hidden inside."""

import io
import math
from functools import cache

from PIL import Image, ImageDraw, ImageFont, ImageOps

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.typefaces import font_folder

MOST_PIXELS = 60_000_000  # the largest phone cameras stay below; a picture of more is made to fill the memory
LONGEST_SIDE = 3508  # A4 at 300 dpi: nothing handed in needs more to be read
_WHITE = (255, 255, 255)
_TILT = 30
_MARK = (90, 90, 90, 86)  # seen on white and on dark, and what lies below stays readable


def declared_size(content: bytes, *, name: str) -> tuple[int, int]:
    """Width and height the file claims, upright; nothing is unpacked. Raises: Refused when it claims too much."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    except Image.DecompressionBombError:
        raise _too_many(name, "") from None
    except (OSError, ValueError, SyntaxError):
        raise _unreadable(name) from None
    if width * height > MOST_PIXELS:
        raise _too_many(name, f"（{width} × {height}）")
    return (height, width) if turned else (width, height)


def opened(content: bytes, *, name: str, about: int = 0) -> Image.Image:
    """The picture in RGB, upright, transparency laid on white.

    about: a side in pixels that is enough; a much larger JPEG is then unpacked smaller, never below it.
    Raises: Refused for a damaged file or one that claims more pixels than any camera takes.
    """
    declared_size(content, name=name)
    try:
        with Image.open(io.BytesIO(content)) as image:
            if about:
                image.draft(None, (about, about))
            upright = ImageOps.exif_transpose(image)
            if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                coloured = upright.convert("RGBA")
                paper = Image.new("RGB", coloured.size, _WHITE)
                paper.paste(coloured, mask=coloured.getchannel("A"))
                return paper
            return upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise _unreadable(name) from None


def rewritten(content: bytes, *, name: str) -> bytes:
    """The same picture as a JPEG of its pixels alone: no place, no camera, no thumbnail, no tail. Raises: Refused."""
    image = opened(content, name=name, about=LONGEST_SIDE)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return as_jpeg(image)


def as_jpeg(image: Image.Image, *, quality: int = 88) -> bytes:
    """The pixels of an RGB picture and nothing else; equal pixels give equal bytes."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    target = io.BytesIO()
    bare.save(target, "JPEG", quality=quality, dpi=(300, 300))
    return target.getvalue()


def watermarked(content: bytes, words: str) -> bytes:
    """The picture with the words tiled aslant over all of it, as JPEG."""
    with Image.open(io.BytesIO(content)) as image:
        base = image.convert("RGBA")
    size = max(14, min(base.size) // 22)
    font = _face(size)
    reach = math.ceil(math.hypot(*base.size))
    sheet = Image.new("RGBA", (reach, reach), (0, 0, 0, 0))
    draw = ImageDraw.Draw(sheet)
    step = round(draw.textlength(words, font=font)) + size * 3
    for line, y in enumerate(range(0, reach, size * 5)):
        for x in range(-(line % 2) * step // 2, reach, step):
            draw.text((x, y), words, font=font, fill=_MARK, stroke_width=1, stroke_fill=(255, 255, 255, 86))
    turned = sheet.rotate(_TILT, resample=Image.Resampling.BILINEAR)
    left, top = (reach - base.width) // 2, (reach - base.height) // 2
    base.alpha_composite(turned.crop((left, top, left + base.width, top + base.height)))
    return as_jpeg(base.convert("RGB"))


@cache
def _face(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_folder() / "NotoSansSC-Regular.otf"), size)


def _unreadable(name: str) -> Refused:
    return Refused(
        what=f"图片“{name}”已损坏，打不开",
        remedy="请在手机或电脑上先打开看一眼，重新拍摄或导出后再上传",
        code="picture-unreadable",
    )


def _too_many(name: str, size: str) -> Refused:
    return Refused(
        what=f"图片“{name}”的像素太多{size}，超过 {MOST_PIXELS // 10_000} 万",
        remedy="请缩小图片，或换用手机直接拍摄的照片",
        code="picture-too-large",
    )
