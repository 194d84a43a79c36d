"""Pictures taken at the door that are over their time. Those of candidates whom the record of the room speaks of stay longer."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zhiheng.delivery.models import DoorPhoto, HallAct, OutageDecision
from zhiheng.foundation.moment import day_begins, day_of
from zhiheng.people.models import Person
from zhiheng.people.retention.registry import Due, Holds, Share
from zhiheng.people.rights.queries import people_who_declined
from zhiheng.seating.models import Incident


def due_photos(before: datetime, holds: Holds) -> Due:
    """Of an exam before that day, or of somebody who took back the consent to be recorded."""
    photos = DoorPhoto.objects.filter(file__destroyed_at=None)
    declined = people_who_declined(photos.values("ticket__application__person"), "recording")
    over = _kept(_sat_before(before) | Q(ticket__application__person__in=declined))
    noted = noted_tickets(over)
    return _due([photo for photo in over if photo.ticket_id not in noted], holds)


def due_noted_photos(before: datetime, holds: Holds) -> Due:
    over = _kept(_sat_before(before))
    noted = noted_tickets(over)
    return _due([photo for photo in over if photo.ticket_id in noted], holds)


def share_of_photos(person: Person) -> Share:
    return _share([photo for photo, noted in photos_of_person(person) if not noted])


def share_of_noted_photos(person: Person) -> Share:
    return _share([photo for photo, noted in photos_of_person(person) if noted])


def photos_of_person(person: Person) -> list[tuple[DoorPhoto, bool]]:
    """Those that are still there, each with whether the record of the room speaks of the candidate."""
    found = _kept(Q(ticket__application__person=person))
    noted = noted_tickets(found)
    return [(photo, photo.ticket_id in noted) for photo in found]


def noted_tickets(photos: Sequence[DoorPhoto]) -> frozenset[UUID]:
    """Of these the tickets about which somebody wrote something down; what the site itself noted of an act does not count."""
    tickets = {photo.ticket_id for photo in photos}
    sittings = {photo.ticket.offering.sitting_id for photo in photos}
    incidents = list(Incident.objects.filter(ticket__in=tickets))
    if not incidents:
        return frozenset()
    acts = HallAct.objects.filter(sitting__in=sittings).exclude(done_at=None).values_list("by_id", "done_at")
    words = OutageDecision.objects.filter(offering__sitting__in=sittings).values_list("by_id", "created_at")
    told = {*acts, *words}
    return frozenset(
        one.ticket_id for one in incidents if one.ticket_id and (one.by_id, one.created_at) not in told
    )


def _sat_before(moment: datetime) -> Q:
    return Q(ticket__offering__sitting__day__lt=day_of(moment))


def _kept(which: Q) -> list[DoorPhoto]:
    found = DoorPhoto.objects.filter(which, file__destroyed_at=None).order_by("created_at")
    return list(found.select_related("ticket__application", "ticket__offering__sitting"))


def _due(photos: Sequence[DoorPhoto], holds: Holds) -> Due:
    free = [
        photo
        for photo in photos
        if not holds.keeps(person=photo.ticket.application.person_id, application=photo.ticket.application_id)
    ]
    oldest = min((photo.ticket.offering.sitting.day for photo in free), default=None)
    return Due(
        items=[photo.pk for photo in free],
        held=len(photos) - len(free),
        oldest=day_begins(oldest) if oldest else None,
    )


def _share(photos: Sequence[DoorPhoto]) -> Share:
    last = max((photo.ticket.offering.sitting.day for photo in photos), default=None)
    return Share(count=len(photos), since=day_begins(last) if last else None)
