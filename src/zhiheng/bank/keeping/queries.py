"""Which kept files no question lists."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Min

from zhiheng.bank.models import ImportRun, ImportState, ItemVersion, MediaFile
from zhiheng.people.retention.registry import Due, Holds


def due_media(before: datetime, holds: Holds) -> Due:
    """Uploaded last before that moment and listed nowhere: in no version of a question, in no import that waits."""
    old = MediaFile.objects.filter(uploaded_at__lt=before)
    if not old.exists():
        return Due(items=[])
    listed = listed_hashes()
    items = [pk for pk, sha256 in old.values_list("pk", "sha256") if sha256 not in listed]
    oldest = MediaFile.objects.filter(pk__in=items).aggregate(oldest=Min("uploaded_at"))["oldest"]
    return Due(items=items, oldest=oldest)


def listed_hashes() -> frozenset[str]:
    """Every version counts, also of what was revised or retired since: papers were made of it."""
    versions = ItemVersion.objects.filter(body__has_key="media").values_list("body__media", flat=True)
    waiting = ImportRun.objects.filter(state=ImportState.WAITING, incoming__isnull=False)
    found = set(_hashes(versions.iterator()))
    for incoming in waiting.values_list("incoming", flat=True):
        found |= set(_hashes(facts["body"].get("media") for facts in incoming or ()))
    return frozenset(found)


def _hashes(lists: Iterable[Any]) -> Iterator[str]:
    for entries in lists:
        yield from (entry["sha256"] for entry in entries or ())
