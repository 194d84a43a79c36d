"""What waits on the study side: practice not begun, hours not yet on record."""

from django.urls import reverse
from django.utils.translation import gettext as _

from zhiheng.foundation.moment import day_begins
from zhiheng.learning.queries import short_of_hours, unpractised
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of
from zhiheng.people.waiting import Waiting
from zhiheng.plumbing import clock
from zhiheng.sittings.wording import exam_words


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role == Role.CANDIDATE:
        return _candidate(account)
    return _institution(account) if role == Role.INSTITUTION else []


def _candidate(account: Account) -> list[Waiting]:
    return [
        Waiting(
            title=_("学习平台已开通：%(title)s") % {"title": exam_words(application.offering)},
            url=reverse("study", args=[application.id]),
            due=day_begins(application.sitting.day),
            rule=_("报名审核通过后开通学习平台"),
        )
        for application in unpractised(account, clock.today())
    ]


def _institution(account: Account) -> list[Waiting]:
    institution = institution_of(account)
    short = short_of_hours(institution, clock.today()) if institution else []
    if not short:
        return []
    return [
        Waiting(
            title=f"{len(short)} 位考生的培训课时还没有登记满",
            url=reverse("attendance"),
            count=len(short),
            due=day_begins(min(application.sitting.day for application in short)),
            rule="国家职业技能标准 1.8 培训参考学时",
        )
    ]
