"""What a written question shows, for the marker who holds an answer to it."""

import pytest
from django.urls import reverse

from tests.bank.media_files import picture
from tests.factories.world import World
from tests.marking.scripts import RIGHT, opened, taken
from tests.people_of import second
from tests.rooms import signed_in
from zhiheng.assembly.queries import bodies_of
from zhiheng.bank.core.files import medium_form
from zhiheng.bank.core.media.placing import in_order
from zhiheng.bank.media.actions import keep_medium
from zhiheng.bank.media.queries import content_of, medium_of
from zhiheng.bank.models import ItemVersion, MediaFile
from zhiheng.marking.models import MarkingTask
from zhiheng.people.models import Role


@pytest.fixture
def task(world: World) -> MarkingTask:
    opened(world, RIGHT)
    return taken(world[Role.MARKER])


@pytest.fixture
def file(world: World, task: MarkingTask) -> MediaFile:
    """The task's question shows a picture."""
    found = keep_medium(by=world[Role.ITEM_WRITER], content=picture(), name="a.png")
    line = next(line for line in task.attempt.paper.lines if line["item"] == task.item)
    body = bodies_of([task.attempt.paper])[line["version"]]
    media = [medium_form(medium) for medium in in_order([medium_of(found, alt="流程图")])]
    ItemVersion.objects.filter(pk=line["version"]).update(body={**body, "media": media})
    return found


def test_the_marker_sees_what_the_candidate_saw(world: World, task: MarkingTask, file: MediaFile) -> None:
    address = reverse("marking_shown", args=[task.id, file.sha256])
    marker = signed_in(world[Role.MARKER])

    assert (
        f'src="{address}" alt="流程图"'
        in marker.get(reverse("marking_answer", args=[task.id])).content.decode()
    )
    assert marker.get(address).content == content_of(file)


def test_nobody_else_gets_it(world: World, task: MarkingTask, file: MediaFile) -> None:
    address = reverse("marking_shown", args=[task.id, file.sha256])

    assert signed_in(second(Role.MARKER)).get(address).status_code == 404
    assert signed_in(world[Role.CANDIDATE]).get(address).status_code == 403
    other = reverse("marking_shown", args=[task.id, "0" * 64])
    assert signed_in(world[Role.MARKER]).get(other).status_code == 404
