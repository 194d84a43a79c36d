"""Keeping what a machine saw on a document."""

import json

from django.db import transaction
from PIL import Image

from zhiheng.enrolment.core.faces import Face
from zhiheng.enrolment.models import Document, DocumentKind, Finding
from zhiheng.enrolment.recognition.engines import FaceFinder, TextReader
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import pages, pictures, vault
from zhiheng.plumbing.audit import record

BY = "recognition"
READ_KINDS = (DocumentKind.ID_FRONT, DocumentKind.EDUCATION)
MOST_PAGES = 3  # a certificate has one, with its translation or attestation two or three


def examine(
    *, by: str = BY, document: Document, reader: TextReader | None, finder: FaceFinder | None
) -> Finding | None:
    """Look at one document with the machines that are there; None when it is none of their business.

    A document that was looked at already, or was superseded meanwhile, is left alone.
    """
    if document.superseded_at is not None or Finding.objects.filter(document=document).exists():
        return None
    if document.kind == DocumentKind.PHOTO and finder is not None:
        faces = [face for picture in _pictures(document) for face in finder.faces(picture)]
        return _keep(by, document, engine=finder.name, content=[_as_row(face) for face in faces])
    if document.kind in READ_KINDS and reader is not None:
        lines = [line for picture in _pictures(document) for line in reader.lines(picture)]
        return _keep(by, document, engine=reader.name, content=lines)
    return None


@transaction.atomic
def _keep(by: str, document: Document, *, engine: str, content: object) -> Finding:
    finding, made = Finding.objects.get_or_create(
        document=document,
        defaults={"engine": engine, "content": json.dumps(content, ensure_ascii=False)},
    )
    if made:
        record(
            by=by,
            act="document-examined",
            subject=f"application:{document.application_id}",
            detail={"document": str(document.id), "kind": document.kind, "engine": engine},
        )
    return finding


def _as_row(face: Face) -> dict[str, float]:
    return {"left": face.left, "top": face.top, "width": face.width, "height": face.height}


def _pictures(document: Document) -> list[Image.Image]:
    content, name = vault.read(document.file), document.file.name
    if document.file.media_type != "application/pdf":
        return [pictures.opened(content, name=name)]
    found = []
    for page in range(1, min(pages.count(content), MOST_PAGES) + 1):
        try:
            found.append(pages.drawn(content, page=page))
        except Refused:  # a page no reader can draw is left to people
            continue
    return found
