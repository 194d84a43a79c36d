"""Pictures the rehearsed candidates hand in: plainly drawn, each different, of nobody."""

import io

from PIL import Image, ImageDraw

PAPER = (255, 255, 255)


def photo(serial: int) -> bytes:
    """A 295 x 413 figure on white: an outline, not a face."""
    image = Image.new("RGB", (295, 413), PAPER)
    draw = ImageDraw.Draw(image)
    tone = (70 + serial * 37 % 120, 80 + serial * 53 % 110, 205 + serial * 29 % 45)
    draw.ellipse((95, 90, 200, 225), fill=tone)
    draw.pieslice((25, 245, 270, 580), 180, 360, fill=tone)
    return _jpeg(image)


def sheet(serial: int, place: int) -> bytes:
    """A page with ruled lines in place of a scanned document."""
    image = Image.new("RGB", (640, 404), (250, 249, 245))
    draw = ImageDraw.Draw(image)
    draw.rectangle((12, 12, 628, 392), outline=(120, 120, 120), width=2)
    for line in range(6):
        length = 180 + (serial * 41 + place * 67 + line * 53) % 380
        draw.rectangle((40, 60 + line * 50, 40 + length, 74 + line * 50), fill=(190, 188, 180))
    return _jpeg(image)


def _jpeg(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=88)
    return target.getvalue()
