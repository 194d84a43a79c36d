"""What a one-inch photo must be, and what is made of it."""

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw

from tests.factories.pictures import picture
from zhiheng.cli.rehearsal import pictures as rehearsed
from zhiheng.enrolment.core.photo import cut, one_inch
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import pictures


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def made(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(one_inch(content, name="照片.jpg")))
    image.load()
    return image


def code_of(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        one_inch(content, name="照片.jpg")
    assert refused.value.remedy
    return refused.value.code


def drawn(size: tuple[int, int], change: Callable[[Image.Image], Image.Image] = lambda image: image) -> bytes:
    return encoded(change(Image.open(io.BytesIO(picture(5, size=size)))))


@pytest.mark.parametrize("size", [(295, 413), (600, 840), (1200, 1600), (1600, 1200), (3024, 4032)])
def test_every_size_a_camera_makes_becomes_one_inch(size: tuple[int, int]) -> None:
    content = one_inch(picture(5, size=size), name="照片.jpg")
    image = Image.open(io.BytesIO(content))

    assert (image.size, image.mode, image.format) == ((295, 413), "RGB", "JPEG")
    assert len(content) < 200 * 1024


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xd8\xff not a picture", "picture-unreadable"),
        (picture(5)[:1500], "picture-unreadable"),
        (picture(5, size=(294, 420)), "photo-size"),
        (picture(5, size=(400, 412)), "photo-size"),
        (picture(5, size=(1920, 1000)), "photo-ratio"),
        (picture(5, size=(400, 1200)), "photo-ratio"),
        (drawn((600, 840), lambda image: Image.new("RGB", image.size, (255, 255, 255))), "photo-blank"),
        (drawn((600, 840), lambda image: Image.new("RGB", image.size, (20, 20, 20))), "photo-blank"),
        (drawn((600, 840), lambda image: image.convert("L")), "photo-grey"),
        (drawn((600, 840), lambda image: image.convert("L").convert("RGB")), "photo-grey"),
        (picture(5, background=(67, 142, 219)), "photo-background"),
        (picture(5, background=(220, 30, 30)), "photo-background"),
        (picture(5, background=(170, 170, 170)), "photo-background"),
        (picture(5, background=(250, 240, 200)), "photo-background"),
    ],
)
def test_what_is_no_such_photo_is_refused_with_its_reason(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_a_wall_in_ordinary_light_is_white() -> None:
    assert made(picture(5, background=(222, 220, 214))).size == (295, 413)


def test_hair_may_touch_the_edge() -> None:
    image = Image.open(io.BytesIO(picture(5, size=(600, 840))))
    ImageDraw.Draw(image).ellipse((200, -60, 400, 200), fill=(40, 30, 25))

    assert made(encoded(image)).size == (295, 413)


def test_a_photo_lying_on_its_side_is_turned_by_its_own_word() -> None:
    upright = Image.open(io.BytesIO(picture(5, size=(600, 840))))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show rotated by 90 degrees clockwise
    exif[0x010F] = "a camera"
    lying = encoded(upright.transpose(Image.Transpose.ROTATE_90), exif=exif)
    result = made(lying)
    pixel = result.getpixel((147, 390))

    assert isinstance(pixel, tuple)
    assert abs(pixel[2] - 130) < 12  # the coat is at the bottom
    assert dict(result.getexif()) == {}
    assert b"a camera" not in one_inch(lying, name="a.jpg")


def test_a_see_through_picture_lies_on_white() -> None:
    image = Image.open(io.BytesIO(picture(5))).convert("RGBA")
    for x in range(295):
        for y in range(60):
            image.putpixel((x, y), (0, 0, 0, 0))
    result = made(encoded(image, "PNG"))

    assert result.getpixel((10, 10)) == (255, 255, 255)


def test_a_picture_that_claims_too_many_pixels_is_never_unpacked() -> None:
    header = encoded(Image.new("1", (9000, 9000)), "PNG")  # 81 million pixels in a few hundred bytes
    vast = encoded(Image.new("1", (30000, 30000)), "PNG")  # beyond what the library itself opens

    assert len(header) < 20_000
    assert code_of(header) == "picture-too-large"
    assert code_of(vast) == "picture-too-large"


def test_noise_stays_below_the_limit() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((295, 413), 200) for _ in range(3)])

    assert len(pictures.as_jpeg(noise, quality=92)) < 200 * 1024


def test_the_cut_is_the_largest_part_of_25_to_35() -> None:
    assert [cut(295, 413), cut(590, 413), cut(295, 900)] == [(295, 413)] * 3


@pytest.mark.parametrize("serial", range(1, 140))
def test_the_rehearsed_figures_pass(serial: int) -> None:
    assert len(one_inch(rehearsed.photo(serial), name="photo.jpg")) < 200 * 1024
