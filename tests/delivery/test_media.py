"""From the bank to the hall: a published pack names what its questions show, and the bytes lie beside it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from tests.bank.media_files import picture
from tests.delivery.test_actions import code_of, pack_path, seal_small_paper, seated
from tests.factories.world import World
from zhiheng.bank.core.files import medium_form
from zhiheng.bank.core.media.placing import in_order
from zhiheng.bank.media.actions import keep_medium
from zhiheng.bank.media.queries import content_of, medium_of
from zhiheng.bank.models import ItemVersion, MediaFile
from zhiheng.delivery.core.pack import PackMedia, decode_pack
from zhiheng.delivery.hall.packs import MEDIA_FOLDER, PACK_FOLDER
from zhiheng.delivery.models import PublishedPack
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.delivery.preparing_media import FOLDER
from zhiheng.people.models import Role
from zhiheng.plumbing import vault


@pytest.fixture
def file(world: World) -> Iterator[MediaFile]:
    """What both the stem and option B of the first question of the sealed paper show."""
    seal_small_paper(world)
    seated(world, 2)
    found = keep_medium(by=world[Role.ITEM_WRITER], content=picture(), name="a.png")
    shown = [medium_of(found, alt="题图"), medium_of(found, alt="乙图", where="B")]
    version = ItemVersion.objects.get(item__name="Q1")
    body = {**version.body, "media": [medium_form(medium) for medium in in_order(shown)]}
    ItemVersion.objects.filter(pk=version.pk).update(body=body)
    yield found
    shelf(found).unlink(missing_ok=True)


def shelf(file: MediaFile) -> Path:
    return Path(settings.HALL_DATA) / "packs" / "media" / file.sha256


def test_the_shelf_is_where_the_hall_looks() -> None:
    assert str(FOLDER) == f"{PACK_FOLDER}/{MEDIA_FOLDER}"


def test_a_published_pack_names_what_is_shown_and_where(
    world: World, file: MediaFile, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    [paper] = decode_pack(pack_path(world).read_bytes()).papers

    facts: dict[str, Any] = {"media_type": "image/png", "sha256": file.sha256, "bytes": file.size}
    assert [item.media for item in paper.items] == [
        (
            PackMedia(id="m1", alt="题图", where="stem", **facts),
            PackMedia(id="m2", alt="乙图", where="B", **facts),
        ),
        (),
    ]
    assert shelf(file).read_bytes() == content_of(file)
    assert shelf(file).stat().st_mode & 0o077 == 0  # nobody else on the machine reads an exam's picture


def test_a_pack_whose_picture_is_gone_is_not_published(world: World, file: MediaFile) -> None:
    with transaction.atomic():
        vault.erase(file.file)
    words = {"by": world[Role.ADMINISTRATOR], "offering": world.association}

    assert code_of(publish_pack, **words) == "file-destroyed"
    assert not PublishedPack.objects.exists()
    assert not shelf(file).exists()
