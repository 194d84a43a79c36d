"""Putting a file aside after looking through it, and approving several such files, each decided for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from zhiheng.enrolment.actions import review
from zhiheng.enrolment.core.together import RULE
from zhiheng.enrolment.models import Application, Reading, ReviewDecision, Verdict
from zhiheng.enrolment.queries import application_with_everything
from zhiheng.enrolment.together.queries import MOST, together_decision
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftFile:
    """A file that was not approved, and why."""

    application: Application
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    approved: tuple[Application, ...]
    left: tuple[LeftFile, ...]


@transaction.atomic
def put_aside(*, by: Account, application: Application) -> Reading:
    """The reviewer has looked through the file and would approve it.

    Raises: Refused when something a machine can check stands against it, or a document was not opened.
    """
    Application.objects.select_for_update().get(pk=application.pk)
    together_decision(by, application).require()
    reading, made = Reading.objects.get_or_create(application=application, by=by)
    if made:
        record(by=str(by.id), act="file-read", subject=f"application:{application.pk}")
    return reading


@transaction.atomic
def take_back(*, by: Account, application: Application) -> None:
    """Decide the file for itself after all."""
    gone, _ = Reading.objects.filter(application=application, by=by).delete()
    if gone:
        record(by=str(by.id), act="file-read-taken-back", subject=f"application:{application.pk}")


def approve_together(*, by: Account, application_ids: Sequence[UUID]) -> Outcome:
    """Approve files the reviewer has put aside; one that no longer qualifies is left and the others go on.

    Each file is a decision of its own: its own transaction, checks, decision row and audit lines.
    Raises: Refused when none is chosen or too many are.
    """
    if not application_ids:
        raise Refused(what="没有选中任何报名", rule=RULE, remedy="请至少选中一份", code="nothing-chosen")
    if len(application_ids) > MOST:
        raise Refused(
            what=f"选中了 {len(application_ids)} 份，一次最多 {MOST} 份",
            rule=RULE,
            remedy="请分几次确认",
            code="too-many",
        )
    approved, left = [], []
    for application_id in dict.fromkeys(application_ids):
        application = application_with_everything(application_id)
        if application is None:
            continue
        try:
            _approve(by=by, application=application, of=len(application_ids))
        except Refused as refused:
            left.append(LeftFile(application=application, why=refused.sentence))
        else:
            approved.append(application)
    return Outcome(approved=tuple(approved), left=tuple(left))


@transaction.atomic
def _approve(*, by: Account, application: Application, of: int) -> ReviewDecision:
    Application.objects.select_for_update().get(pk=application.pk)
    reading = Reading.objects.filter(application=application, by=by).first()
    if reading is None:
        raise Refused(
            what="您没有把这份报名标为已阅，或已有同事作出决定",
            rule=RULE,
            remedy="请打开这份报名，看完后再决定",
            code="not-read",
        )
    together_decision(by, application).require()
    decision = review(by=by, application=application, verdict=Verdict.APPROVE)
    record(
        by=str(by.id),
        act="approved-together",
        subject=f"application:{application.pk}",
        detail={"of": of, "read_at": reading.created_at.isoformat()},
    )
    return decision
