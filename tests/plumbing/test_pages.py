"""Pages of a PDF drawn as pictures."""

import io

import pytest
from PIL import Image, ImageDraw

from tests.plumbing.test_uploads import pdf
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import pages


def two_pages() -> bytes:
    """The first page white with a black bar on top, the second black."""
    first, second = Image.new("RGB", (600, 848), "white"), Image.new("RGB", (600, 848), "black")
    ImageDraw.Draw(first).rectangle((0, 0, 599, 99), fill="black")
    target = io.BytesIO()
    first.save(target, "PDF", save_all=True, append_images=[second])
    return target.getvalue()


def test_each_page_is_drawn_as_it_looks() -> None:
    content = two_pages()
    first, second = (pages.drawn(content, page=page) for page in (1, 2))

    assert pages.count(content) == 2
    assert (first.mode, max(first.size)) == ("RGB", pages.LONGEST_SIDE)
    assert [first.getpixel((600, y)) for y in (50, 1000)] == [(0, 0, 0), (255, 255, 255)]
    assert second.getpixel((600, 1000)) == (0, 0, 0)
    with Image.open(io.BytesIO(pages.as_picture(content, page=1))) as kept:
        assert (kept.format, kept.size) == ("JPEG", first.size)


def test_what_cannot_be_drawn_is_told() -> None:
    broken = b"%PDF-1.4\nnothing\n%%EOF\n"

    assert (pages.count(broken), pages.count(pdf(password="x"))) == (0, 0)
    for content, page in ((broken, 1), (two_pages(), 0), (two_pages(), 3)):
        with pytest.raises(Refused) as refused:
            pages.drawn(content, page=page)
        assert refused.value.code == "page-unreadable"
