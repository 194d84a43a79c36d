"""What waits for institutions and reviewers."""

from django.urls import reverse

from zhiheng.enrolment import queries
from zhiheng.enrolment.models import ApplicationStatus
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of
from zhiheng.people.waiting import Waiting


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role == Role.INSTITUTION:
        return _for_institution(account)
    if role == Role.REVIEWER:
        return _for_reviewer()
    return []


def _for_institution(account: Account) -> list[Waiting]:
    institution = institution_of(account)
    counts = queries.status_counts(institution) if institution else {}
    lines = []
    for status, words in (
        (ApplicationStatus.RETURNED, "份报名被退回，需要补正"),
        (ApplicationStatus.DRAFT, "份报名还是草稿，尚未提交"),
    ):
        number = counts.get(status, 0)
        if number:
            url = f"{reverse('applications')}?status={status.value}"
            lines.append(Waiting(title=f"{number} {words}", url=url, count=number))
    return lines


def _for_reviewer() -> list[Waiting]:
    queue = queries.review_queue()
    number = queue.count()
    first = queue.first() if number else None
    if first is None:
        return []
    return [
        Waiting(
            title=f"{number} 份报名等待资格审核",
            url=reverse("review_queue"),
            count=number,
            due=first.review_due,
            rule="002 四、2：提交后一个工作日内审核",
        )
    ]
