"""Ending pictures taken at the door: that one was taken, by whom and when stays."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from zhiheng.delivery.keeping.photos.queries import photos_of_person
from zhiheng.delivery.models import DoorPhoto
from zhiheng.people.models import Person
from zhiheng.plumbing import vault


@transaction.atomic
def clear_photos(ids: Sequence[Any], by: str) -> int:
    found = DoorPhoto.objects.filter(pk__in=ids, file__destroyed_at=None).select_related("file")
    for photo in found:
        vault.erase(photo.file)
    return len(found)


@transaction.atomic
def erase_photos(person: Person, by: str) -> int:
    """At their request; what the record of the room speaks of stays."""
    return clear_photos([photo.pk for photo, noted in photos_of_person(person) if not noted], by)
