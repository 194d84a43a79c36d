"""Pictures taken at the door go sixty days after the exam; what is being looked into, or was written down, stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.pictures import picture
from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people, watch_room
from zhiheng.delivery.console.actions import keep_door_photo
from zhiheng.delivery.console.queries import door_photos_of
from zhiheng.delivery.keeping.photos.actions import clear_photos, erase_photos
from zhiheng.delivery.keeping.photos.queries import (
    due_noted_photos,
    due_photos,
    share_of_noted_photos,
    share_of_photos,
)
from zhiheng.delivery.models import DoorPhoto, HallAct, HallActKind
from zhiheng.foundation.moment import SHANGHAI, day_begins
from zhiheng.people.models import Role
from zhiheng.people.retention.actions import run
from zhiheng.people.retention.registry import Due, Hold, Holds, Share
from zhiheng.people.rights.actions import answer_consents, record_consents, withdraw_consent
from zhiheng.people.rights.copies import zip_of
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.models import AuditLine
from zhiheng.seating.actions import note_incident
from zhiheng.seating.models import Incident, Invigilation, Ticket

NOTHING_OPEN = Holds(all=(), people=frozenset(), whole=frozenset(), applications=frozenset())
ALL = ("enrol", "public-query", "recording")
EXAM = datetime(2026, 11, 28, 8, 40, tzinfo=SHANGHAI)
DAY_AFTER = day_begins(EXAM.date()) + timedelta(days=1)


@pytest.fixture
def watch(world: World) -> Invigilation:
    room = open_room()
    seat_people(world, room, 3)
    found = watch_room(world, room)
    clock.move_to(EXAM)
    return found


def consent(world: World, ticket: Ticket, granted: tuple[str, ...]) -> None:
    record_consents(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        person=ticket.application.person,
        granted=granted,
        evidence="签字原件",
    )


def photographed(world: World, watch: Invigilation, count: int = 3) -> list[DoorPhoto]:
    photos = []
    for number, ticket in enumerate(Ticket.objects.order_by("number")[:count]):
        consent(world, ticket, ALL)
        shot = picture(70 + number)
        photos.append(
            keep_door_photo(by=watch.invigilator, watch=watch, ticket=ticket, content=shot, name="a.jpg")
        )
    return photos


def both(before: datetime, holds: Holds = NOTHING_OPEN) -> tuple[list[Any], list[Any]]:
    return list(due_photos(before, holds).items), list(due_noted_photos(before, holds).items)


def test_sixty_days_after_the_exam_pictures_go(world: World, watch: Invigilation) -> None:
    (photo,) = photographed(world, watch, 1)
    assert both(DAY_AFTER - timedelta(seconds=1)) == ([], [])
    day = day_begins(EXAM.date())
    assert due_photos(DAY_AFTER, NOTHING_OPEN) == Due(items=[photo.pk], oldest=day)
    client = Client()
    client.force_login(watch.invigilator)
    url = reverse("room_door_photo", args=[watch.id, photo.ticket.number])
    assert client.get(url).status_code == 200

    assert clear_photos([photo.pk], "test") == 1

    photo.refresh_from_db()
    assert (photo.file.destroyed_at is None, photo.by) == (False, watch.invigilator)
    assert (client.get(url).status_code, door_photos_of([photo.ticket])) == (404, {})
    assert (both(DAY_AFTER), clear_photos([photo.pk], "test")) == (([], []), 0)
    assert len(zip_of(photo.ticket.application.person)) > 0
    with pytest.raises(Exception, match="按保存规则销毁"):
        vault.read(photo.file)


@pytest.mark.parametrize("whole", [True, False])
def test_an_open_matter_keeps_the_picture(world: World, watch: Invigilation, whole: bool) -> None:
    held, free, _ = photographed(world, watch)
    application = held.ticket.application
    hold = Hold(
        person=application.person_id, reason="投诉还在处理", application=None if whole else application.id
    )
    holds = Holds(
        all=(hold,),
        people=frozenset({hold.person}),
        whole=frozenset({hold.person}) if whole else frozenset(),
        applications=frozenset() if whole else frozenset({application.id}),
    )
    note_incident(by=watch.invigilator, watch=watch, text="与照片不像", ticket=free.ticket)

    due, noted = due_photos(DAY_AFTER, holds), due_noted_photos(DAY_AFTER, holds)
    assert (len(due.items), due.held, held.pk in due.items) == (1, 1, False)
    assert (noted.items, noted.held) == ([free.pk], 0)


def test_whom_the_record_of_the_room_speaks_of_is_kept_as_long_as_the_record(
    world: World, watch: Invigilation
) -> None:
    noted, acted_on, plain = photographed(world, watch)
    note_incident(by=watch.invigilator, watch=watch, text="人证不符，已请考点负责人", ticket=noted.ticket)
    note_incident(by=watch.invigilator, watch=watch, text="全场停电一分钟")
    done = clock.now()
    HallAct.objects.create(
        sitting=watch.sitting,
        offering=world.association,
        ticket=acted_on.ticket,
        kind=HallActKind.GRANT,
        minutes=5,
        asked=1,
        done=1,
        done_at=done,
        by=watch.invigilator,
    )
    Incident.objects.create(
        sitting=watch.sitting, room=watch.room, ticket=acted_on.ticket, text="延长 5 分钟", by=watch.invigilator,
        created_at=done,
    )  # fmt: skip

    found = both(DAY_AFTER)
    assert (set(found[0]), found[1]) == ({acted_on.pk, plain.pk}, [noted.pk])
    person = noted.ticket.application.person
    day = day_begins(EXAM.date())
    assert (share_of_photos(person), share_of_noted_photos(person)) == (
        Share(count=0),
        Share(count=1, since=day),
    )
    assert share_of_photos(plain.ticket.application.person) == Share(count=1, since=day)
    assert [erase_photos(photo.ticket.application.person, "test") for photo in (noted, plain)] == [0, 1]
    assert {photo.pk for photo in DoorPhoto.objects.filter(file__destroyed_at=None)} == {
        noted.pk,
        acted_on.pk,
    }


def test_who_takes_back_the_consent_is_not_kept_until_the_day(world: World, watch: Invigilation) -> None:
    photo, *_ = photographed(world, watch)
    person, candidate = photo.ticket.application.person, world[Role.CANDIDATE]
    assert person.account == candidate
    clock.move_to(clock.now() + timedelta(minutes=1))
    withdraw_consent(by=candidate, person=person, purpose="public-query")
    assert both(EXAM) == ([], [])
    withdraw_consent(by=candidate, person=person, purpose="recording")
    assert both(EXAM) == ([photo.pk], [])

    clock.move_to(clock.now() + timedelta(minutes=1))
    answer_consents(by=candidate, person=person, granted=ALL)  # thought again
    assert both(EXAM) == ([], [])


@pytest.mark.parametrize("count", [1, 3])
def test_looking_costs_the_same_for_one_picture_and_three(
    world: World, watch: Invigilation, count: int, django_assert_num_queries: Any
) -> None:
    photos = photographed(world, watch, count)
    note_incident(by=watch.invigilator, watch=watch, text="人证不符", ticket=photos[0].ticket)
    with django_assert_num_queries(5):
        assert len(due_photos(DAY_AFTER, NOTHING_OPEN).items) == count - 1


def test_the_nightly_run_ends_them_and_says_so(world: World, watch: Invigilation) -> None:
    photographed(world, watch)
    clock.move_to(EXAM + timedelta(days=62))
    lines = {line.rule.kind: (line.count, line.held, line.done) for line in run(by="test", dry_run=False)}
    assert lines["door-photos"] == (0, 3, 0)  # results are not out: the exam is not over
    assert not AuditLine.objects.filter(subject="retention:door-photos").exists()
