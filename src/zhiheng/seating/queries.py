"""Tickets, seats and rooms as facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from zhiheng.enrolment.models import Application, ApplicationStatus, Document, DocumentKind
from zhiheng.foundation.decision import Decision
from zhiheng.payments.queries import paid_applications
from zhiheng.people.models import Account, Institution, Person, Role
from zhiheng.people.queries import accounts_in
from zhiheng.plumbing.models import VaultFile
from zhiheng.seating.core.placing import RoomFacts
from zhiheng.seating.core.printing import decide_printable
from zhiheng.seating.models import Centre, CheckIn, Incident, Invigilation, Placement, Room, Ticket
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.sittings.queries import rules_for, tickets_open


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSheet:
    """A ticket with its present place; placement is None before seats are given out."""

    ticket: Ticket
    placement: Placement | None
    check_in: CheckIn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTicket:
    """Who sits where, as plain values: cheap for a hundred thousand. room: with its centre."""

    ticket: UUID
    room: str
    seat: int


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


def placed_tickets(offering: Offering) -> list[PlacedTicket]:
    """Every ticket of the offering that has a seat, room by room and seat by seat, in one query."""
    rows = (
        Placement.objects.filter(ticket__offering=offering, superseded_at=None)
        .order_by("room__centre__code", "room__name", "seat")
        .values_list("ticket_id", "room__centre__name", "room__name", "seat")
    )
    return [
        PlacedTicket(ticket=ticket, room=room_words(centre, room), seat=seat)
        for ticket, centre, room, seat in rows
    ]


def room_words(centre: str, room: str) -> str:
    """A room as the hall names it: two centres may both have a first room."""
    return f"{centre} {room}"


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
    return sheets_of_list(list(tickets))


def sheets_of_list(found: Sequence[Ticket]) -> list[TicketSheet]:
    """The same for tickets already fetched, in the order given."""
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
        .select_related(
            "application__person",
            "application__institution",
            "centre",
            "offering__sitting",
            "offering__revision",
        )
        .order_by("-offering__sitting__day")
    )


def rooms_watched_by(account: Account) -> list[Invigilation]:
    return list(
        Invigilation.objects.filter(invigilator=account, ended_at=None)
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
    return sorted(sheets, key=seat_of)


def tickets_from_rule(offering: Offering) -> str:
    """The clause that says from which day tickets can be printed."""
    return rules_for(offering).timetable.rule("tickets_from").source


def printable(offering: Offering, *, moment: datetime) -> Decision:
    return decide_printable(opens=tickets_open(offering), moment=moment, source=tickets_from_rule(offering))


def ticket_by_number(number: str) -> Ticket | None:
    return (
        Ticket.objects.filter(number=number)
        .select_related(
            "application__person",
            "application__institution",
            "centre",
            "offering__sitting",
            "offering__revision",
        )
        .first()
    )


def tickets_of_institution(institution: Institution, sitting: Sitting) -> QuerySet[Ticket]:
    return (
        Ticket.objects.filter(application__institution=institution, offering__sitting=sitting)
        .select_related(
            "application__person",
            "application__institution",
            "centre",
            "offering__sitting",
            "offering__revision",
        )
        .order_by("offering__title", "number")
    )


def coming_tickets_of(institution: Institution, *, since: date) -> QuerySet[Ticket]:
    """Tickets of the institution's candidates for sittings on or after a day, the next sitting first."""
    return (
        Ticket.objects.filter(application__institution=institution, offering__sitting__day__gte=since)
        .select_related("offering__sitting", "offering__revision")
        .order_by("offering__sitting__day", "number")
    )


def sittings_with_tickets_of(institution: Institution) -> list[Sitting]:
    """Sittings for which the institution's candidates hold tickets, the latest first."""
    held = Ticket.objects.filter(application__institution=institution, offering__sitting=OuterRef("pk"))
    return list(Sitting.objects.filter(Exists(held)).order_by("-day"))


def photos_of(tickets: Iterable[Ticket]) -> dict[UUID, VaultFile]:
    """Application id -> its photo in force, in one query."""
    wanted = [ticket.application_id for ticket in tickets]
    found = (
        Document.objects.filter(application__in=wanted, kind=DocumentKind.PHOTO, superseded_at=None)
        .select_related("file")
        .order_by("created_at")
    )
    return {document.application_id: document.file for document in found}


def seat_of(sheet: TicketSheet) -> int:
    return sheet.placement.seat if sheet.placement else 0


def free_invigilators(sitting: Sitting) -> list[Account]:
    """Invigilators who watch no room of the sitting yet."""
    watching = Invigilation.objects.filter(sitting=sitting, ended_at=None)
    busy = set(watching.values_list("invigilator_id", flat=True))
    return [account for account in accounts_in(Role.INVIGILATOR) if account.id not in busy]


def watch_of(account: Account, watch_id: UUID) -> Invigilation | None:
    """The account's own watch over a room, or nothing."""
    return (
        Invigilation.objects.filter(pk=watch_id, invigilator=account, ended_at=None)
        .select_related("sitting", "room__centre")
        .first()
    )


def sheet_in_watch(watch: Invigilation, number: str) -> TicketSheet | None:
    """One ticket of a watched room, or nothing."""
    return next(
        (sheet for sheet in sheets_in_room(watch.sitting, watch.room) if sheet.ticket.number == number),
        None,
    )


def incidents_in(sitting: Sitting, room: Room) -> list[Incident]:
    return list(
        Incident.objects.filter(sitting=sitting, room=room).select_related(
            "ticket__application__person", "by"
        )
    )


def all_offerings() -> list[Offering]:
    """Every offering, the latest sitting first."""
    return list(
        Offering.objects.select_related("sitting", "revision").order_by("-sitting__day", "title", "trade")
    )


def centres_with_rooms() -> list[Centre]:
    """Every centre; `rooms` and `places` are annotated."""
    here = Room.objects.filter(centre=OuterRef("pk")).order_by().values("centre")
    return list(
        Centre.objects.annotate(
            rooms=Coalesce(Subquery(here.annotate(n=Count("id")).values("n")), 0),
            places=Coalesce(Subquery(here.annotate(n=Sum("seats")).values("n")), 0),
        ).order_by("code")
    )


def rooms_of(centre: Centre) -> list[Room]:
    return list(Room.objects.filter(centre=centre).order_by("name"))


def rooms_for(offering: Offering) -> list[Room]:
    """The rooms of the centres that stand on the offering's unplaced tickets."""
    centres = unplaced_tickets(offering).order_by().values("centre_id")
    return list(
        Room.objects.filter(centre_id__in=centres).select_related("centre").order_by("centre", "name")
    )


def offerings_from(day: date) -> list[Offering]:
    return [offering for offering in all_offerings() if offering.sitting.day >= day]


def offerings_with_tickets() -> list[Offering]:
    held = set(Ticket.objects.order_by().values_list("offering_id", flat=True).distinct())
    return [offering for offering in all_offerings() if offering.id in held]
