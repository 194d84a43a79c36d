"""Tickets, seats and rooms as facts."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.payments.queries import paid_applications
from zhiheng.people.models import Account, Person
from zhiheng.seating.core.placing import RoomFacts
from zhiheng.seating.models import CheckIn, Invigilation, Placement, Room, Ticket
from zhiheng.sittings.models import Offering, Sitting


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSheet:
    """A ticket with its present place; placement is None before seats are given out."""

    ticket: Ticket
    placement: Placement | None
    check_in: CheckIn | None = None


def awaiting_tickets(offering: Offering) -> QuerySet[Application]:
    """Approved and paid applications without a ticket."""
    issued = Ticket.objects.filter(application=OuterRef("pk"))
    return (
        paid_applications()
        .filter(offering=offering, status=ApplicationStatus.APPROVED)
        .filter(~Exists(issued))
        .select_related("person", "institution", "offering__sitting", "offering__revision")
        .order_by("institution__code", "person__name", "id")
    )


def tickets_of(offering: Offering) -> QuerySet[Ticket]:
    return (
        Ticket.objects.filter(offering=offering)
        .select_related("application__person", "application__institution", "centre", "offering__sitting")
        .order_by("number")
    )


def unplaced_tickets(offering: Offering) -> QuerySet[Ticket]:
    placed = Placement.objects.filter(ticket=OuterRef("pk"), superseded_at=None)
    return tickets_of(offering).filter(~Exists(placed))


def room_facts(sitting: Sitting, rooms: list[Room]) -> tuple[RoomFacts, ...]:
    """The seats nobody has on the sitting, room by room."""
    taken: dict[object, set[int]] = {}
    for room_id, seat in Placement.objects.filter(
        sitting=sitting, room__in=rooms, superseded_at=None
    ).values_list("room_id", "seat"):
        taken.setdefault(room_id, set()).add(seat)
    return tuple(
        RoomFacts(
            id=str(room.id),
            name=room.name,
            free_seats=tuple(
                seat for seat in range(1, room.seats + 1) if seat not in taken.get(room.id, set())
            ),
        )
        for room in rooms
    )


def sheets_of(tickets: QuerySet[Ticket]) -> list[TicketSheet]:
    """Tickets with their places and check-ins, in a fixed number of queries."""
    found = list(tickets)
    places = {
        place.ticket_id: place
        for place in Placement.objects.filter(ticket__in=found, superseded_at=None).select_related(
            "room__centre"
        )
    }
    checks = {check.ticket_id: check for check in CheckIn.objects.filter(ticket__in=found)}
    return [
        TicketSheet(ticket=ticket, placement=places.get(ticket.id), check_in=checks.get(ticket.id))
        for ticket in found
    ]


def ticket_of(application: Application) -> Ticket | None:
    return Ticket.objects.filter(application=application).select_related("centre").first()


def tickets_of_person(person: Person) -> QuerySet[Ticket]:
    return (
        Ticket.objects.filter(application__person=person)
        .select_related("application__person", "centre", "offering__sitting", "offering__revision")
        .order_by("-offering__sitting__day")
    )


def rooms_watched_by(account: Account) -> list[Invigilation]:
    return list(
        Invigilation.objects.filter(invigilator=account)
        .select_related("sitting", "room__centre")
        .order_by("-sitting__day")
    )


def sheets_in_room(sitting: Sitting, room: Room) -> list[TicketSheet]:
    """Everybody placed in a room, by seat."""
    here = Placement.objects.filter(sitting=sitting, room=room, superseded_at=None)
    sheets = sheets_of(
        Ticket.objects.filter(id__in=here.values("ticket_id")).select_related(
            "application__person", "offering__sitting", "centre"
        )
    )
    return sorted(sheets, key=lambda sheet: sheet.placement.seat if sheet.placement else 0)
