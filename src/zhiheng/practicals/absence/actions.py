"""Asking that an absence be taken back, and the word of somebody else on it."""

from django.db import transaction

from zhiheng.delivery.relying import hold_answers
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import roles_of
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.practicals.absence.queries import asking, may_decide, wording
from zhiheng.practicals.models import AbsenceStep, AbsenceWord, PanelCandidate
from zhiheng.practicals.queries import membership

REASON_LENGTH = 200


@transaction.atomic
def ask_back(*, by: Account, candidate: PanelCandidate, reason: str) -> AbsenceWord:
    """An examiner of the panel says the absence was a mistake.

    Raises: Refused for anybody else, without a reason, when nobody is absent, when it was asked for already, or when
    results were made of it.
    """
    held = _held(candidate)
    if membership(held.panel, by) is None or Role.EXAMINER not in roles_of(by):
        raise Refused(
            what=f"{by.display_name}不是{held.panel.name}的考评员",
            rule="缺考由本组考评员记录，也由本组考评员提出撤销",
            remedy="请由本组考评员提出",
            code="not-on-panel",
        )
    told = _told(reason)
    asking(held).require()
    return _say(by, held, AbsenceStep.ASKED, told, "skill-absence-asked-back")


@transaction.atomic
def decide_back(*, by: Account, candidate: PanelCandidate, agreed: bool, reason: str) -> AbsenceWord:
    """The second word: with a yes the candidate is scored like everybody else.

    Raises: Refused for who asked and for strangers, without a reason, when nothing waits, or, for a yes, when results
    were made of the absence meanwhile.
    """
    held = _held(candidate)
    if not may_decide(held, by):
        raise Refused(
            what=f"{by.display_name}不是{held.panel.name}的考评员，也不是管理员",
            rule="由本组另一位考评员或管理员决定",
            remedy="请交给他们办理",
            code="not-on-panel",
        )
    told = _told(reason)
    wording(held, by, agreed=agreed).require()
    if not agreed:
        return _say(by, held, AbsenceStep.REFUSED, told, "skill-absence-kept")
    held.absent = False
    held.save(update_fields=["absent"])
    return _say(by, held, AbsenceStep.TAKEN_BACK, told, "skill-absence-taken-back")


def _held(candidate: PanelCandidate) -> PanelCandidate:
    """The row as it stands, while nobody makes results of it."""
    hold_answers(candidate.panel.offering)
    lock_named(f"panel-candidate:{candidate.id}")
    return PanelCandidate.objects.select_related(
        "panel__offering__sitting", "panel__offering__revision", "ticket"
    ).get(pk=candidate.pk)


def _told(reason: str) -> str:
    told = reason.strip()
    if not told or len(told) > REASON_LENGTH:
        raise Refused(
            what=f"理由有 {len(told)} 个字，超过 {REASON_LENGTH} 个字" if told else "没有写明理由",
            remedy="请写明依据，例如签到表与考场记录",
            code="reason-missing" if not told else "reason-long",
        )
    return told


def _say(by: Account, candidate: PanelCandidate, step: AbsenceStep, reason: str, act: str) -> AbsenceWord:
    word = AbsenceWord.objects.create(candidate=candidate, step=step, reason=reason, by=by)
    record(by=str(by.id), act=act, subject=f"panel-candidate:{candidate.id}", detail={"reason": reason})
    return word
