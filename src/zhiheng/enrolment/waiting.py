"""What waits for institutions and reviewers."""

from datetime import datetime

from django.urls import reverse

from zhiheng.enrolment import queries
from zhiheng.enrolment.batches.queries import batches_of
from zhiheng.enrolment.models import ApplicationStatus, BatchState
from zhiheng.enrolment.reviewing.queries import overdue_files, second_looks_for
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of
from zhiheng.people.waiting import Waiting
from zhiheng.plumbing import clock
from zhiheng.sittings.queries import enrolment_ends

RULE = "提交后一个工作日内审核"
WORDS = {
    ApplicationStatus.RETURNED: "份报名被退回，需要补正",
    ApplicationStatus.DRAFT: "份报名还是草稿，尚未提交",
}


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role == Role.INSTITUTION:
        return _for_institution(account)
    if role == Role.REVIEWER:
        return _for_reviewer(account)
    if role == Role.ADMINISTRATOR:
        return _for_administrator()
    return []


def _for_institution(account: Account) -> list[Waiting]:
    institution = institution_of(account)
    if institution is None:
        return []
    unfinished = queries.applications_of(institution).filter(status__in=WORDS)
    ends: dict[str, list[datetime]] = {status: [] for status in WORDS}
    for application in unfinished:
        ends[application.status].append(enrolment_ends(application.offering))
    lines = []
    for status, words in WORDS.items():
        open_still = [end for end in ends[status] if end > clock.now()]
        if open_still:
            lines.append(
                Waiting(
                    title=f"{len(open_still)} {words}",
                    url=f"{reverse('applications')}?status={status.value}",
                    count=len(open_still),
                    due=min(open_still),
                    rule="报名截止日",
                )
            )
    checked = batches_of(institution).filter(state=BatchState.CHECKED).count()
    if checked:
        lines.append(
            Waiting(title=f"{checked} 批导入的考生已核对，等您确认", url=reverse("batches"), count=checked)
        )
    return lines


def _for_reviewer(account: Account) -> list[Waiting]:
    lines = []
    queue = queries.review_queue()
    number = queue.count()
    first = queue.first() if number else None
    if first is not None:
        lines.append(
            Waiting(
                title=f"{number} 份报名等待资格审核",
                url=reverse("review_queue"),
                count=number,
                due=first.review_due,
                rule=RULE,
            )
        )
    drawn = second_looks_for(account).count()
    if drawn:
        lines.append(
            Waiting(title=f"{drawn} 份已通过的报名等您抽查复核", url=reverse("review_queue"), count=drawn)
        )
    return lines


def _for_administrator() -> list[Waiting]:
    late = overdue_files(clock.now()).count()
    if not late:
        return []
    url = reverse("review_overview")
    return [Waiting(title=f"{late} 份报名的资格审核已逾期", url=url, count=late, rule=RULE)]
