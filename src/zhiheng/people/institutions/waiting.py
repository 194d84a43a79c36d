"""What waits around authorisations: an end that is near, and organisations that ask to join."""

from datetime import date

from django.urls import reverse

from zhiheng.foundation.moment import day_ends
from zhiheng.people.core.authorisation import RULE, SOON, days_left
from zhiheng.people.institutions.applying.queries import partner_applications
from zhiheng.people.institutions.queries import ending_within
from zhiheng.people.models import Account, Institution, PartnerState, Role
from zhiheng.people.queries import institution_of
from zhiheng.people.waiting import Waiting
from zhiheng.plumbing import clock


def waiting(account: Account, role: Role) -> list[Waiting]:
    if role == Role.INSTITUTION:
        return _for_institution(account)
    if role == Role.ADMINISTRATOR:
        return _for_administrator()
    return []


def _for_institution(account: Account) -> list[Waiting]:
    institution = institution_of(account)
    if institution is None or days_left(institution.authorised_until, today=clock.today()) > SOON:
        return []
    return [
        Waiting(
            title=_ending(institution, today=clock.today()),
            url=reverse("my_institution"),
            due=day_ends(institution.authorised_until),
            rule=RULE,
        )
    ]


def _ending(institution: Institution, *, today: date) -> str:
    left = days_left(institution.authorised_until, today=today)
    if left < 0:
        return "授权已到期，不能报名，请联系专委会续期"
    return f"授权还有 {left} 天到期，请办理续期"


def _for_administrator() -> list[Waiting]:
    """Applications with the one that waits longest; the institution whose authorisation ends first."""
    found = list(partner_applications(PartnerState.WAITING).values_list("id", flat=True))
    lines = []
    if found:
        page = reverse("partner_applications")
        lines.append(Waiting(title=f"{len(found)} 份合作申请待处理", url=page, count=len(found)))
    ending = list(ending_within(SOON, on=clock.today()))
    if ending:
        title = f"{len(ending)} 家机构的授权在 {SOON} 天内到期"
        due = day_ends(ending[0].authorised_until)
        lines.append(Waiting(title=title, url=reverse("institutions"), count=len(ending), due=due, rule=RULE))
    return lines
