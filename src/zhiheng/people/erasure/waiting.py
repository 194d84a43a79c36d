"""Requests for erasure that wait for an administrator."""

from datetime import timedelta

from django.urls import reverse

from zhiheng.people.erasure.queries import requests_waiting
from zhiheng.people.models import Account, Role
from zhiheng.people.waiting import Waiting

ANSWER_WITHIN = timedelta(days=15)
RULE = "《个人信息保护法》第五十条：及时受理并处理个人行使权利的申请；15 天是平台默认值"


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role != Role.ADMINISTRATOR:
        return []
    found = requests_waiting()
    if not found:
        return []
    return [
        Waiting(
            title=f"{len(found)} 份删除申请等待答复",
            url=reverse("erasures"),
            count=len(found),
            due=found[0].created_at + ANSWER_WITHIN,
            rule=RULE,
        )
    ]
