"""Requests that wait for somebody's word."""

from django.urls import reverse

from zhiheng.delivery.accommodations.queries import waiting_for_decision
from zhiheng.delivery.core.adjusting import adjustment_rules
from zhiheng.foundation.moment import day_begins
from zhiheng.people.models import Account, Role
from zhiheng.people.waiting import Waiting


def waiting(account: Account, role: Role) -> list[Waiting]:
    """In one query; due before the day of the first exam."""
    if role not in (Role.ADMINISTRATOR, Role.REVIEWER):
        return []
    days = list(waiting_for_decision(account).values_list("application__sitting__day", flat=True))
    if not days:
        return []
    return [
        Waiting(
            title=f"{len(days)} 份考试便利申请待决定",
            url=reverse("adjustments"),
            count=len(days),
            due=day_begins(days[0]),
            rule=adjustment_rules().source,
        )
    ]
