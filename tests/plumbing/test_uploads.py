"""Pictures written anew, PDF files looked through, watermarks."""

import io
import zlib

import pytest
from PIL import Image, ImageChops
from pypdf import PdfWriter

from tests.factories.pictures import picture
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import vault
from zhiheng.plumbing.pictures import LONGEST_SIDE, rewritten, watermarked
from zhiheng.plumbing.portable import check_pdf


def pdf(pages: int = 1, *, script: bytes = b"", password: str = "", attached: bool = False) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if attached:
        writer.add_attachment("a.txt", b"inside")
    if password:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    action = b"/Type /Catalog\n/OpenAction << /S /JavaScript /JS (" + script + b") >>"
    return target.getvalue().replace(b"/Type /Catalog", action) if script else target.getvalue()


def packed(objects: bytes) -> bytes:
    """A PDF whose objects are inside an object stream."""
    body = zlib.compress(objects)
    return (
        b"%PDF-1.5\n1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length "
        + str(len(body)).encode()
        + b" >>\nstream\n"
        + body
        + b"\nendstream\nendobj\n%%EOF\n"
    )


def code_of(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        check_pdf(content, name="证明.pdf")
    assert refused.value.remedy
    return refused.value.code


def test_an_ordinary_pdf_passes() -> None:
    assert check_pdf(pdf(3), name="a.pdf") == 3
    assert check_pdf(packed(b"2 0 << /Type /Page >> 3 0 << /Type /Pages /Count 2 >>"), name="a.pdf") == 2
    assert check_pdf(pdf(1).replace(b"/Type /Page\n", b"/Type /#50age\n"), name="a.pdf") == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.4 cut off", "pdf-unreadable"),
        (b"%PDF-1.4\nnothing inside\n%%EOF", "pdf-unreadable"),
        (packed(b"2 0 << /Type /Page >>").replace(b"stream\nx", b"stream\ny"), "pdf-unreadable"),
        (pdf(21), "pdf-too-long"),
        (pdf(1, password="secret"), "pdf-encrypted"),
        (pdf(1, script=b"beep"), "pdf-active"),
        (pdf(1, script=b"beep").replace(b"/JavaScript", b"/J#61vaScript"), "pdf-active"),
        (pdf(1, attached=True), "pdf-active"),
        (packed(b"2 0 << /Type /Page /AA << /S /Launch >> >>"), "pdf-active"),
        (packed(b"2 0 << /Type /Page /AA << /S /Rendition /JS (x) >> >>"), "pdf-active"),
        (packed(b"2 0 << /Type /Page >>" + b" " * (33 << 20)), "pdf-too-long"),
    ],
)
def test_what_paper_cannot_hold_is_refused(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_chance_letters_in_packed_data_are_no_script() -> None:
    content = pdf(1).replace(
        b"%%EOF", b"9 0 obj\n<< /Length 9 >>\nstream\nab/JS cd\nendstream\nendobj\n%%EOF"
    )

    assert check_pdf(content, name="a.pdf") == 1


def test_a_picture_loses_everything_but_its_pixels() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8825)[1] = "N"
    target = io.BytesIO()
    Image.open(io.BytesIO(picture(7))).save(target, "JPEG", exif=exif, comment=b"a secret")
    content = rewritten(target.getvalue() + b"PK\x03\x04 a tail", name="a.jpg")
    image = Image.open(io.BytesIO(content))

    assert dict(image.getexif()) == {}
    assert [word in content for word in (b"a camera", b"a secret", b"a tail")] == [False] * 3


def test_a_very_large_scan_is_made_readable_size() -> None:
    image = Image.open(io.BytesIO(rewritten(picture(7, size=(5000, 4000)), name="a.jpg")))

    assert image.size == (LONGEST_SIDE, round(LONGEST_SIDE * 4 / 5))


@pytest.mark.django_db
def test_what_is_kept_is_the_clean_picture() -> None:
    target = io.BytesIO()
    Image.open(io.BytesIO(picture(7))).save(target, "PNG")
    row = vault.store(target.getvalue(), kind="proof", name="证明.png", by="tester")

    assert (row.media_type, row.name) == ("image/jpeg", "证明.jpg")
    assert vault.read(row) == rewritten(target.getvalue(), name="证明.png")


def test_the_watermark_reaches_every_quarter_and_leaves_the_size() -> None:
    plain = rewritten(picture(7, size=(640, 404)), name="a.jpg")
    marked = watermarked(plain, "测试审核员 2026-11-12")
    before, after = (Image.open(io.BytesIO(content)).convert("L") for content in (plain, marked))
    difference = ImageChops.difference(before, after)
    quarters = [(0, 0, 320, 202), (320, 0, 640, 202), (0, 202, 320, 404), (320, 202, 640, 404)]

    assert after.size == (640, 404)
    assert [difference.crop(quarter).getextrema()[1] > 40 for quarter in quarters] == [True] * 4
