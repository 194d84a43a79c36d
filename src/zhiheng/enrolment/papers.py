"""A file's papers as sheets to look at: every picture one sheet, every page of a PDF one."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from zhiheng.enrolment.models import Document
from zhiheng.plumbing import pages, vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """page: 0 for a picture, from 1 for a PDF. pages: 0 for a picture, and for a PDF that cannot be drawn."""

    document: Document
    page: int
    pages: int

    @property
    def label(self) -> str:
        label = gettext(self.document.get_kind_display())
        if self.pages < 2:
            return label
        return gettext("%(paper)s 第 %(page)s 页，共 %(pages)s 页") % {
            "paper": label,
            "page": self.page,
            "pages": self.pages,
        }

    @property
    def drawable(self) -> bool:
        return self.page > 0 or self.document.file.media_type != "application/pdf"

    @property
    def picture_url(self) -> str:
        if self.page:
            return reverse("document_page", args=[self.document.id, self.page])
        return reverse("document", args=[self.document.id])

    @property
    def key(self) -> tuple[str, int]:
        return str(self.document.id), self.page


def sheets_of(documents: Iterable[Document]) -> list[Sheet]:
    found = []
    for document in documents:
        if document.file.media_type != "application/pdf":
            found.append(Sheet(document=document, page=0, pages=0))
            continue
        number = pages.count(vault.read(document.file))
        found += [Sheet(document=document, page=page, pages=number) for page in range(1, number + 1)] or [
            Sheet(document=document, page=0, pages=0)
        ]
    return found
