"""Small real pictures, each different."""

import io

from PIL import Image


def picture(seed: int, *, size: tuple[int, int] = (295, 413), kind: str = "JPEG") -> bytes:
    """A picture whose bytes depend on the seed."""
    image = Image.new("RGB", size, (255, 255, 255))
    for step in range(40):
        image.putpixel(((seed * 7 + step * 3) % size[0], (seed + step * 5) % size[1]), (seed % 256, step, 90))
    target = io.BytesIO()
    image.save(target, kind)
    return target.getvalue()
