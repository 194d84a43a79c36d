"""One way to take something scarce: lock its name late, inside the transaction, and count."""

from django.db import transaction

from zhiheng.plumbing.models import Lock


def lock_named(name: str) -> Lock:
    """Hold the named row until the transaction ends. Must run inside `transaction.atomic`."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("lock_named needs a transaction.")
    Lock.objects.get_or_create(name=name)
    return Lock.objects.select_for_update().get(name=name)


def next_number(name: str) -> int:
    """1, 2, 3 … per name, without gaps as long as transactions commit."""
    row = lock_named(name)
    row.counter += 1
    row.save(update_fields=["counter"])
    return row.counter
