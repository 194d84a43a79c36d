"""What waits for the administrator: exam days not called or empty, and dates a new calendar would move."""

from datetime import date, timedelta

from django.urls import reverse

from zhiheng.foundation.moment import day_begins
from zhiheng.people.models import Account, Role
from zhiheng.people.waiting import Waiting
from zhiheng.plumbing import clock
from zhiheng.sittings.core.plan import last_saturday
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.sittings.queries import LABELS, undecided_changes

MONTHS_AHEAD = 2
CHANGE_RULE = "已定的日期不因新的放假安排自动改动，改不改由管理员决定"
RULE = "每月最后一个周六考试（各规则集《考试安排》）；报名需在开考前一周截止"


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role != Role.ADMINISTRATOR:
        return []
    today = clock.today()
    days = [day for day in _days(today) if day - timedelta(days=7) > today]
    called = {sitting.day: sitting.id for sitting in Sitting.objects.filter(day__in=days)}
    offered = set(
        Offering.objects.filter(sitting_id__in=called.values()).values_list("sitting_id", flat=True)
    )
    lines = []
    for day in days:
        if called.get(day) in offered and day in called:
            continue
        due = day_begins(day - timedelta(days=7))
        if day in called:
            title, url = f"{day.month}月考期还没有开设项目", reverse("sitting", args=[day])
        else:
            title, url = f"{day.month}月考期还没有设立", f"{reverse('call_sitting')}?day={day.isoformat()}"
        lines.append(Waiting(title=title, url=url, due=due, rule=RULE))
    return lines + _changes()


def _changes() -> list[Waiting]:
    """One line for each sitting whose settled dates somebody must decide about; due before the earlier day begins."""
    found = undecided_changes()
    lines = []
    for sitting in dict.fromkeys(change.offering.sitting for change in found):
        mine = [change for change in found if change.offering.sitting_id == sitting.id]
        names = "、".join(dict.fromkeys(str(LABELS[change.name]) for change in mine))
        earliest = min(min(change.before, change.after) for change in mine)
        lines.append(
            Waiting(
                title=f"{sitting.title}：{names}按新的放假安排有变，请决定改不改",
                url=reverse("sitting", args=[sitting.day]),
                count=len(mine),
                due=day_begins(date.fromisoformat(earliest)),
                rule=CHANGE_RULE,
            )
        )
    return lines


def _days(today: date) -> list[date]:
    """The last Saturdays of this month and the next ones."""
    days, month = [], today.replace(day=1)
    for _ in range(MONTHS_AHEAD + 1):
        days.append(last_saturday(month.year, month.month))
        month = (month + timedelta(days=32)).replace(day=1)
    return days
