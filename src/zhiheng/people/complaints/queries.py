"""Who may see which complaint, and what was said."""

import hmac
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhiheng.people.models import (
    Account,
    Complaint,
    ComplaintEntry,
    ComplaintEntryKind,
    ComplaintRecusal,
    ComplaintState,
    Institution,
    Role,
    RoleGrant,
)
from zhiheng.people.queries import accounts_in

INWARD = (ComplaintEntryKind.QUESTION, ComplaintEntryKind.STATEMENT)  # not for the complainant


def handled_by(account: Account) -> QuerySet[Complaint]:
    """What an administrator may see: nothing that is about them or about an institution they act for."""
    own = RoleGrant.objects.filter(account=account, revoked_at=None).exclude(institution=None)
    mine = ComplaintRecusal.objects.filter(account=account).values("complaint_id")
    found = Complaint.objects.select_related("institution", "account").exclude(pk__in=mine)
    return found.exclude(institution__in=own.values("institution_id")).exclude(account=account)


def complaint_for(account: Account, complaint_id: UUID) -> Complaint | None:
    return handled_by(account).filter(pk=complaint_id).first()


def open_for(account: Account) -> QuerySet[Complaint]:
    """Those that wait for an answer, the one due first on top."""
    return handled_by(account).filter(state=ComplaintState.OPEN).order_by("due", "number")


def unattended() -> list[Complaint]:
    """Open complaints that no administrator may handle, the one due first on top; four queries, one without any.

    They are about every administrator there is: named, working for the institution, or complaining themselves.
    """
    waiting = list(Complaint.objects.filter(state=ComplaintState.OPEN).order_by("due", "number"))
    if not waiting:
        return []
    administrators = {account.id for account in accounts_in(Role.ADMINISTRATOR)}
    recused = set(
        ComplaintRecusal.objects.filter(complaint__in=waiting).values_list("complaint_id", "account_id")
    )
    own = set(
        RoleGrant.objects.filter(account__in=administrators, revoked_at=None)
        .exclude(institution=None)
        .values_list("institution_id", "account_id")
    )

    def handled(complaint: Complaint) -> bool:
        return any(
            (complaint.id, account) not in recused
            and (complaint.institution_id, account) not in own
            and complaint.account_id != account
            for account in administrators
        )

    return [complaint for complaint in waiting if not handled(complaint)]


def counts_for(account: Account, *, moment: datetime) -> dict[str, int]:
    """How many are open, late and answered, in one query."""
    is_open = Q(state=ComplaintState.OPEN)
    return handled_by(account).aggregate(
        open=Count("id", filter=is_open),
        late=Count("id", filter=is_open & Q(due__lte=moment)),
        closed=Count("id", filter=Q(state=ComplaintState.CLOSED)),
    )


def counts_by_subject(account: Account) -> dict[str, int]:
    counted = handled_by(account).order_by().values_list("about").annotate(number=Count("id"))
    return {str(about): number for about, number in counted}


def complaint_by_key(number: str, key: str) -> Complaint | None:
    """The complaint with this number, for whoever holds its key."""
    found = Complaint.objects.select_related("institution", "account").filter(number=number).first()
    return found if found is not None and hmac.compare_digest(found.key.encode(), key.encode()) else None


def complaints_of(account: Account) -> QuerySet[Complaint]:
    """What somebody handed in while signed in, the newest first."""
    return Complaint.objects.filter(account=account).select_related("institution").order_by("-created_at")


def complaint_by_id(complaint_id: UUID | str) -> Complaint | None:
    return Complaint.objects.select_related("account", "institution").filter(pk=complaint_id).first()


def entries_of(complaint: Complaint, *, inward: bool) -> list[ComplaintEntry]:
    """What was said in order. inward: with what was asked of an institution, which the complainant does not see."""
    found = ComplaintEntry.objects.filter(complaint=complaint).select_related("by", "file", "institution")
    return list((found if inward else found.exclude(kind__in=INWARD)).order_by("created_at"))


def entry_with_file(complaint: Complaint, entry_id: UUID, *, inward: bool) -> ComplaintEntry | None:
    return next((e for e in entries_of(complaint, inward=inward) if e.pk == entry_id and e.file), None)


def questions_to(institution: Institution) -> QuerySet[ComplaintEntry]:
    """What an institution was asked, the newest first; of the complaint itself it learns nothing."""
    found = ComplaintEntry.objects.filter(kind=ComplaintEntryKind.QUESTION, institution=institution)
    return found.order_by("-created_at")


def statements_on(questions: Iterable[ComplaintEntry]) -> dict[UUID, ComplaintEntry]:
    """The statement on each question that has one, in one query."""
    found = ComplaintEntry.objects.filter(answers__in=[question.pk for question in questions])
    return {entry.answers_id: entry for entry in found.select_related("by", "file") if entry.answers_id}


def unanswered_questions(institution: Institution) -> list[ComplaintEntry]:
    """Questions without a statement whose complaint is still open."""
    stated = ComplaintEntry.objects.exclude(answers=None).values("answers_id")
    found = questions_to(institution).filter(complaint__state=ComplaintState.OPEN)
    return list(found.exclude(pk__in=stated).order_by("created_at"))


def entry_by_id(entry_id: UUID | str) -> ComplaintEntry | None:
    return ComplaintEntry.objects.select_related("institution", "complaint").filter(pk=entry_id).first()


def recused_of(complaint: Complaint) -> list[ComplaintRecusal]:
    found = ComplaintRecusal.objects.filter(complaint=complaint).select_related("account")
    return list(found.order_by("created_at"))


def others_who_may(complaint: Complaint, account: Account) -> list[Account]:
    """Other administrators who may still handle a complaint."""
    return [
        other
        for other in accounts_in(Role.ADMINISTRATOR)
        if other.pk != account.pk and handled_by(other).filter(pk=complaint.pk).exists()
    ]
