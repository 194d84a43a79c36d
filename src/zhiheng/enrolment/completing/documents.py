"""The links of a class on paper: one card per candidate to cut out and hand over."""

from collections.abc import Sequence
from pathlib import Path

import segno

from zhiheng.enrolment.completing.queries import address_of
from zhiheng.enrolment.models import Application, CompletionLink
from zhiheng.foundation.identity import mask_phone
from zhiheng.plumbing import pdf
from zhiheng.surface.wording import moment_words

TEMPLATE = Path(__file__).parents[1] / "typst" / "completion_links.typ"


def qr_svg(link: CompletionLink) -> str:
    drawing: str = segno.make(address_of(link), error="m").svg_inline(border=2, scale=5, light="white")
    return drawing


def links_pdf(pairs: Sequence[tuple[Application, CompletionLink]]) -> bytes:
    """Eight cards to a page."""
    cards = [
        {
            "name": application.person.name,
            # Not the number, whose last digits the link asks for; people of one name are told apart by telephone.
            "phone": mask_phone(application.person.phone),
            "exam": application.offering.title,
            "until": moment_words(link.expires_at),
            "qr": segno.make(address_of(link), error="m").svg_inline(border=0),
        }
        for application, link in pairs
    ]
    institution = pairs[0][0].institution.name if pairs else ""
    return pdf.render(TEMPLATE, {"institution": institution, "cards": cards})
