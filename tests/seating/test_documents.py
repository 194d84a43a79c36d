"""The admission ticket on paper, read back."""

import io
import re
from typing import Any

import pytest
from django.utils import translation
from PIL import Image
from pypdf import PdfReader

from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people
from zhiheng.delivery.core.pack import SIGN_IN_OPENS_BEFORE
from zhiheng.enrolment.models import Document, DocumentKind
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Role
from zhiheng.plumbing import vault
from zhiheng.seating.actions import issue_tickets
from zhiheng.seating.core.printing import ENTRY_OPENS_BEFORE, grouped
from zhiheng.seating.documents import (
    candidate_rules,
    full_address,
    missing_glyphs,
    ticket_pdf,
    ticket_url,
    tickets_pdf,
)
from zhiheng.seating.models import Centre, Placement, Ticket
from zhiheng.seating.queries import photos_of
from zhiheng.seating.terms import TicketTerms

LONG = "阿卜杜热西提·买买提伊敏江·阿布都克里木江·喀什"


def words_of(pdf: bytes, page: int = 0) -> str:
    """The text of a page without any spaces."""
    return re.sub(r"\s+", "", PdfReader(io.BytesIO(pdf)).pages[page].extract_text())


def test_the_ticket_says_where_when_and_who(world: World) -> None:
    ticket = seat_people(world, open_room())[0]
    words = words_of(ticket_pdf(ticket))
    person = ticket.application.person
    seat = Placement.objects.get(ticket=ticket).seat

    expected = (
        person.name,
        person.id_masked,
        grouped(ticket.number).replace(" ", ""),
        "互联网营销师（初级）",
        "中国通信工业协会互联网产业专业委员会",
        "测试考点",
        "福建省福州市测试路1号",
        "第一考场",
        f"{seat}号",
        "2026年11月28日周六",
        "09:00至10:30（90分钟）",
        "08:30起可以入场",
        "09:30以后不得入场",
        "答案逐题保存",
    )
    assert [entry for entry in expected if entry not in words] == []
    assert person.id_number not in words


def test_the_ticket_speaks_chinese_on_an_english_page(world: World) -> None:
    ticket = seat_people(world, open_room(), 1)[0]
    with translation.override("en"):
        words = words_of(ticket_pdf(ticket))

    assert "2026年11月28日周六" in words


def test_one_page_per_ticket_in_the_order_given(world: World) -> None:
    tickets = seat_people(world, open_room(), 3)
    pdf = tickets_pdf(tickets)

    assert len(PdfReader(io.BytesIO(pdf)).pages) == 3
    assert [ticket.number in words_of(pdf, page) for page, ticket in enumerate(tickets)] == [True] * 3
    with pytest.raises(Refused) as refused:
        tickets_pdf([])
    assert refused.value.code == "no-tickets"


def test_a_long_name_keeps_the_ticket_on_its_page(world: World) -> None:
    application = world.approved(name=LONG)
    centre = open_room().centre
    ticket = Ticket.objects.create(
        application=application, offering=world.association, centre=centre, number="261101100100012"
    )
    pdf = ticket_pdf(ticket)

    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert LONG in words_of(pdf)
    assert "待编排" in words_of(pdf)


def test_a_rare_name_is_printed_where_its_face_is_installed(world: World) -> None:
    assert missing_glyphs("测𠮷") == ()
    ticket = Ticket.objects.create(
        application=world.approved(name="测𠮷"),
        offering=world.association,
        centre=open_room().centre,
        number="261101100100012",
    )
    words = words_of(ticket_pdf(ticket))
    assert "测𠮷" in words
    assert "字库缺字" not in words


def test_a_character_the_faces_lack_is_named(world: World, settings: Any) -> None:
    settings.FONTS = []
    assert missing_glyphs("测䶮𬱖") == ()
    assert missing_glyphs("测𠮷") == ("𠮷",)

    ticket = Ticket.objects.create(
        application=world.approved(name="测𠮷"),
        offering=world.association,
        centre=open_room().centre,
        number="261101100100012",
    )
    assert "字库缺字：第2字U+20BB7" in words_of(ticket_pdf(ticket))


def test_the_photo_is_the_latest_handed_in_and_is_printed(world: World) -> None:
    ticket = seat_people(world, open_room(), 1)[0]
    Document.objects.filter(application=ticket.application, kind=DocumentKind.PHOTO).update(
        superseded_at=ticket.created_at
    )
    without = ticket_pdf(ticket)
    assert photos_of([ticket]) == {}
    assert "贴一寸照片" in words_of(without)

    target = io.BytesIO()
    Image.new("RGB", (295, 413), (200, 30, 30)).save(target, "PNG")
    file = vault.store(target.getvalue(), kind="photo", name="p.png", by="test")
    Document.objects.create(application=ticket.application, kind=DocumentKind.PHOTO, file=file)
    (picture,) = PdfReader(io.BytesIO(ticket_pdf(ticket))).pages[0].images
    red = Image.open(io.BytesIO(picture.data)).convert("RGB").getpixel((10, 10))

    assert "贴一寸照片" not in words_of(ticket_pdf(ticket))
    assert isinstance(red, tuple)
    assert red[0] > 180 > 60 > red[1]


def test_a_scanned_photo_leaves_its_frame(world: World) -> None:
    ticket = seat_people(world, open_room(), 1)[0]
    Document.objects.filter(application=ticket.application, kind=DocumentKind.PHOTO).update(
        superseded_at=ticket.created_at
    )
    file = vault.store(ticket_pdf(ticket), kind="photo", name="p.pdf", by="test")
    Document.objects.create(application=ticket.application, kind=DocumentKind.PHOTO, file=file)

    assert "贴一寸照片" in words_of(ticket_pdf(ticket))


def test_the_code_leads_to_the_public_page(world: World) -> None:
    ticket = seat_people(world, open_room(), 1)[0]

    assert ticket_url(ticket) == f"http://testserver/tickets/{ticket.number}/"


def test_rules_have_an_english_form(world: World) -> None:
    with translation.override("en"):
        first = candidate_rules(world.association, TicketTerms(minutes=90))[0]

    assert first.startswith("Doors open at 08:30.")


def test_the_ticket_and_the_hall_open_at_the_same_time() -> None:
    assert ENTRY_OPENS_BEFORE == SIGN_IN_OPENS_BEFORE


def test_a_number_is_issued_once_and_read_in_groups(world: World) -> None:
    room = open_room()
    tickets = seat_people(world, room, 1)
    assert issue_tickets(by=world[Role.ADMINISTRATOR], offering=world.association, centre=room.centre) == []
    assert grouped(tickets[0].number) == "2611 011 001 00014"


def test_a_municipality_is_named_once() -> None:
    words = {"code": "001", "name": "考点", "address": "解放路 1 号"}

    assert full_address(Centre(province="重庆市", city="重庆市", **words)) == "重庆市解放路 1 号"
    assert full_address(Centre(province="福建省", city="福州市", **words)) == "福建省福州市解放路 1 号"
