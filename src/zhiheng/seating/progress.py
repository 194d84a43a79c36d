"""How far the seating of an offering has come: counts, rooms and who watches them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.payments.queries import paid_applications
from zhiheng.people.models import Account
from zhiheng.seating.core.ratios import least_invigilators
from zhiheng.seating.models import Invigilation, Placement, Room, Ticket
from zhiheng.seating.queries import TicketSheet, seat_of, sheets_of
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.sittings.queries import rules_for


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatingState:
    """Where one offering stands on the way to its seats; all numbers count people."""

    offering: Offering
    approved: int
    awaiting: int
    tickets: int
    seated: int

    @property
    def unpaid(self) -> int:
        return self.approved - self.awaiting - self.tickets

    @property
    def unplaced(self) -> int:
        return self.tickets - self.seated


def seating_states(offerings: Iterable[Offering]) -> list[SeatingState]:
    """In a fixed number of queries."""
    found = list(offerings)
    passed = Application.objects.filter(offering__in=found, status=ApplicationStatus.APPROVED)
    approved = _counted(passed)
    awaiting = _counted(
        passed.filter(id__in=paid_applications().values("id")).filter(
            ~Exists(Ticket.objects.filter(application=OuterRef("pk")))
        )
    )
    tickets = _counted(Ticket.objects.filter(offering__in=found))
    seated = _counted(
        Ticket.objects.filter(offering__in=found).filter(
            Exists(Placement.objects.filter(ticket=OuterRef("pk"), superseded_at=None))
        )
    )
    return [
        SeatingState(
            offering=offering,
            approved=approved.get(offering.id, 0),
            awaiting=awaiting.get(offering.id, 0),
            tickets=tickets.get(offering.id, 0),
            seated=seated.get(offering.id, 0),
        )
        for offering in found
    ]


def _counted(rows: "QuerySet[Application] | QuerySet[Ticket]") -> dict[UUID, int]:
    return dict(rows.order_by().values_list("offering_id").annotate(Count("id")))


def unpaid_applications(offering: Offering) -> QuerySet[Application]:
    """Approved applications whose fee has not arrived, and which therefore get no ticket yet."""
    return (
        Application.objects.filter(offering=offering, status=ApplicationStatus.APPROVED)
        .exclude(id__in=paid_applications().values("id"))
        .filter(~Exists(Ticket.objects.filter(application=OuterRef("pk"))))
        .select_related("person", "institution")
        .order_by("institution__code", "person__name", "id")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPlan:
    """One room of a sitting. sheets: everybody seated here by seat, whatever they sit."""

    room: Room
    sheets: tuple[TicketSheet, ...]
    invigilators: tuple[Account, ...]
    required: int

    @property
    def enough(self) -> bool:
        return len(self.invigilators) >= self.required

    @property
    def missing(self) -> int:
        return max(self.required - len(self.invigilators), 0)


def room_plans(offering: Offering) -> list[RoomPlan]:
    """The rooms in which people of the offering sit, in a fixed number of queries."""
    here = Placement.objects.filter(ticket__offering=offering, superseded_at=None)
    rooms = list(
        Room.objects.filter(id__in=here.values("room_id")).select_related("centre").order_by("centre", "name")
    )
    sheets = _sheets_by_room(offering.sitting, rooms)
    watchers: dict[UUID, list[Account]] = defaultdict(list)
    for watch in (
        Invigilation.objects.filter(sitting_id=offering.sitting_id, room__in=rooms, ended_at=None)
        .select_related("invigilator")
        .order_by("invigilator__username")
    ):
        watchers[watch.room_id].append(watch.invigilator)
    ratios = rules_for(offering).ratios
    return [
        RoomPlan(
            room=room,
            sheets=tuple(sheets[room.id]),
            invigilators=tuple(watchers[room.id]),
            required=least_invigilators(max(len(sheets[room.id]), 1), ratios),
        )
        for room in rooms
    ]


def _sheets_by_room(sitting: Sitting, rooms: list[Room]) -> dict[UUID, list[TicketSheet]]:
    here = Placement.objects.filter(sitting=sitting, room__in=rooms, superseded_at=None)
    sheets = sheets_of(
        Ticket.objects.filter(id__in=here.values("ticket_id")).select_related("application__person")
    )
    by_room: dict[UUID, list[TicketSheet]] = defaultdict(list)
    for sheet in sorted(sheets, key=seat_of):
        if sheet.placement:
            by_room[sheet.placement.room_id].append(sheet)
    return by_room


def short_rooms(offerings: Iterable[Offering]) -> dict[UUID, int]:
    """How many rooms of each offering have too few invigilators, in a fixed number of queries."""
    found = {offering.id: offering for offering in offerings}
    seats = Placement.objects.filter(
        sitting__in={one.sitting_id for one in found.values()}, superseded_at=None
    )
    seated: Counter[tuple[UUID, UUID]] = Counter()
    rooms: set[tuple[UUID, UUID, UUID]] = set()
    for offering_id, sitting_id, room_id in seats.values_list("ticket__offering_id", "sitting_id", "room_id"):
        seated[sitting_id, room_id] += 1
        rooms.add((offering_id, sitting_id, room_id))
    watching = Counter(
        Invigilation.objects.filter(
            sitting__in={one.sitting_id for one in found.values()}, ended_at=None
        ).values_list("sitting_id", "room_id")
    )
    short: Counter[UUID] = Counter()
    for offering_id, sitting_id, room_id in rooms:
        if offering_id in found:
            least = least_invigilators(seated[sitting_id, room_id], rules_for(found[offering_id]).ratios)
            short[offering_id] += watching[sitting_id, room_id] < least
    return dict(short)
