"""Small real pictures, each different, that pass as a one-inch photo: a drawn figure on white, of nobody."""

import io
from functools import cache

from PIL import Image, ImageDraw


@cache  # many tests show the same ones
def picture(
    seed: int,
    *,
    size: tuple[int, int] = (295, 413),
    kind: str = "JPEG",
    background: tuple[int, int, int] = (255, 255, 255),
) -> bytes:
    """A picture whose bytes depend on the seed (0 to 65535, written as a row of squares on the coat)."""
    image = Image.new("RGB", size, background)
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.ellipse((width * 0.34, height * 0.2, width * 0.66, height * 0.55), fill=(196, 150, 120))
    draw.pieslice((width * 0.1, height * 0.6, width * 0.9, height * 1.5), 180, 360, fill=(60, 80, 130))
    for bit in range(16):
        if seed >> bit & 1:
            left, top = width * (0.3 + 0.05 * (bit % 8)), height * (0.75 + 0.1 * (bit // 8))
            draw.rectangle((left, top, left + width * 0.03, top + height * 0.04), fill=(240, 240, 90))
    target = io.BytesIO()
    image.save(target, kind)
    return target.getvalue()
