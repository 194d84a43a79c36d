"""An invigilator who cannot go on is replaced from one moment to the next."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from tests.seating.rooms import open_room, seat_people, second_invigilator, watch_room
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import Event
from zhiheng.seating.actions import check_in, replace_invigilator
from zhiheng.seating.models import Invigilation
from zhiheng.seating.progress import room_plans, short_rooms
from zhiheng.seating.queries import free_invigilators, rooms_watched_by, watch_of

DOORS = datetime(2026, 11, 28, 8, 40, tzinfo=SHANGHAI)


def code_of(call: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**words)  # type: ignore[operator]
    return refused.value.code


def test_who_is_replaced_watches_no_longer_and_somebody_else_does(world: World) -> None:
    room = open_room()
    ticket = seat_people(world, room)[0]
    watch = watch_room(world, room)
    leaving, third = watch.invigilator, second_invigilator("three")
    words = {"by": world[Role.ADMINISTRATOR], "offering": world.association, "room": room, "leaving": leaving}
    assert code_of(replace_invigilator, **words, successor=None, reason="生病") == "invigilators"
    assert code_of(replace_invigilator, **words, successor=third, reason=" ") == "words-missing"
    marker = world[Role.MARKER]
    assert code_of(replace_invigilator, **words, successor=marker, reason="生病") == "not-invigilator"
    other = Invigilation.objects.exclude(pk=watch.pk).get().invigilator
    assert code_of(replace_invigilator, **words, successor=other, reason="生病") == "invigilator-busy"
    assert Event.objects.filter(name="role-ended").count() == 0

    replace_invigilator(**words, successor=third, reason="生病")  # type: ignore[arg-type]

    assert code_of(replace_invigilator, **words, successor=None, reason="生病") == "not-watching"
    assert (watch_of(leaving, watch.id), rooms_watched_by(leaving)) == (None, [])
    (theirs,) = rooms_watched_by(third)
    assert [account.id for account in room_plans(world.association)[0].invigilators] == [third.id, other.id]
    assert short_rooms([world.association]) == {world.association.id: 0}
    assert leaving in free_invigilators(world.association.sitting)
    ended = [event.payload for event in Event.objects.filter(name="role-ended")]
    assert ended == [{"account_id": str(leaving.id), "role": "invigilator"}]
    clock.move_to(DOORS)
    assert code_of(check_in, by=leaving, ticket=ticket, present=True) == "not-your-room"
    assert check_in(by=third, ticket=ticket, present=True).present

    words["leaving"] = third
    replace_invigilator(**words, successor=leaving, reason="已康复")  # type: ignore[arg-type]
    assert ([one.pk for one in rooms_watched_by(leaving)] != [watch.pk], watch_of(third, theirs.id)) == (
        True,
        None,
    )


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_the_page_replaces_and_nobody_else_finds_it(world: World) -> None:
    room = open_room()
    seat_people(world, room)
    watch = watch_room(world, room)
    third = second_invigilator("three")
    first = [world.association.id, room.id]
    url = reverse("seating_replace", args=[*first, watch.invigilator_id])
    admin = client_of(world[Role.ADMINISTRATOR])
    assert (
        reverse("seating_replace", args=[*first, watch.invigilator_id])
        in admin.get(reverse("seating_invigilators", args=first)).content.decode()
    )

    alone = admin.post(url, {"successor": "", "reason": "身体不适"})
    assert (alone.status_code, Invigilation.objects.exclude(ended_at=None).count()) == (422, 0)
    answer = admin.post(url, {"successor": str(third.id), "reason": "身体不适"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("seating_invigilators", args=first))
    watch.refresh_from_db()
    assert (watch.ended_by, watch.ended_reason) == (world[Role.ADMINISTRATOR], "身体不适")
    assert admin.get(url).status_code == 404  # not there any more
    left = client_of(watch.invigilator)
    assert left.get(reverse("room", args=[watch.id])).status_code == 404

    again = reverse("seating_replace", args=[*first, third.id])
    seen = {role: client_of(world[role]).get(again).status_code for role in Role}
    assert seen == {role: 200 if role == Role.ADMINISTRATOR else 403 for role in Role}
