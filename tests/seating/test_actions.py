"""From a paid application to a seat with somebody watching."""

from datetime import datetime

import pytest

from tests.factories.world import PASSWORD, World
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.seating.actions import (
    add_room,
    assign_invigilators,
    check_in,
    issue_tickets,
    open_centre,
    place_candidates,
)
from zhiheng.seating.models import CheckIn, Room, Ticket
from zhiheng.seating.queries import sheets_in_room, sheets_of, tickets_of


@pytest.fixture
def room(world: World) -> Room:
    centre = open_centre(
        by="test", code="001", name="测试考点", province="福建省", city="福州市", address="测试路 1 号"
    )
    return add_room(by="test", centre=centre, name="第一考场", seats=3)


def second_invigilator(name: str = "two") -> Account:
    return create_account(
        by="test", username=name, password=PASSWORD, display_name="监考乙", roles=[Role.INVIGILATOR]
    )


def seated(world: World, room: Room, count: int = 2) -> list[Ticket]:
    world.paid(count)
    admin = world[Role.ADMINISTRATOR]
    tickets = issue_tickets(by=admin, offering=world.association, centre=room.centre)
    place_candidates(by=admin, offering=world.association, rooms=[room], seed=1)
    return tickets


def code_of(call: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**words)  # type: ignore[operator]
    return refused.value.code


def test_only_paid_candidates_get_tickets_and_numbers_stay(world: World, room: Room) -> None:
    world.approved()
    admin = world[Role.ADMINISTRATOR]
    assert issue_tickets(by=admin, offering=world.association, centre=room.centre) == []

    world.paid(2)
    first = issue_tickets(by=admin, offering=world.association, centre=room.centre)
    again = issue_tickets(by=admin, offering=world.association, centre=room.centre)

    assert [ticket.number[:14] for ticket in first] == ["26110110010001", "26110110010002"]
    assert again == []


def test_seats_are_given_once_and_all_different(world: World, room: Room) -> None:
    seated(world, room, 3)
    sheets = sheets_in_room(world.association.sitting, room)

    assert [sheet.placement.seat for sheet in sheets if sheet.placement] == [1, 2, 3]
    assert (
        place_candidates(by=world[Role.ADMINISTRATOR], offering=world.association, rooms=[room], seed=2) == []
    )


def test_a_full_room_is_refused_whole(world: World, room: Room) -> None:
    world.paid(4)
    admin = world[Role.ADMINISTRATOR]
    issue_tickets(by=admin, offering=world.association, centre=room.centre)

    assert code_of(place_candidates, by=admin, offering=world.association, rooms=[room], seed=1) == "seats"
    assert [sheet.placement for sheet in sheets_of(tickets_of(world.association))] == [None] * 4


def test_a_room_elsewhere_is_refused(world: World, room: Room) -> None:
    world.paid(1)
    admin = world[Role.ADMINISTRATOR]
    issue_tickets(by=admin, offering=world.association, centre=room.centre)
    other = open_centre(by="test", code="002", name="别处", province="福建省", city="厦门市", address="1 号")
    elsewhere = add_room(by="test", centre=other, name="第一考场", seats=3)

    assert (
        code_of(place_candidates, by=admin, offering=world.association, rooms=[elsewhere], seed=1)
        == "room-elsewhere"
    )


def test_a_room_needs_two_invigilators(world: World, room: Room) -> None:
    seated(world, room)
    words = {"by": world[Role.ADMINISTRATOR], "offering": world.association, "room": room}

    assert code_of(assign_invigilators, **words, invigilators=[world[Role.INVIGILATOR]]) == "invigilators"
    assert code_of(assign_invigilators, **words, invigilators=[world[Role.MARKER]]) == "not-invigilator"
    assert (
        len(assign_invigilators(**words, invigilators=[world[Role.INVIGILATOR], second_invigilator()])) == 2
    )  # type: ignore[arg-type]


def test_nobody_watches_two_rooms(world: World, room: Room) -> None:
    seated(world, room)
    other = add_room(by="test", centre=room.centre, name="第二考场", seats=3)
    pair = [world[Role.INVIGILATOR], second_invigilator()]
    words = {"by": world[Role.ADMINISTRATOR], "offering": world.association, "invigilators": pair}
    assign_invigilators(**words, room=room)  # type: ignore[arg-type]

    assert code_of(assign_invigilators, **words, room=other) == "invigilator-busy"


def test_check_in_is_for_the_room_and_the_day(world: World, room: Room) -> None:
    ticket, absent = seated(world, room)
    watcher = world[Role.INVIGILATOR]
    assert code_of(check_in, by=watcher, ticket=ticket, present=True) == "not-your-room"

    assign_invigilators(
        by=world[Role.ADMINISTRATOR],
        offering=world.association,
        room=room,
        invigilators=[watcher, second_invigilator()],
    )
    assert code_of(check_in, by=watcher, ticket=ticket, present=True) == "check-in-day"

    clock.move_to(datetime(2026, 11, 28, 8, 40, tzinfo=SHANGHAI))
    check_in(by=watcher, ticket=ticket, present=True)
    check_in(by=watcher, ticket=absent, present=False, note="未到")

    assert code_of(check_in, by=watcher, ticket=ticket, present=False) == "checked-in"
    assert [entry.present for entry in CheckIn.objects.order_by("created_at")] == [True, False]


@pytest.mark.parametrize("code", ["1", "abcd", "12a", "１２３"])
def test_a_centre_code_is_three_digits(db: None, code: str) -> None:
    words = {"by": "test", "code": code, "name": "x", "province": "x", "city": "x", "address": "x"}

    assert code_of(open_centre, **words) == "centre-code"


def test_centres_and_rooms_are_named_once(world: World, room: Room) -> None:
    assert (
        code_of(open_centre, by="test", code="001", name="x", province="x", city="x", address="x")
        == "centre-taken"
    )
    assert code_of(add_room, by="test", centre=room.centre, name="第一考场", seats=3) == "room-taken"
    assert code_of(add_room, by="test", centre=room.centre, name="第三考场", seats=0) == "room-seats"
