"""A made-up sitting for `zhiheng bench preparation`: tickets and seats written as rows, then prepared for real."""

import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhiheng.cli.hall_rehearsal.made_up import made_up_paper
from zhiheng.foundation.check_digit import mod11_2

if TYPE_CHECKING:
    from zhiheng.people.models import Account
    from zhiheng.seating.models import Centre, Room
    from zhiheng.sittings.models import Offering

ROOM_SEATS = 50
_AT_ONCE = 2000
_DAYS_AHEAD = 30


def make_sitting(*, candidates: int) -> "tuple[Account, Offering]":
    """An offering with so many seated candidates and two sealed papers, in an empty database."""
    from zhiheng.people.actions import authorise_institution, create_account  # noqa: PLC0415 - after start_backend
    from zhiheng.people.models import InstitutionKind, Role  # noqa: PLC0415 - the same
    from zhiheng.plumbing import clock  # noqa: PLC0415 - the same
    from zhiheng.sittings.actions import call_sitting, offer  # noqa: PLC0415 - the same

    today = clock.today()
    institution = authorise_institution(
        by="bench",
        code="999",
        name="测速培训中心",
        kind=InstitutionKind.TRAINING,
        province="福建省",
        city="福州市",
        valid_from=today,
        valid_until=today + timedelta(days=365),
    )
    by = create_account(
        by="bench",
        username="bench",
        password="a-long-test-word",
        display_name="测速",
        roles=[Role.ADMINISTRATOR],
        institution=institution,
    )
    sitting = call_sitting(by="bench", day=today + timedelta(days=_DAYS_AHEAD))
    offering = offer(
        by="bench", sitting=sitting, rule_set="ccia-000", programme="internet-marketing", level="junior"
    )
    _seal_papers(offering)
    _seat(offering, institution, candidates)
    return by, offering


def _seal_papers(offering: "Offering") -> None:
    from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus  # noqa: PLC0415 - after start_backend
    from zhiheng.bank.models import Item, ItemVersion  # noqa: PLC0415 - the same

    lines = []
    for entry in made_up_paper().items:
        item = Item.objects.create(
            name=entry.id, pool="live", standard="s", level="5", area="ethics", type=entry.type
        )
        body = {
            "type": entry.type,
            "stem": entry.stem,
            "options": {one.id: one.text for one in entry.options},
        }
        version = ItemVersion.objects.create(item=item, number=1, body=body, content_hash=entry.id)
        lines.append(
            {
                "item": entry.id,
                "version": str(version.id),
                "hash": entry.id,
                "area": "ethics",
                "type": entry.type,
                "marks": entry.marks,
            }
        )
    run = AssemblyRun.objects.create(offering=offering, forms=2, seed=1)
    for label in "甲乙":
        Paper.objects.create(
            run=run,
            offering=offering,
            form_id=label,
            label=label,
            status=PaperStatus.SEALED,
            total=Decimal(len(lines)),
            lines=lines,
            proof=[],
            content_hash=label,
        )


def _seat(offering: "Offering", institution: Any, candidates: int) -> None:
    from zhiheng.seating.models import Centre, Room  # noqa: PLC0415 - after start_backend

    centre = Centre.objects.create(code="001", name="考点", province="福建省", city="福州市", address="1 号")
    rooms = [
        Room(centre=centre, name=f"第{number:04d}考场", seats=ROOM_SEATS)
        for number in range(1, 1 + -(-candidates // ROOM_SEATS))
    ]
    Room.objects.bulk_create(rooms, batch_size=_AT_ONCE)
    for start in range(0, candidates, _AT_ONCE):
        serials = range(start, min(start + _AT_ONCE, candidates))
        _seat_some(offering, institution, centre, rooms, serials)


def _seat_some(
    offering: "Offering", institution: Any, centre: "Centre", rooms: "list[Room]", serials: range
) -> None:
    from zhiheng.enrolment.models import Application, ApplicationStatus  # noqa: PLC0415 - after start_backend
    from zhiheng.people.models import Person  # noqa: PLC0415 - the same
    from zhiheng.seating.models import Placement, Ticket  # noqa: PLC0415 - the same

    people = [
        Person(
            name=f"测{serial:06d}",
            id_number=_number(serial),
            id_hash=f"{serial:064d}",
            id_masked="***",
            born=date(1990, 1, 1),
            male=True,
        )
        for serial in serials
    ]
    applications = [
        Application(
            person=person,
            institution=institution,
            offering=offering,
            sitting=offering.sitting,
            programme="internet-marketing",
            status=ApplicationStatus.APPROVED,
            profile={},
        )
        for person in people
    ]
    tickets = [
        Ticket(application=application, offering=offering, centre=centre, number=f"T{serial:014d}")
        for serial, application in zip(serials, applications, strict=True)
    ]
    placements = [
        Placement(
            ticket=ticket,
            room=rooms[serial // ROOM_SEATS],
            sitting=offering.sitting,
            seat=1 + serial % ROOM_SEATS,
        )
        for serial, ticket in zip(serials, tickets, strict=True)
    ]
    Person.objects.bulk_create(people)
    Application.objects.bulk_create(applications)
    Ticket.objects.bulk_create(tickets)
    Placement.objects.bulk_create(placements)


def _number(serial: int) -> str:
    body = f"999999{1950 + serial // 9000 % 60:04d}{1 + serial // 750 % 12:02d}{1 + serial // 30 % 25:02d}{serial % 30:03d}"
    return body + mod11_2(body)


def prepare(by: "Account", offering: "Offering") -> tuple[float, Path]:
    """Seconds until everybody has an attempt and the pack lies on the shelf, and where it lies."""
    from django.conf import settings  # noqa: PLC0415 - after start_backend

    from zhiheng.delivery.hall.packs import PACK_FOLDER  # noqa: PLC0415 - the same
    from zhiheng.delivery.preparing.actions import ask_preparation, prepare_now  # noqa: PLC0415 - the same

    asked = ask_preparation(by=by, offering=offering)
    began = time.perf_counter()
    done = prepare_now(preparation_id=asked.id)
    seconds = time.perf_counter() - began
    if done.trouble:
        raise RuntimeError(done.trouble)
    return seconds, Path(settings.HALL_DATA) / PACK_FOLDER / f"{offering.id}.json"


def load(pack: Path) -> float:
    """Seconds the hall takes to read the pack and find a place for everybody."""
    from zhiheng.delivery.hall.keys import ensure_keys  # noqa: PLC0415 - the folder is known only now
    from zhiheng.delivery.hall.packs import PackShelf  # noqa: PLC0415 - the same

    keys = ensure_keys(pack.parent.parent)
    shelf = PackShelf(pack.parent, key_id=keys.key_id, say=lambda words: None)
    began = time.perf_counter()
    shelf.rescan()
    return time.perf_counter() - began
