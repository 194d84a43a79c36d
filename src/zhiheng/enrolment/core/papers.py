"""A paper of one kind: looked at without keeping it, or made clean to be kept."""

import hashlib
from dataclasses import dataclass

from zhiheng.enrolment.core.naming import PICTURES_ONLY
from zhiheng.enrolment.core.photo import one_inch
from zhiheng.plumbing import pictures, portable
from zhiheng.plumbing.filetypes import NAMES, checked_type

PICTURES = ("image/jpeg", "image/png")
_GLANCE = 64  # a side in pixels: every byte of a JPEG is read even when it is unpacked this small


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """What is kept of a paper. source_sha256: of the bytes as handed in, by which the same paper is known again."""

    content: bytes
    media_type: str
    name: str
    source_sha256: str


def source_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check_paper(content: bytes, *, kind: str, name: str) -> None:
    """Whether `clean_paper` would take it, at a fraction of its cost. Raises: Refused."""
    media_type = checked_type(content, name=name, accept=_accepted(kind))
    if kind == "photo":
        one_inch(content, name=name)
    elif media_type == "application/pdf":
        portable.check_pdf(content, name=name)
    else:
        pictures.opened(content, name=name, about=_GLANCE)


def clean_paper(content: bytes, *, kind: str, name: str) -> Clean:
    """The photo becomes a one-inch photo, other pictures are written anew, a PDF is looked through. Raises: Refused."""
    media_type = checked_type(content, name=name, accept=_accepted(kind))
    source = source_of(content)
    if media_type == "application/pdf":
        portable.check_pdf(content, name=name)
        return Clean(content=content, media_type=media_type, name=name, source_sha256=source)
    made = one_inch(content, name=name) if kind == "photo" else pictures.rewritten(content, name=name)
    stem = name.rsplit(".", 1)[0] if "." in name else name
    return Clean(content=made, media_type="image/jpeg", name=f"{stem[:190]}.jpg", source_sha256=source)


def _accepted(kind: str) -> tuple[str, ...]:
    return PICTURES if kind in PICTURES_ONLY else tuple(NAMES)
