"""What waits around papers: drafts to check, and sittings ahead that have none."""

from django.urls import reverse

from zhiheng.assembly.queries import (
    offerings_without_paper,
    papers_awaiting,
    pools_awaiting,
    retractions_awaiting,
)
from zhiheng.foundation.moment import day_begins
from zhiheng.people.models import Account, Role
from zhiheng.people.waiting import Waiting
from zhiheng.plumbing import clock


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role not in (Role.ADMINISTRATOR, Role.ITEM_WRITER):
        return []
    lines = [
        Waiting(
            title=f"{paper.offering.title} {paper.label}卷等您审定",
            url=reverse("paper", args=[paper.id]),
            due=paper.offering.starts_at,
            rule="每份试卷由两人审定后封存",
        )
        for paper in papers_awaiting(account)
    ]
    lines += [
        Waiting(
            title=f"{run.offering.title}一人一卷的试卷等您审定",
            url=reverse("run", args=[run.id]),
            due=run.offering.starts_at,
            rule="每份试卷由两人审定后封存",
        )
        for run in pools_awaiting(account)
    ]
    lines += [
        Waiting(
            title=f"{retraction.paper.offering.title} {retraction.paper.label}卷的撤回等您确认",
            url=reverse("paper", args=[retraction.paper_id]),
            due=retraction.paper.offering.starts_at,
            rule="封存试卷的撤回与取代由两人办理",
        )
        for retraction in retractions_awaiting(account)
    ]
    if role == Role.ADMINISTRATOR:
        lines += [
            Waiting(
                title=f"{offering.title}还没有试卷",
                url=f"{reverse('new_run')}?offering={offering.id}",
                due=day_begins(offering.sitting.day),
            )
            for offering in offerings_without_paper(clock.today())
        ]
    return lines
