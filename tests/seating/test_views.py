"""The pages of tickets and seating: who sees them, and what they do."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people, second_invigilator, watch_room
from zhiheng import seating
from zhiheng.foundation.check_digit import mod11_2
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.seating.actions import note_incident
from zhiheng.seating.models import Centre, Incident, Invigilation, Placement, Room, Ticket
from zhiheng.seating.waiting import waiting
from zhiheng.sittings.actions import call_sitting, offer
from zhiheng.sittings.wording import exam_words

BEFORE_OPENING = datetime(2026, 11, 24, 23, 59, 59, tzinfo=SHANGHAI)
OPENING = datetime(2026, 11, 25, 0, 0, tzinfo=SHANGHAI)
EXAM_DAY = datetime(2026, 11, 28, 8, 40, tzinfo=SHANGHAI)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def codes(response: Any) -> list[str]:
    return [error.code for error in response.context["form"].non_field_errors().as_data()]


@pytest.fixture
def admin(world: World) -> Client:
    return client_of(world[Role.ADMINISTRATOR])


def page_urls(world: World) -> dict[str, tuple[str, set[Role]]]:
    room = open_room()
    ticket = seat_people(world, room)[0]
    clock.move_to(OPENING)
    staff, offering = {Role.ADMINISTRATOR}, [world.association.id]
    return {
        "tickets": (reverse("tickets"), {Role.CANDIDATE}),
        "ticket_pdf": (
            reverse("ticket_pdf", args=[ticket.number]),
            {Role.CANDIDATE, Role.INSTITUTION, Role.ADMINISTRATOR},
        ),
        "institution_tickets": (reverse("institution_tickets"), {Role.INSTITUTION}),
        "institution_tickets_pdf": (
            reverse("institution_tickets_pdf", args=[world.association.sitting_id]),
            {Role.INSTITUTION},
        ),
        "seating": (reverse("seating"), staff),
        "centres": (reverse("centres"), staff),
        "new_centre": (reverse("new_centre"), staff),
        "centre": (reverse("centre", args=["001"]), staff),
        "seating_offering": (reverse("seating_offering", args=offering), staff),
        "seating_issue": (reverse("seating_issue", args=offering), staff),
        "seating_place": (reverse("seating_place", args=offering), staff),
        "seating_plan": (reverse("seating_plan", args=offering), staff),
        "seating_invigilators": (reverse("seating_invigilators", args=[*offering, room.id]), staff),
    }


def test_every_page_opens_for_its_roles_only(world: World) -> None:
    urls = page_urls(world)
    clients = {role: client_of(world[role]) for role in Role}
    wrong = [
        (name, role, status)
        for name, (url, roles) in urls.items()
        for role, client in clients.items()
        if (status := client.get(url).status_code) != (200 if role in roles else 403)
    ]
    strangers = {name for name, (url, _) in urls.items() if Client().get(url).status_code != 302}

    assert (wrong, strangers) == ([], set())


def test_somebody_elses_ticket_does_not_exist(world: World) -> None:
    mine, other = seat_people(world, open_room())
    clock.move_to(OPENING)
    candidate, outsider = client_of(world[Role.CANDIDATE]), client_of(world.outsider)
    sitting = [world.association.sitting_id]

    assert candidate.get(reverse("ticket_pdf", args=[mine.number])).status_code == 200
    assert candidate.get(reverse("ticket_pdf", args=[other.number])).status_code == 404
    assert outsider.get(reverse("ticket_pdf", args=[mine.number])).status_code == 404
    assert outsider.get(reverse("institution_tickets_pdf", args=sitting)).status_code == 404
    assert outsider.get(reverse("institution_tickets")).context["views"] == []


def test_tickets_are_printed_from_midnight_of_the_third_day_before(world: World) -> None:
    ticket = seat_people(world, open_room())[0]
    url = reverse("ticket_pdf", args=[ticket.number])
    everything = reverse("institution_tickets_pdf", args=[world.association.sitting_id])
    candidate, institution = client_of(world[Role.CANDIDATE]), client_of(world[Role.INSTITUTION])

    clock.move_to(BEFORE_OPENING)
    early = candidate.get(url)
    assert early.status_code == 422
    assert early.context["refusal"].code == "tickets-closed"
    assert early.context["refusal"].rule != ""
    assert institution.get(everything).status_code == 422
    assert client_of(world[Role.ADMINISTRATOR]).get(url).status_code == 200

    clock.move_to(OPENING)
    answer = candidate.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Cache-Control"] == "private, no-store"
    assert institution.get(everything).content.startswith(b"%PDF")


def test_a_scanned_ticket_tells_a_stranger_nothing_personal(world: World) -> None:
    mine, other = seat_people(world, open_room())
    person = other.application.person
    for client in (Client(), client_of(world[Role.CANDIDATE]), client_of(world.outsider)):
        page = client.get(reverse("ticket", args=[other.number]))
        words = page.content.decode()
        assert page.status_code == 200
        assert "seating/ticket_public.html" in [template.name for template in page.templates]
        assert [part for part in (person.name, person.id_masked, "第一考场") if part in words] == []
        assert "测试考点" in words

    own = client_of(world[Role.CANDIDATE]).get(reverse("ticket", args=[mine.number]))
    assert own.context["view"].sheet.ticket == mine
    assert mine.application.person.id_number not in own.content.decode()


@pytest.mark.parametrize(
    ("number", "valid"),
    [("26110110019999" + mod11_2("26110110019999"), True), ("123", False), ("x" * 40, False)],
)
def test_a_number_never_issued_is_called_so(db: None, number: str, valid: bool) -> None:
    page = Client().get(reverse("ticket", args=[number]))

    assert page.status_code == 404
    assert page.context["form_valid"] is valid


def test_the_exam_address_appears_on_the_day_only(world: World) -> None:
    seat_people(world, open_room())
    candidate = client_of(world[Role.CANDIDATE])
    clock.move_to(OPENING)
    before = candidate.get(reverse("tickets")).content.decode()
    clock.move_to(EXAM_DAY)
    today = candidate.get(reverse("tickets")).content.decode()

    assert ("/hall/" in before, "/hall/" in today) == (False, True)


def test_tickets_speak_english(world: World) -> None:
    ticket = seat_people(world, open_room(), 1)[0]
    candidate = client_of(world[Role.CANDIDATE])
    candidate.cookies["django_language"] = "en"
    words = candidate.get(reverse("ticket", args=[ticket.number])).content.decode()

    assert "On the day" in words
    assert "Doors open at 08:30." in words
    assert "Internet Marketer, Junior" in words


def test_a_centre_and_its_rooms_are_written_down(world: World, admin: Client) -> None:
    words = {
        "code": "007",
        "name": "新考点",
        "province": "福建省",
        "city": "福州市",
        "address": "一号",
    }
    assert admin.post(reverse("new_centre"), words).status_code == 302
    again = admin.post(reverse("new_centre"), words)
    assert (again.status_code, codes(again)) == (422, ["centre-taken"])

    url = reverse("centre", args=["007"])
    assert admin.post(url, {"name": "第一考场", "seats": "30"}).status_code == 302
    twice = admin.post(url, {"name": "第一考场", "seats": "30"})
    assert (twice.status_code, codes(twice)) == (422, ["room-taken"])
    assert (Centre.objects.count(), Room.objects.get().seats) == (1, 30)
    assert admin.get(reverse("centre", args=["999"])).status_code == 404


def test_from_paid_to_seated_and_watched(world: World, admin: Client) -> None:
    world.paid(2)
    world.approved()
    room = open_room()
    offering = [world.association.id]

    page = admin.get(reverse("seating_offering", args=offering))
    assert [step["state"] for step in page.context["steps"]] == ["current", "ahead", "ahead"]
    assert (page.context["state"].awaiting, page.context["state"].unpaid) == (2, 1)

    issued = admin.post(reverse("seating_issue", args=offering), {"centre": str(room.centre_id)})
    assert (issued.status_code, Ticket.objects.count()) == (302, 2)
    placed = admin.post(reverse("seating_place", args=offering), {"rooms": [str(room.id)]})
    assert (placed.status_code, Placement.objects.count()) == (302, 2)

    watch = reverse("seating_invigilators", args=[*offering, room.id])
    one = admin.post(watch, {"invigilators": [str(world[Role.INVIGILATOR].id)]})
    assert (one.status_code, codes(one), Invigilation.objects.count()) == (422, ["invigilators"], 0)
    both = [str(world[Role.INVIGILATOR].id), str(second_invigilator().id)]
    assert admin.post(watch, {"invigilators": both}).status_code == 302

    page = admin.get(reverse("seating_offering", args=offering))
    assert [step["state"] for step in page.context["steps"]] == ["done", "done", "done"]


def test_a_room_too_small_is_refused_on_the_form(world: World, admin: Client) -> None:
    room = open_room(seats=1)
    world.paid(2)
    offering = [world.association.id]
    admin.post(reverse("seating_issue", args=offering), {"centre": str(room.centre_id)})
    answer = admin.post(reverse("seating_place", args=offering), {"rooms": [str(room.id)]})

    assert (answer.status_code, codes(answer), Placement.objects.count()) == (422, ["seats"], 0)


def test_a_room_nobody_sits_in_has_no_watch_page(world: World, admin: Client) -> None:
    room = open_room()
    url = reverse("seating_invigilators", args=[world.association.id, room.id])

    assert admin.get(url).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_a_fixed_number_of_queries(
    world: World, admin: Client, count: int, django_assert_num_queries: Any
) -> None:
    seat_people(world, open_room(), count)
    candidate, institution = client_of(world[Role.CANDIDATE]), client_of(world[Role.INSTITUTION])
    offering = [world.association.id]
    with django_assert_num_queries(8):
        candidate.get(reverse("tickets"))
    with django_assert_num_queries(9):
        institution.get(reverse("institution_tickets"))
    with django_assert_num_queries(9):
        admin.get(reverse("seating"))
    with django_assert_num_queries(16):
        admin.get(reverse("seating_offering", args=offering))
    with django_assert_num_queries(13):
        admin.get(reverse("seating_plan", args=offering))


def test_what_waits_for_whom(world: World) -> None:
    def lines(role: Role) -> list[tuple[str, int, datetime | None]]:
        return [(line.title, line.count, line.due) for line in waiting(world[role], role)]

    assert lines(Role.ADMINISTRATOR) == []
    world.paid(1)
    assert lines(Role.ADMINISTRATOR) == [("发放准考证：互联网营销师（初级）", 1, OPENING)]

    room = open_room()
    seat_people(world, room, 2)
    assert lines(Role.ADMINISTRATOR) == [("安排监考：互联网营销师（初级）", 1, OPENING)]
    watch_room(world, room)
    assert lines(Role.ADMINISTRATOR) == []

    assert lines(Role.CANDIDATE) == [("准考证从这一刻起可以打印：互联网营销师（初级）", 1, OPENING)]
    clock.move_to(OPENING)
    start = world.association.starts_at
    assert lines(Role.CANDIDATE) == [("打印准考证：互联网营销师（初级）", 1, start)]
    assert lines(Role.INSTITUTION) == [("打印准考证：互联网营销师（初级）", 3, start)]
    assert waiting(world.outsider, Role.INSTITUTION) == []
    assert lines(Role.MARKER) == []
    clock.move_to(datetime(2026, 11, 29, 0, 0, tzinfo=SHANGHAI))
    assert (lines(Role.CANDIDATE), lines(Role.INSTITUTION)) == ([], [])


def test_nothing_waits_for_accounts_without_a_person_or_an_institution(world: World) -> None:
    stranger = create_account(by="test", username="nobody", password=None, display_name="无", roles=[])

    assert waiting(world[Role.CANDIDATE], Role.CANDIDATE) == []
    assert waiting(stranger, Role.INSTITUTION) == []


def test_an_incident_is_noted_by_the_rooms_invigilator_on_the_day(world: World) -> None:
    room = open_room()
    ticket = seat_people(world, room)[0]
    watch = watch_room(world, room)
    me, other = world[Role.INVIGILATOR], world[Role.MARKER]
    elsewhere = Ticket.objects.create(
        application=world.approved(), offering=world.association, centre=room.centre, number="1" * 15
    )

    def refused(**more: Any) -> str:
        with pytest.raises(Refused) as caught:
            note_incident(**{"by": me, "watch": watch, "text": "换了鼠标"} | more)
        return caught.value.code

    assert refused() == "incident-day"
    clock.move_to(EXAM_DAY)
    assert refused(text="  ") == "incident-empty"
    assert refused(by=other) == "not-your-room"
    assert refused(ticket=elsewhere) == "not-your-room"
    assert Incident.objects.count() == 0

    noted = note_incident(by=me, watch=watch, text=" 换了\n鼠标 ", ticket=ticket)
    assert (noted.text, noted.ticket, noted.room) == ("换了 鼠标", ticket, room)


def test_an_institution_sees_one_sitting_at_a_time(world: World) -> None:
    """The latest first; an earlier one by its day, and nonsense falls back to the latest."""
    room = open_room()
    tickets = seat_people(world, room, 2)
    earlier = call_sitting(by="test", day=date(2026, 10, 31))
    first = offer(
        by="test", sitting=earlier, rule_set="ccia-000", programme="internet-marketing", level="junior"
    )
    Ticket.objects.filter(pk=tickets[0].pk).update(offering=first)
    institution, url = client_of(world[Role.INSTITUTION]), reverse("institution_tickets")

    def shown(query: str) -> tuple[list[str], list[bool]]:
        context = institution.get(url + query).context
        return (
            [view.sheet.ticket.number for view in context["views"]],
            [tab["current"] for tab in context["tabs"]],
        )

    assert shown("") == ([tickets[1].number], [True, False])
    assert shown("?day=2026-10-31") == ([tickets[0].number], [False, True])
    assert shown("?day=x") == ([tickets[1].number], [True, False])


@pytest.mark.parametrize("count", [1, 3])
def test_what_waits_takes_a_fixed_number_of_queries(
    world: World, count: int, django_assert_num_queries: Any
) -> None:
    seat_people(world, open_room(), count)
    for role, queries in ((Role.CANDIDATE, 2), (Role.INSTITUTION, 2), (Role.ADMINISTRATOR, 7)):
        with django_assert_num_queries(queries):
            waiting(world[role], role)


def test_every_sentence_a_candidate_sees_has_its_english() -> None:
    folder = Path(seating.__file__).parent
    with (folder / "locale/en/LC_MESSAGES/django.po").open("rb") as source:
        known = {message.id for message in read_po(source, locale="en") if message.id and message.string}
    pages = [
        folder / "templates/seating" / name for name in ("tickets.html", "ticket.html", "ticket_public.html")
    ]
    asked = {
        found
        for page in pages
        for found in re.findall(r'(?:translate |_\()"([^"]+)"', page.read_text(encoding="utf-8"))
    }

    assert sorted(asked - known) == []


def test_an_exam_has_an_english_name_with_its_trade(world: World) -> None:
    with translation.override("en"):
        names = [exam_words(world.association), exam_words(world.national)]

    assert names[0] == "Internet Marketer, Junior"
    assert len(names[1].split(", ")) == 3
    assert names[1].isascii()
    assert exam_words(world.association) == "互联网营销师（初级）"


def test_a_room_is_not_named_with_words_barred_from_public_text(world: World, client: Client) -> None:
    client.force_login(world[Role.ADMINISTRATOR])
    centre = Centre.objects.create(
        code="901", name="某考点", province="福建省", city="福州市", address="某路"
    )
    answer = client.post(f"/seating/centres/{centre.code}/", {"name": "国家级考场", "seats": "10"})
    assert answer.status_code == 422
    assert "“考场名称”里有不能对外使用的字样" in answer.text
    assert Room.objects.filter(centre=centre).count() == 0


def test_nothing_is_left_to_do_once_the_exam_has_begun(world: World) -> None:
    room = open_room()
    seat_people(world, room, 1)
    office = client_of(world[Role.ADMINISTRATOR])
    url = reverse("seating_offering", args=[world.association.id])

    def step() -> list[str]:
        return re.findall(r'<span class="what">([^<]+)</span>', office.get(url).text)

    before = step()
    watch_room(world, room)
    watched = step()
    clock.move_to(datetime(2026, 11, 28, 9, 0, tzinfo=SHANGHAI))
    assert (before, watched, step()) == (["给考场安排监考员"], ["开考前检查，把考试数据发布到考场"], [])
