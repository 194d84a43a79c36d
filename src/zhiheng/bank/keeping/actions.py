"""Ending uploaded files that no question lists. A file a question lists is kept for good."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction

from zhiheng.bank.keeping.queries import listed_hashes
from zhiheng.bank.models import MediaFile
from zhiheng.people.core.retention import kept_since, rule_of
from zhiheng.plumbing import clock, vault

KIND = "question-media"


@transaction.atomic
def clear_media(ids: Sequence[Any], by: str) -> int:
    """Whoever saves a question holds its files (`require_kept`), so nothing goes that is being saved just now."""
    before = kept_since(rule_of(KIND).span, clock.now())
    held = MediaFile.objects.select_for_update(of=("self",)).filter(pk__in=ids, uploaded_at__lt=before)
    rows = list(held.order_by("sha256").select_related("file"))
    listed = listed_hashes()
    gone = [row for row in rows if row.sha256 not in listed]
    for row in gone:
        transaction.on_commit(partial(vault.destroy, row.file_id))
        row.delete()
        row.file.delete()
    return len(gone)
