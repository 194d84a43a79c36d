"""Corrections that wait for a voice."""

from django.urls import reverse

from zhiheng.people.core.casework import correction_due, correction_rule
from zhiheng.people.corrections.queries import waiting_for_voice
from zhiheng.people.models import Account, Role
from zhiheng.people.waiting import Waiting


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role not in (Role.ADMINISTRATOR, Role.REVIEWER):
        return []
    asked = list(waiting_for_voice(account).values_list("created_at", flat=True))
    if not asked:
        return []
    return [
        Waiting(
            title=f"{len(asked)} 份姓名或证件号更正待审",
            url=reverse("corrections"),
            count=len(asked),
            due=correction_due(asked[0]),
            rule=correction_rule(),
        )
    ]
