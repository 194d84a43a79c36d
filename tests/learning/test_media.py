"""What practice questions show: for the candidate who may practise them, and nobody else."""

import re

import pytest
from django.urls import reverse

from tests.factories.world import World
from tests.learning.test_actions import studying
from tests.people_of import second
from tests.rooms import signed_in
from zhiheng.bank.media.queries import content_of, media_file
from zhiheng.bank.models import Item, ItemStatus
from zhiheng.bank.queries import newest_version
from zhiheng.enrolment.models import Application
from zhiheng.learning.models import PracticeAnswer
from zhiheng.learning.queries import practice_for
from zhiheng.people.models import Role


@pytest.fixture
def application(world: World) -> Application:
    return studying(world)


def test_a_practice_question_shows_its_picture_to_its_candidate(
    world: World, application: Application
) -> None:
    [entry] = [found for found in practice_for(application.offering) if found.item.media]
    medium = entry.item.media[0]
    candidate = signed_in(world[Role.CANDIDATE])
    others = [item for item in Item.objects.filter(area=entry.item.area) if item.name != entry.item.id]
    Item.objects.filter(pk__in=[item.pk for item in others]).update(status=ItemStatus.RETIRED)
    page = candidate.get(reverse("practice", args=[application.id, entry.item.area])).content.decode()
    address = reverse("practice_shown", args=[application.id, medium.sha256])
    file = media_file(medium.sha256)

    assert re.search(rf'<img src="{address}" alt="{medium.alt}">', page)
    assert file is not None
    response = candidate.get(address)
    assert (response.content, response["Content-Type"]) == (content_of(file), "image/png")

    candidate.post(
        reverse("practice", args=[application.id, entry.item.area]),
        {"item": entry.version, "chosen": entry.item.key},
    )
    answer = PracticeAnswer.objects.get()
    explained = candidate.get(reverse("explained", args=[application.id, answer.id])).content.decode()
    assert address in explained
    Item.objects.filter(name=entry.item.id).update(status=ItemStatus.RETIRED)
    assert candidate.get(address).status_code == 200  # what was answered can be looked at again


def test_nobody_else_gets_it_and_exam_questions_show_nothing_here(
    world: World, application: Application
) -> None:
    [entry] = [found for found in practice_for(application.offering) if found.item.media]
    own = reverse("practice_shown", args=[application.id, entry.item.media[0].sha256])
    live = Item.objects.filter(pool="live").exclude(media="").order_by("name")
    assert live.count() >= 6
    unseen = reverse("practice_shown", args=[application.id, "0" * 64])

    assert signed_in(second(Role.CANDIDATE)).get(own).status_code == 404
    assert signed_in(world[Role.ITEM_WRITER]).get(own).status_code == 403
    assert signed_in(world[Role.CANDIDATE]).get(unseen).status_code == 404
    for item in live:
        [sha256] = {medium["sha256"] for medium in newest_version(item).body["media"]}
        url = reverse("practice_shown", args=[application.id, sha256])
        assert signed_in(world[Role.CANDIDATE]).get(url).status_code == 404
