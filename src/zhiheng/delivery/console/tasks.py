"""Whose watch or role has ended holds a pass for some minutes more: the hall is told to refuse it."""

from datetime import datetime, timedelta

from django_tasks import task

from zhiheng.delivery.hall_line import PASS_HOLDS, take_back_passes
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import iso
from zhiheng.people.models import Role
from zhiheng.plumbing import clock

AGAIN = timedelta(seconds=5)
WITH_PASSES = frozenset({Role.INVIGILATOR, Role.ADMINISTRATOR})


@task(priority=100)
def take_back(account_id: str, role: str, since: str = "") -> None:
    """Asked again while the hall is silent, for as long as a pass lasts. since: when it was asked first."""
    if role not in WITH_PASSES:
        return
    now = clock.now()
    try:
        take_back_passes(account_id, by="role-ended")
    except Refused as refused:
        if refused.code != "hall-silent":
            raise
        if not since or now - datetime.fromisoformat(since) < PASS_HOLDS:
            # The queue counts by the machine's clock, which a demonstration does not move.
            again = take_back.using(run_after=now - clock.offset() + AGAIN)
            again.enqueue(account_id=account_id, role=role, since=since or iso(now))
