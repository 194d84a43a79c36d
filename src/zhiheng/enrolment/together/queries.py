"""Which files a reviewer has looked through, and whether they may be approved together."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from zhiheng.enrolment.core.together import FileFacts, decide_together
from zhiheng.enrolment.models import Application, ApplicationStatus, DocumentKind, Reading
from zhiheng.enrolment.papers import Sheet, sheets_of
from zhiheng.enrolment.queries import assessment_of, checklist_of
from zhiheng.enrolment.recognition.queries import hints_for
from zhiheng.enrolment.reviewing.queries import hold_on
from zhiheng.foundation.decision import Decision
from zhiheng.people.models import Account
from zhiheng.plumbing.models import AuditLine

MOST = 100  # in one confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    reading: Reading
    decision: Decision


def unseen_sheets(account: Account, application: Application, sheets: Iterable[Sheet]) -> list[Sheet]:
    """What this account has not opened since the file was handed in last; the audit trail knows, to the second."""
    if application.submitted_at is None:
        return list(sheets)
    lines = AuditLine.objects.filter(
        subject=f"application:{application.pk}",
        act="document-seen",
        by=str(account.pk),
        at__gte=application.submitted_at.replace(microsecond=0),
    ).values_list("detail", flat=True)
    seen = {(detail.get("document"), detail.get("page", 0)) for detail in lines}
    return [sheet for sheet in sheets if sheet.key not in seen and (str(sheet.document.id), 0) not in seen]


def together_decision(account: Account, application: Application) -> Decision:
    """Whether the file may be approved together with others by this account, one line per check."""
    assessment = assessment_of(application)
    checklist = checklist_of(application, assessment)
    documents = [document for entry in checklist for document in entry.documents]
    hints = hints_for(application, documents).values()
    hold = hold_on(application)
    waiting = application.status == ApplicationStatus.SUBMITTED
    return decide_together(
        FileFacts(
            status="" if waiting else application.get_status_display(),
            held_by=hold.by.display_name if hold and hold.by_id != account.pk else "",
            eligible=assessment.eligible,
            claimed_met=application.claimed_condition in assessment.satisfied,
            missing=tuple(
                str(entry.kind.label) for entry in checklist if entry.required and not entry.documents
            ),
            unseen=tuple(sheet.label for sheet in unseen_sheets(account, application, sheets_of(documents))),
            differences=tuple(words for hint in hints for words in hint.differences),
            pending=tuple(str(DocumentKind(hint.kind).label) for hint in hints if hint.pending),
        )
    )


def readings_of(account: Account) -> list[Reading]:
    """The files the account put aside, in the order it looked through them."""
    return list(
        Reading.objects.filter(by=account)
        .select_related(
            "application__person",
            "application__institution",
            "application__offering__sitting",
            "application__offering__revision",
            "application__sitting",
        )
        .order_by("created_at")
    )


def number_read(account: Account) -> int:
    return Reading.objects.filter(by=account).count()


def read_files(account: Account) -> list[ReadFile]:
    """As many as one confirmation takes, those read first before the others."""
    return [
        ReadFile(reading=reading, decision=together_decision(account, reading.application))
        for reading in readings_of(account)[:MOST]
    ]


def readers_on(applications: Iterable[Application]) -> dict[UUID, list[Reading]]:
    """Who has put which of these files aside."""
    found: dict[UUID, list[Reading]] = {}
    for reading in Reading.objects.filter(application__in=list(applications)).select_related("by"):
        found.setdefault(reading.application_id, []).append(reading)
    return found


def reading_by(account: Account, application: Application) -> Reading | None:
    return Reading.objects.filter(by=account, application=application).first()
