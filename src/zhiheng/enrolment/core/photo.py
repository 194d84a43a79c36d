"""The one-inch photo: what it must be, and the 295 x 413 JPEG made of what was handed in.

Source: the brochure's 报名资料 "一寸免冠白底彩色照片"; 25 x 35 mm at 300 dpi is 295 x 413 pixels. Whether a face is
on it and recent is for the reviewer to say.
"""

from PIL import Image, ImageChops, ImageOps, ImageStat

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import pictures

WIDTH, HEIGHT = 295, 413
QUALITY = 92  # even noise of this size stays below 200 KB
RULE = "报名资料：一寸免冠白底彩色照片（25 × 35 毫米，295 × 413 像素）"
KEPT_SHARE = 0.5  # cutting to 25:35 may lose at most half of the picture
WHITE_FLOOR = 212  # the darkest channel of a white wall in ordinary light
WHITE_SPREAD = 26  # how far the channels of white may lie apart: a warm or a cool lamp
WHITE_SHARE = 0.8  # of the strip along the top and the upper sides; hair may touch it
STRIP = 0.06  # of the shorter side
SHOULDERS = 0.55  # below this share of the height the sides may show clothes
COLOUR_SPREAD = 6  # a grey picture has none, a grey copy under a lamp a little
COLOUR_SHARE = 0.01
FIGURE_SHARE = 0.08  # of the middle that is not white
FLAT = 6.0  # standard deviation of the brightness below which there is nothing to see
_ENOUGH = HEIGHT * 2  # a JPEG need not be unpacked larger than this


def one_inch(content: bytes, *, name: str) -> bytes:
    """The photograph as a 295 x 413 JPEG below 200 KB: upright, cut from the middle to 25:35, without metadata.

    Raises: Refused, saying what is wrong and what to do.
    """
    width, height = pictures.declared_size(content, name=name)
    _check_size(width, height)
    image = pictures.opened(content, name=name, about=_ENOUGH)
    small = ImageOps.fit(image, (WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    check_pixels(small)
    return pictures.as_jpeg(small, quality=QUALITY)


def cut(width: int, height: int) -> tuple[int, int]:
    """The largest 25:35 part of a picture, in pixels."""
    if width * HEIGHT > height * WIDTH:
        return height * WIDTH // HEIGHT, height
    return width, width * HEIGHT // WIDTH


def _check_size(width: int, height: int) -> None:
    kept_width, kept_height = cut(width, height)
    if kept_width * kept_height < width * height * KEPT_SHARE:
        raise Refused(
            what=f"照片 {width} × {height} 像素，宽高比离 25:35 太远，裁剪会去掉一半以上",
            rule=RULE,
            remedy="请用页面上的裁剪框选取头肩部分，或换一张竖幅照片",
            code="photo-ratio",
        )
    if kept_width < WIDTH or kept_height < HEIGHT:
        raise Refused(
            what=f"照片裁剪后只有 {kept_width} × {kept_height} 像素，不足 {WIDTH} × {HEIGHT}",
            rule=RULE,
            remedy="请用手机原图或扫描件，不要用截图或放大的小图",
            code="photo-size",
        )


def check_pixels(image: Image.Image) -> None:
    """Whether an RGB picture shows something, in colour, on white. Raises: Refused."""
    grey = image.convert("L")
    white = white_mask(image)
    middle = (image.width // 4, image.height // 5, image.width * 3 // 4, image.height)
    if ImageStat.Stat(grey).stddev[0] < FLAT or 1 - _share(white.crop(middle)) < FIGURE_SHARE:
        raise Refused(
            what="照片是空白的，看不到人像", rule=RULE, remedy="请核对是否选错了文件", code="photo-blank"
        )
    if _share(_above(_spread(image), COLOUR_SPREAD)) < COLOUR_SHARE:
        raise Refused(
            what="照片是黑白的", rule=RULE, remedy="请换一张彩色照片，不要用黑白复印件", code="photo-grey"
        )
    share = background_share(white)
    if share < WHITE_SHARE:
        raise Refused(
            what=f"照片背景不是白色：边缘只有 {share:.0%} 接近白色，应不少于 {WHITE_SHARE:.0%}",
            rule=RULE,
            remedy="请在白墙前、光线均匀处重新拍摄；不要裁到衣服或边框",
            code="photo-background",
        )


def white_mask(image: Image.Image) -> Image.Image:
    """255 where a pixel is near white, 0 elsewhere."""
    red, green, blue = image.split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return ImageChops.multiply(
        _above(darkest, WHITE_FLOOR - 1), ImageChops.invert(_above(_spread(image), WHITE_SPREAD))
    )


def background_share(white: Image.Image) -> float:
    """How much of the strip along the top and the upper sides is white, 0 to 1."""
    width, height = white.size
    strip, low = round(min(white.size) * STRIP), round(height * SHOULDERS)
    parts = ((0, 0, width, strip), (0, strip, strip, low), (width - strip, strip, width, low))
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in parts]
    shares = [_share(white.crop(part)) for part in parts]
    return sum(area * share for area, share in zip(areas, shares, strict=True)) / sum(areas)


def _spread(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    lightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return ImageChops.subtract(lightest, darkest)


def _above(channel: Image.Image, floor: int) -> Image.Image:
    return channel.point([255 if value > floor else 0 for value in range(256)])


def _share(mask: Image.Image) -> float:
    return float(ImageStat.Stat(mask).mean[0]) / 255
