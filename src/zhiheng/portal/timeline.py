"""Every sitting somebody has to do with: its real dates, with the reader's own marks on them."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhiheng.certificates.models import Certificate
from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.payments.models import OrderLine
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of, person_of
from zhiheng.results.models import Result
from zhiheng.seating.models import Ticket
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import Milestone, milestones
from zhiheng.surface.wording import moment_words

GONE = (ApplicationStatus.WITHDRAWN, ApplicationStatus.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    offering: Offering
    milestones: tuple[Milestone, ...]


def applications_for(account: Account, roles: frozenset[Role]) -> QuerySet[Application]:
    """What the reader may follow: everything for staff, an institution its own, a candidate their own."""
    known = Application.objects.exclude(status__in=GONE)
    if roles - {Role.CANDIDATE, Role.INSTITUTION}:
        return known
    if Role.INSTITUTION in roles:
        return known.filter(institution=institution_of(account))
    person = person_of(account)
    return known.filter(person=person) if person else known.none()


def offerings_for(account: Account, roles: frozenset[Role], *, since: date) -> list[Offering]:
    """The offerings of those applications; staff see every one."""
    found = Offering.objects.filter(sitting__day__gte=since).select_related("sitting", "revision")
    if not roles - {Role.CANDIDATE, Role.INSTITUTION}:
        found = found.filter(id__in=applications_for(account, roles).values("offering_id"))
    return list(found)


def lines_for(account: Account, roles: frozenset[Role], *, today: date, since: date) -> list[Line]:
    """One line an offering, in the order of their days. A fixed number of queries."""
    offerings = offerings_for(account, roles, since=since)
    applications = applications_for(account, roles).filter(offering__in=offerings)
    marks = _marks(applications, single=roles == {Role.CANDIDATE})
    return [
        Line(
            offering=offering,
            milestones=tuple(
                replace(point, marks=marks.get((offering.id, point.key), ()))
                for point in milestones(offering, today=today)
            ),
        )
        for offering in offerings
    ]


def _marks(applications: QuerySet[Application], *, single: bool) -> dict[tuple[object, str], tuple[str, ...]]:
    """Words by offering and date: for one candidate the moment, for many the count."""
    steps: dict[tuple[object, str, str], list[datetime]] = {}

    def note(offering: object, key: str, words: str, moment: datetime | None) -> None:
        if moment is not None:
            steps.setdefault((offering, key, words), []).append(moment)

    for row in applications:
        note(row.offering_id, "enrolment_closes", _("已提交"), row.submitted_at)
    for entry in OrderLine.objects.filter(application__in=applications).select_related(
        "order", "application"
    ):
        note(entry.application.offering_id, "review_due", _("已缴费"), entry.order.paid_at)
    for ticket in Ticket.objects.filter(application__in=applications):
        note(ticket.offering_id, "tickets_from", _("准考证已生成"), ticket.created_at)
    for result in Result.objects.filter(application__in=applications).select_related("release"):
        note(result.release.offering_id, "result_due", _("成绩已公布"), result.release.released_at)
    for paper in Certificate.objects.filter(result__application__in=applications).select_related(
        "result__application"
    ):
        note(paper.result.application.offering_id, "certificate_due", _("证书已颁发"), paper.issued_at)
    found: dict[tuple[object, str], tuple[str, ...]] = {}
    for (offering, key, words), moments in steps.items():
        amount = moment_words(max(moments)) if single else _("%s 人") % len(moments)
        found[offering, key] = (*found.get((offering, key), ()), f"{words} {amount}")
    return found
