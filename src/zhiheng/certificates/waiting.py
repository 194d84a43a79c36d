"""What this stage has waiting for somebody."""

from django.urls import reverse
from django.utils.translation import gettext as _

from zhiheng.certificates.queries import issue_due, shaken, to_reissue, valid_certificates_of
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import person_of
from zhiheng.people.waiting import Waiting
from zhiheng.plumbing import clock

NEWS_DAYS = 30  # how long a new certificate is news on its holder's home page


def waiting(account: Account, role: Role) -> list[Waiting]:
    """A fixed number of queries per role."""
    if role == Role.CERTIFICATE_OFFICER:
        return [*_shaken(), *_reissues()] + [
            Waiting(
                title=f"颁发{due.offering.title}证书",
                url=reverse("issue_certificates", args=[due.offering.id]),
                count=due.count,
                due=due.due,
                rule=due.rule,
            )
            for due in issue_due()
        ]
    if role == Role.CANDIDATE:
        return _news(account)
    return []


def _reissues() -> list[Waiting]:
    """Certificates whose holder's name or number was put right."""
    found = to_reissue()
    if not found:
        return []
    title = f"{len(found)} 张证书待更正换发"
    return [Waiting(title=title, url=reverse("certificate", args=[found[0].number]), count=len(found))]


def _shaken() -> list[Waiting]:
    """Certificates whose result was put right and passes no longer."""
    return [
        Waiting(
            title=f"证书 {certificate.number} 所依据的成绩已更正为不合格：核实后撤销",
            url=reverse("certificate", args=[certificate.number]),
        )
        for certificate in shaken()
    ]


def _news(account: Account) -> list[Waiting]:
    person = person_of(account)
    if person is None:
        return []
    now = clock.now()
    return [
        Waiting(
            title=_("%(title)s已颁发，可以下载") % {"title": certificate.facts["title"]},
            url=reverse("my_certificates"),
        )
        for certificate in valid_certificates_of(person)
        if (now - certificate.issued_at).days < NEWS_DAYS
    ]
