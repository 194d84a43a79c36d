"""Complaints that wait for an answer, and questions that wait for an institution's statement."""

from django.urls import reverse

from zhiheng.people.complaints.queries import open_for, unanswered_questions, unattended
from zhiheng.people.core.casework import complaint_rule
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of
from zhiheng.people.waiting import Waiting


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role == Role.ADMINISTRATOR:
        return [*_unattended(), *_unanswered(account)]
    if role == Role.INSTITUTION:
        return _questions(account)
    return []


def _unanswered(account: Account) -> list[Waiting]:
    dues = list(open_for(account).values_list("due", flat=True))
    if not dues:
        return []
    title, url = f"{len(dues)} 份投诉待答复", reverse("complaints")
    return [Waiting(title=title, url=url, count=len(dues), due=dues[0], rule=complaint_rule())]


def _unattended() -> list[Waiting]:
    """Told to those it is about as well: only they can give somebody else the role. Nothing of it but its number."""
    return [
        Waiting(
            title=f"投诉 {complaint.number} 涉及现有的全部管理员：请给没有参与的人员授予管理员角色",
            url=reverse("accounts"),
            due=complaint.due,
            rule=complaint_rule(),
        )
        for complaint in unattended()
    ]


def _questions(account: Account) -> list[Waiting]:
    institution = institution_of(account)
    asked = unanswered_questions(institution) if institution else []
    if not asked:
        return []
    url = reverse("complaint_question", args=[asked[0].id])
    return [Waiting(title="专委会请贵机构作出说明", url=url, count=len(asked))]
