"""What a corrected name or number means to the stages that printed or sealed the old one."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from zhiheng.certificates.queries import to_reissue, valid_certificates_of
from zhiheng.delivery.models import PublishedPack
from zhiheng.delivery.queries import ends_at
from zhiheng.enrolment.models import Application
from zhiheng.people.corrections.queries import last_change
from zhiheng.people.corrections.registry import entered_by, meaning
from zhiheng.people.models import Institution, Person
from zhiheng.plumbing import clock
from zhiheng.seating.models import Ticket
from zhiheng.seating.queries import tickets_of_person
from zhiheng.sittings.wording import exam_words


def connect() -> None:
    """Called once at start."""
    entered_by(_entered)
    meaning(_exams)
    meaning(_certificates)


def _entered(institution: Institution, person: Person) -> bool:
    return Application.objects.filter(institution=institution, person=person).exists()


def _exams(person: Person) -> Iterable[str]:
    """Tickets still to be used, and packs that were sealed with the number before."""
    for ticket in tickets_of_person(person):
        if clock.now() < ends_at(ticket.offering):
            yield _exam(ticket, person)


def _exam(ticket: Ticket, person: Person) -> str:
    exam = exam_words(ticket.offering)
    pack = PublishedPack.objects.filter(offering=ticket.offering_id).first()
    change = last_change(person)
    if pack is None:
        return _("%(exam)s：准考证随更正改变，之前打印的作废，请重新打印；考试时用更正后的号码登录。") % {
            "exam": exam
        }
    if change is not None and change.created_at < pack.created_at:
        return _("%(exam)s：考试时用更正后的号码登录。") % {"exam": exam}
    return _(
        "%(exam)s：数据包已发到考场，这一场登录仍用更正前的号码；准考证请重新打印，带上身份证原件和更正通知，监考员的页面会写明更正。"
    ) % {"exam": exam}


def _certificates(person: Person) -> Iterable[str]:
    """Certificates in force; after the change, those that still carry the old name or number."""
    changed = last_change(person) is not None
    found = to_reissue(person) if changed else list(valid_certificates_of(person))
    for certificate in found:
        yield _("证书 %(number)s：由证书管理员换发，用新编号；旧证书在查验页显示“已换发”。") % {
            "number": certificate.number
        }
