"""A centre with a room, and people with tickets and seats in it."""

from tests.factories.world import PASSWORD, World
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.seating.actions import (
    add_room,
    assign_invigilators,
    issue_tickets,
    open_centre,
    place_candidates,
)
from zhiheng.seating.models import Invigilation, Room, Ticket


def open_room(*, seats: int = 10) -> Room:
    centre = open_centre(
        by="test", code="001", name="测试考点", province="福建省", city="福州市", address="测试路 1 号"
    )
    return add_room(by="test", centre=centre, name="第一考场", seats=seats)


def second_invigilator(name: str = "two") -> Account:
    return create_account(
        by="test", username=name, password=PASSWORD, display_name="监考乙", roles=[Role.INVIGILATOR]
    )


def seat_people(world: World, room: Room, count: int = 2) -> list[Ticket]:
    """Paid candidates with a ticket and a seat; the first ticket belongs to the candidate's account."""
    world.paid(count)
    admin = world[Role.ADMINISTRATOR]
    tickets = issue_tickets(by=admin, offering=world.association, centre=room.centre)
    place_candidates(by=admin, offering=world.association, rooms=[room], seed=1)
    person = tickets[0].application.person
    person.account = world[Role.CANDIDATE]
    person.save(update_fields=["account"])
    return tickets


def watch_room(world: World, room: Room) -> Invigilation:
    """The world's invigilator and a second one watch the room."""
    assign_invigilators(
        by=world[Role.ADMINISTRATOR],
        offering=world.association,
        room=room,
        invigilators=[world[Role.INVIGILATOR], second_invigilator()],
    )
    return Invigilation.objects.get(invigilator=world[Role.INVIGILATOR])
