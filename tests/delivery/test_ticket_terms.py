"""A ticket says when the exam ends for its holder and which browser it needs, and nothing of why."""

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.delivery.asking import MAGNIFIER, MORE_TIME, ask, decide
from tests.delivery.test_conditions import put
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people
from zhiheng.people.models import Account, Role
from zhiheng.seating.documents import tickets_pdf
from zhiheng.seating.models import Ticket
from zhiheng.seating.queries import tickets_of
from zhiheng.seating.terms import TicketTerms, terms_of


@pytest.fixture
def tickets(world: World) -> list[Ticket]:
    """The first holder has 30 % more time and a magnifier; the second sits under the common terms."""
    found = seat_people(world, open_room(), 2)
    decide(world, ask(world, found[0].application, MORE_TIME, MAGNIFIER))
    return found


def seen_by(account: Account, ticket: Ticket) -> str:
    client = Client()
    client.force_login(account)
    return str(client.get(reverse("ticket", args=[ticket.number])).content.decode())


def test_terms_are_each_holders_own(
    world: World, tickets: list[Ticket], django_assert_num_queries: Any
) -> None:
    minutes = world.association.minutes
    held = list(tickets_of(world.association))

    with django_assert_num_queries(2):
        found = terms_of(held)

    first, second = tickets
    assert found == {
        first.id: TicketTerms(minutes=-(-minutes * 130 // 100), words="加时 30 %，准许使用放大镜"),
        second.id: TicketTerms(minutes=minutes),
    }


def test_the_printed_end_is_the_holders_and_no_reason_is_printed(world: World, tickets: list[Ticket]) -> None:
    pages = PdfReader(io.BytesIO(tickets_pdf(list(tickets_of(world.association))))).pages
    texts = ["".join(page.extract_text().split()) for page in pages]
    minutes = world.association.minutes

    assert [
        f"（{given}分钟）" in text for given, text in zip((minutes * 13 // 10, minutes), texts, strict=True)
    ] == [
        True,
        True,
    ]
    assert [word for word in ("放大镜", "加时", "视力", "便利") if word in texts[0]] == []


def test_only_the_holder_reads_on_the_page_what_was_granted(world: World, tickets: list[Ticket]) -> None:
    words = "准许使用放大镜"

    assert words in seen_by(world[Role.CANDIDATE], tickets[0])
    for role in (Role.INSTITUTION, Role.ADMINISTRATOR, Role.INVIGILATOR):
        assert words not in seen_by(world[role], tickets[0])
    assert words not in seen_by(world.outsider, tickets[0])


def test_a_sitting_in_safe_exam_browser_says_so(world: World, tickets: list[Ticket]) -> None:
    page = reverse("seb", args=[world.association.id])
    assert page not in seen_by(world[Role.CANDIDATE], tickets[0])

    put(world, mode="seb")

    assert page in seen_by(world[Role.CANDIDATE], tickets[0])
    text = PdfReader(io.BytesIO(tickets_pdf([tickets_of(world.association)[0]]))).pages[0].extract_text()
    assert "SafeExamBrowser" in "".join(text.split())
