"""A ticket says when the exam ends for its holder and which browser it needs, and nothing of why."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.delivery.asking import MAGNIFIER, MORE_TIME, ask, decide
from tests.delivery.test_actions import pack_path, seal_small_paper
from tests.delivery.test_conditions import put
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people, watch_room
from zhiheng.delivery.accommodations.queries import adjusted_end
from zhiheng.delivery.conditions.queries import conditions_of
from zhiheng.delivery.core.pack import decode_pack
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.people.models import Account, Role
from zhiheng.seating.documents import tickets_pdf
from zhiheng.seating.models import Placement, Ticket
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
        first.id: TicketTerms(minutes=-(-minutes * 130 // 100), words="延长时间 30 %，准许使用放大镜"),
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
    assert [word for word in ("放大镜", "延长时间", "视力", "便利") if word in texts[0]] == []


def test_only_the_holder_reads_on_the_page_what_was_granted(world: World, tickets: list[Ticket]) -> None:
    words = "准许使用放大镜"

    assert words in seen_by(world[Role.CANDIDATE], tickets[0])
    for role in (Role.INSTITUTION, Role.ADMINISTRATOR, Role.INVIGILATOR):
        assert words not in seen_by(world[role], tickets[0])
    assert words not in seen_by(world.outsider, tickets[0])


def test_an_invigilator_reads_what_is_to_be_done_beside_the_seat_and_not_why(
    world: World, tickets: list[Ticket]
) -> None:
    watch = watch_room(world, Placement.objects.filter(superseded_at=None)[0].room)
    client = Client()
    client.force_login(world[Role.INVIGILATOR])

    page = str(client.get(reverse("room", args=[watch.id])).content.decode())

    assert page.count("延长时间 30 %，准许使用放大镜") == 1
    assert [word for word in ("视力", "残疾人证", "BL2026") if word in page] == []


def test_the_pack_carries_each_holders_end_and_the_conditions(
    world: World, tickets: list[Ticket], django_capture_on_commit_callbacks: Any
) -> None:
    seal_small_paper(world)
    room = Placement.objects.filter(superseded_at=None)[0].room
    put(
        world,
        mode="seb",
        second_sign_in="allow",
        networks={room.id: "10.1.2.0/24"},
        events=("hidden", "print"),
    )
    with django_capture_on_commit_callbacks(execute=True):
        publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)

    pack = decode_pack(pack_path(world).read_bytes())
    by_ticket = {candidate.ticket: candidate for candidate in pack.candidates}
    found = [by_ticket[ticket.number] for ticket in tickets]

    assert [(one.ends_at, one.accommodation) for one in found] == [
        (adjusted_end(tickets[0]), "延长时间 30 %，准许使用放大镜"),
        (world.association.starts_at + timedelta(minutes=world.association.minutes), ""),
    ]
    assert (
        pack.second_sign_in,
        pack.network_policy,
        pack.networks,
        pack.unrecorded,
        pack.seb_config_keys,
    ) == (
        "allow",
        "warn",
        {"测试考点 第一考场": ("10.1.2.0/24",)},
        ("blur", "copy", "cut", "paste", "fullscreen-left"),
        conditions_of(world.association).seb_config_keys,
    )


def test_a_sitting_in_safe_exam_browser_says_so(world: World, tickets: list[Ticket]) -> None:
    page = reverse("seb", args=[world.association.id])
    assert page not in seen_by(world[Role.CANDIDATE], tickets[0])

    put(world, mode="seb")

    assert page in seen_by(world[Role.CANDIDATE], tickets[0])
    text = PdfReader(io.BytesIO(tickets_pdf([tickets_of(world.association)[0]]))).pages[0].extract_text()
    assert "SafeExamBrowser" in "".join(text.split())
