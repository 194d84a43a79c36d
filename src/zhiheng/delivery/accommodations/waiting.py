"""Requests that wait for somebody's word."""

from django.urls import reverse

from zhiheng.delivery.accommodations.carrying.queries import not_arrived
from zhiheng.delivery.accommodations.queries import waiting_for_decision
from zhiheng.delivery.core.adjusting import adjustment_rules
from zhiheng.foundation.moment import day_begins
from zhiheng.people.models import Account, Role
from zhiheng.people.waiting import Waiting


def waiting(account: Account, role: Role) -> list[Waiting]:
    """In one query, two for administrators, who see to the hall; due before the day of the first exam."""
    if role not in (Role.ADMINISTRATOR, Role.REVIEWER):
        return []
    found = _silent() if role == Role.ADMINISTRATOR else []
    days = list(waiting_for_decision(account).values_list("application__sitting__day", flat=True))
    if not days:
        return found
    return [
        *found,
        Waiting(
            title=f"{len(days)} 份考试便利申请待决定",
            url=reverse("adjustments"),
            count=len(days),
            due=day_begins(days[0]),
            rule=adjustment_rules().source,
        ),
    ]


def _silent() -> list[Waiting]:
    starts = list(not_arrived().values_list("offering__starts_at", flat=True))
    if not starts:
        return []
    return [
        Waiting(
            title=f"{len(starts)} 项考试便利还没有送到考场，请检查考场服务",
            url=f"{reverse('adjustments')}?state=decided",
            count=len(starts),
            due=starts[0],
            rule="准许的便利须在考试中落实",
        )
    ]
