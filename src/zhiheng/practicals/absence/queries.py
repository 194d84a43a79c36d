"""What was said about an absence, and who may say the next word."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from zhiheng.foundation.decision import Decision
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import roles_of
from zhiheng.practicals.core.absence import decide_asking, decide_word
from zhiheng.practicals.models import AbsenceStep, AbsenceWord, PanelCandidate, PanelMember
from zhiheng.practicals.queries import membership
from zhiheng.practicals.relying import may_change


def words_on(candidate: PanelCandidate) -> list[AbsenceWord]:
    """Everything said about this candidate's absence, the oldest first."""
    return list(AbsenceWord.objects.filter(candidate=candidate).select_related("by").order_by("created_at"))


def asked_word(words: Iterable[AbsenceWord]) -> AbsenceWord | None:
    """The request that nobody has decided."""
    last = next(reversed(list(words)), None)
    return last if last is not None and last.step == AbsenceStep.ASKED else None


def asking(candidate: PanelCandidate) -> Decision:
    return decide_asking(
        ticket=candidate.ticket.number,
        absent=candidate.absent,
        asked=asked_word(words_on(candidate)) is not None,
        may=may_change(candidate.panel.offering),
    )


def wording(candidate: PanelCandidate, account: Account, *, agreed: bool) -> Decision:
    asked = asked_word(words_on(candidate))
    return decide_word(
        asked=asked is not None,
        own=asked is not None and asked.by_id == account.id,
        may=may_change(candidate.panel.offering) if agreed else None,
    )


def may_decide(candidate: PanelCandidate, account: Account) -> bool:
    """The panel's own examiners and administrators."""
    roles = roles_of(account)
    return Role.ADMINISTRATOR in roles or (
        Role.EXAMINER in roles and membership(candidate.panel, account) is not None
    )


def candidate_seen_by(account: Account, candidate_id: UUID) -> PanelCandidate | None:
    """Of the panels somebody sits on; an administrator sees every one."""
    found = PanelCandidate.objects.select_related(
        "ticket__application__person", "panel__offering__sitting", "panel__offering__revision"
    ).filter(pk=candidate_id)
    if Role.ADMINISTRATOR not in roles_of(account):
        found = found.filter(Exists(_seats(account)))
    return found.first()


def asked_of(account: Account, *, administrator: bool) -> QuerySet[PanelCandidate]:
    """Absences that wait for this account's word: of its panels, or all for an administrator; never its own request."""
    words = AbsenceWord.objects.filter(candidate=OuterRef("pk")).order_by("-created_at")
    found = (
        PanelCandidate.objects.filter(absent=True)
        .annotate(last=Subquery(words.values("step")[:1]), asker=Subquery(words.values("by")[:1]))
        .filter(last=AbsenceStep.ASKED)
        .exclude(asker=account.id)
        .select_related("ticket", "panel__offering__sitting", "panel__offering__revision")
        .order_by("ticket__number")
    )
    return found if administrator else found.filter(Exists(_seats(account)))


def _seats(account: Account) -> QuerySet[PanelMember]:
    return PanelMember.objects.filter(panel=OuterRef("panel"), examiner=account)
