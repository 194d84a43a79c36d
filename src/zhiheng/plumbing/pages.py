"""Pages of a PDF as pictures, drawn here so that a reader's browser never has to run the file."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
from PIL import Image

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import pictures

LONGEST_SIDE = 1800  # enough to read 小五 on an A4 page
_ONE_AT_A_TIME = threading.Lock()  # PDFium keeps its state in one place for the whole process


def count(content: bytes) -> int:
    """How many pages can be drawn; 0 for a file that cannot be opened."""
    try:
        with _opened(content) as document:
            return len(document)
    except pypdfium2.PdfiumError:
        return 0


def drawn(content: bytes, *, page: int) -> Image.Image:
    """One page, the first being 1, in RGB on white. Raises: Refused when there is no such page to draw."""
    try:
        with _opened(content) as document:
            if not 1 <= page <= len(document):
                raise _nothing(page)
            sheet = document[page - 1]
            longest = max(*sheet.get_size(), 1.0)
            image: Image.Image = sheet.render(scale=LONGEST_SIDE / longest).to_pil().convert("RGB")
            return image
    except pypdfium2.PdfiumError:
        raise _nothing(page) from None


def as_picture(content: bytes, *, page: int) -> bytes:
    """One page as a JPEG. Raises: Refused."""
    return pictures.as_jpeg(drawn(content, page=page))


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(content)
        try:
            yield document
        finally:
            document.close()


def _nothing(page: int) -> Refused:
    return Refused(
        what=f"这份 PDF 的第 {page} 页画不出来",
        remedy="请打开原件查看；原件也打不开的，请退回并请机构重新上传",
        code="page-unreadable",
    )
