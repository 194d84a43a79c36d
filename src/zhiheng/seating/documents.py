"""The admission ticket on paper."""

import base64
import io
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from PIL import Image, ImageFont, UnidentifiedImageError

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import pdf, vault
from zhiheng.plumbing.models import VaultFile
from zhiheng.seating.core.printing import ENTRY_OPENS_BEFORE, grouped
from zhiheng.seating.models import Centre, Ticket
from zhiheng.seating.queries import TicketSheet, photos_of, sheets_of_list
from zhiheng.seating.terms import TicketTerms, terms_of
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for
from zhiheng.standards.core.loader import load_body
from zhiheng.surface.wording import clock_words, day_words

TEMPLATE = Path(__file__).parent / "typst" / "ticket.typ"
PHOTO_HEIGHT = 413  # pixels of a one-inch photograph at 300 per inch


def ticket_url(ticket: Ticket) -> str:
    """What the QR code says."""
    return f"{settings.PUBLIC_URL}/tickets/{ticket.number}/"


def ticket_pdf(ticket: Ticket) -> bytes:
    return tickets_pdf([ticket])


def tickets_pdf(tickets: Sequence[Ticket]) -> bytes:
    """One A4 page per ticket: the ticket above the fold, the candidate's rules below it.

    Raises: Refused when there is none.
    """
    if not tickets:
        raise Refused(what="没有可以打印的准考证", remedy="请先发放准考证", code="no-tickets")
    photos = photos_of(tickets)
    with translation.override("zh-hans"):  # paper speaks Chinese whatever language the page was in
        terms = terms_of(tickets)
        pages = [
            _page(sheet, photos.get(sheet.ticket.application_id), terms[sheet.ticket.pk])
            for sheet in sheets_of_list(tickets)
        ]
    return pdf.render(TEMPLATE, {"pages": pages})


def candidate_rules(offering: Offering, terms: TicketTerms) -> list[str]:
    """What a candidate must know on the day, in plain words; the minutes come from the pinned rule set."""
    browser = (
        [
            _("本场考试须使用 Safe Exam Browser，请在考试以前安装并试用，见 %(address)s")
            % {"address": f"{settings.PUBLIC_URL}{terms.browser_url}"}
        ]
        if terms.browser_url
        else []
    )
    table = rules_for(offering).timetable
    starts = offering.starts_at
    late = starts + timedelta(minutes=table.late_entry_minutes.value)
    leave = starts + timedelta(minutes=table.leave_after_minutes.value)
    return [
        _("%(at)s 起可以入场。请带本准考证和身份证原件，先核对人证，再对号入座。")
        % {"at": clock_words(starts - ENTRY_OPENS_BEFORE)},
        _("%(starts)s 开考。%(late)s 以后不得入场，%(leave)s 以后可以交卷离场。")
        % {"starts": clock_words(starts), "late": clock_words(late), "leave": clock_words(leave)},
        _(
            "上机作答：用准考证号和身份证号码登录。答案逐题保存，屏幕显示“已保存”的题目不会丢失；"
            "断网或换机后重新登录，可以接着作答。"
        ),
        _("考试时长 %(minutes)s 分钟，到时自动截止。交卷后请核对回执上的已答题数。")
        % {"minutes": terms.minutes},
        *browser,
        _("手机等电子设备请关机并放在监考员指定的地方，不得带到座位上。"),
        _("准考证号不会变更；考场和座位如有调整，以考试当天本站所示为准。有疑问请举手找监考员。"),
    ]


def missing_glyphs(text: str) -> tuple[str, ...]:
    """The characters no printing face has a shape for; they print as empty boxes and need words beside them."""
    faces = _faces(tuple(pdf.font_folders()))
    return tuple(
        letter
        for letter in dict.fromkeys(text)
        if not letter.isspace() and all(bytes(face.getmask(letter)) == blank for face, blank in faces)
    )


@cache
def _faces(folders: tuple[Path, ...]) -> list[tuple[ImageFont.FreeTypeFont, bytes]]:
    """Each face with the picture of its empty box, which every missing character shares."""
    files = [path for folder in folders for path in sorted(folder.rglob("*.[ot]tf"))]
    faces = [ImageFont.truetype(path, 24) for path in files]
    return [(face, bytes(face.getmask("\U0010ffff"))) for face in faces]


def _name_note(name: str) -> str:
    missing = missing_glyphs(name)
    if not missing:
        return ""
    codes = "、".join(f"第 {name.index(letter) + 1} 字 U+{ord(letter):04X}" for letter in missing)
    return f"字库缺字：{codes}。以身份证件上的字形为准。"


def _page(sheet: TicketSheet, photo: VaultFile | None, terms: TicketTerms) -> dict[str, Any]:
    ticket, place = sheet.ticket, sheet.placement
    offering = ticket.offering
    rules = rules_for(offering)
    return {
        "body": load_body(rules.body).name,
        "sitting": offering.sitting.title,
        "programme": offering.title,
        "name": ticket.application.person.name,
        "name_note": _name_note(ticket.application.person.name),
        "id_masked": ticket.application.person.id_masked,
        "institution": ticket.application.institution.name,
        "number": grouped(ticket.number),
        "centre": ticket.centre.name,
        "address": full_address(ticket.centre),
        "room": place.room.name if place else "",
        "seat": str(place.seat) if place else "",
        "day": day_words(offering.sitting.day),
        "starts": clock_words(offering.starts_at),
        "ends": clock_words(offering.starts_at + timedelta(minutes=terms.minutes)),
        "minutes": str(terms.minutes),
        "rules": candidate_rules(offering, terms),
        "url": ticket_url(ticket),
        "qr": segno.make(ticket_url(ticket), error="m").svg_inline(border=0),
        "photo": _portrait(photo),
    }


def full_address(centre: Centre) -> str:
    """Province and city before the address; a municipality is named once."""
    city = "" if centre.city == centre.province else centre.city
    return f"{centre.province}{city}{centre.address}"


def _portrait(file: VaultFile | None) -> str:
    """The photograph as an SVG with one embedded picture, made small; empty when there is none to show."""
    if file is None:
        return ""
    try:
        with Image.open(io.BytesIO(vault.read(file))) as picture:
            upright = picture.convert("RGB")
    except (UnidentifiedImageError, OSError):
        return ""  # a photograph handed in as PDF: the ticket leaves its frame for a pasted one
    upright.thumbnail((PHOTO_HEIGHT, PHOTO_HEIGHT))
    target = io.BytesIO()
    upright.save(target, "JPEG", quality=88)
    encoded = base64.b64encode(target.getvalue()).decode()
    width, height = upright.size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><image width="{width}" height="{height}" '
        f'href="data:image/jpeg;base64,{encoded}"/></svg>'
    )
