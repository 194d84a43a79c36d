"""Ending what is over its time, kind by kind, with its number in the audit trail."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from zhiheng.foundation.moment import iso
from zhiheng.people.core.retention import RetentionRule, retention_rules
from zhiheng.people.models import (
    Account,
    Complaint,
    ComplaintEntry,
    Correction,
    DataExport,
    PartnerApplication,
    Person,
    PersonChange,
    Role,
    RoleGrant,
)
from zhiheng.people.retention.queries import due_of
from zhiheng.people.retention.registry import Due, holds_now, keeper_of
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.models import NoticeAddress, OutgoingMessage

CHUNK = 200
LOOK_BACK = timedelta(days=30)  # how long a file may have lain after its destruction was decided
FORGOTTEN = "已删除"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a run found of one kind. count: over its time; held: kept by an open matter; done: ended now."""

    rule: RetentionRule
    count: int
    held: int
    oldest: datetime | None
    done: int
    automatic: bool  # false: nothing of this kind ends by itself


def run(*, by: str, dry_run: bool) -> list[Line]:
    """End everything that is over its time; each kind for itself. A dry run only counts."""
    now = clock.now()
    lines = [_run_kind(rule, by=by, now=now, dry_run=dry_run) for rule in retention_rules()]
    if not dry_run:
        left = vault.finish_erasing(now - LOOK_BACK)
        with transaction.atomic():
            record(
                by=by,
                act="retention-run",
                subject="retention:all",
                detail={
                    "done": {line.rule.kind: line.done for line in lines if line.automatic},
                    "files": left,
                },
            )
    return lines


@transaction.atomic
def _run_kind(rule: RetentionRule, *, by: str, now: datetime, dry_run: bool) -> Line:
    due = due_of(rule, holds_now(), now)
    found = due or Due(items=())
    done = 0
    clear = keeper_of(rule.kind).clear
    if found.items and clear is not None and not dry_run:
        done = sum(
            clear(found.items[start : start + CHUNK], by) for start in range(0, len(found.items), CHUNK)
        )
        record(
            by=by,
            act="retention-ended",
            subject=f"retention:{rule.kind}",
            detail={
                "count": done,
                "held": found.held,
                "oldest": iso(found.oldest) if found.oldest else "",
                "rule": rule.rule(english=False),
            },
        )
    return Line(
        rule=rule,
        count=len(found.items),
        held=found.held,
        oldest=found.oldest,
        done=done,
        automatic=due is not None,
    )


def clear_exports(ids: Sequence[Any], by: str) -> int:
    exports = DataExport.objects.filter(pk__in=ids).exclude(file=None).select_related("file")
    files = [export.file for export in exports if export.file is not None]
    for file in files:
        transaction.on_commit(partial(vault.destroy, file.id))
        file.delete()
    return len(files)


def clear_sessions(ids: Sequence[Any], by: str) -> int:
    return Session.objects.filter(pk__in=ids).delete()[0]


def clear_jobs(ids: Sequence[Any], by: str) -> int:
    return DBTaskResult.objects.filter(pk__in=ids).delete()[0]


def clear_messages(ids: Sequence[Any], by: str) -> int:
    found = OutgoingMessage.objects.filter(pk__in=ids)
    count = found.count()
    found.delete()
    return count


def clear_partners(ids: Sequence[Any], by: str) -> int:
    found = PartnerApplication.objects.filter(pk__in=ids).select_related("licence")
    for application in found:
        vault.erase(application.licence)
        application.contact, application.phone, application.email = FORGOTTEN, "", ""
        application.save(update_fields=["contact", "phone", "email"])
    return len(found)


def clear_corrections(ids: Sequence[Any], by: str) -> int:
    """That there was one, who settled it and when stays; what was said and shown goes."""
    found = Correction.objects.filter(pk__in=ids).select_related("evidence")
    for correction in found:
        if correction.evidence.destroyed_at is None:
            vault.erase(correction.evidence)
        correction.name, correction.id_number, correction.reason = "", "", ""
        correction.save(update_fields=["name", "id_number", "reason"])
    return len(found)


def clear_complaints(ids: Sequence[Any], by: str) -> int:
    """What it was about, when it came and when it was answered stays; who and what was said goes."""
    found = Complaint.objects.filter(pk__in=ids)
    for complaint in found:
        complaint.name, complaint.phone, complaint.email, complaint.staff_named = "", "", "", ""
        complaint.key = secrets.token_urlsafe(32)  # the address of its page opens nothing any more
        complaint.save(update_fields=["name", "phone", "email", "staff_named", "key"])
    entries = ComplaintEntry.objects.filter(complaint__in=ids).select_related("file")
    for entry in entries:
        if entry.file is not None and entry.file.destroyed_at is None:
            vault.erase(entry.file)
    entries.update(text="")
    return len(found)


def erase_corrections(person: Person, by: str) -> int:
    found = Correction.objects.filter(person=person, evidence__destroyed_at=None)
    return clear_corrections(list(found.values_list("pk", flat=True)), by)


def clear_people(ids: Sequence[Any], by: str) -> int:
    found = list(Person.objects.filter(pk__in=ids).select_related("account"))
    for person in found:
        forget(person, by=by)
    return len(found)


def erase_exports(person: Person, by: str) -> int:
    return clear_exports(list(DataExport.objects.filter(person=person).values_list("pk", flat=True)), by)


def erase_messages(person: Person, by: str) -> int:
    found = OutgoingMessage.objects.filter(person_id=person.id)
    return clear_messages(list(found.values_list("pk", flat=True)), by)


@transaction.atomic
def forget(person: Person, *, by: str) -> None:
    """Name, number, telephone and account of a person no kept record names. The row stays for its links."""
    person.name, person.id_number, person.id_masked = FORGOTTEN, "", ""
    person.id_hash = f"erased:{person.id.hex}"  # nobody is found by it
    person.born = person.born.replace(month=1, day=1)
    person.phone, person.phone_hash = "", ""
    person.erased_at = clock.now()
    person.save(
        update_fields=[
            "name", "id_number", "id_masked", "id_hash", "born", "phone", "phone_hash", "erased_at",
        ]
    )  # fmt: skip
    erase_corrections(person, by)
    PersonChange.objects.filter(person=person).update(
        old_name="", old_id_number="", new_name="", new_id_number="",
        old_name_hash=person.id_hash, old_id_hash=person.id_hash,
    )  # fmt: skip
    if person.account is not None:
        close_account(person.account, by=by)
    record(by=by, act="person-forgotten", subject=f"person:{person.id}")


@transaction.atomic
def forget_contact(person: Person, *, by: str) -> None:
    """The telephone number and the address for messages; name and number stay for the records that need them."""
    person.phone, person.phone_hash = "", ""
    person.save(update_fields=["phone", "phone_hash"])
    if person.account_id is not None:
        NoticeAddress.objects.filter(pk=person.account_id).delete()
    record(by=by, act="contact-forgotten", subject=f"person:{person.id}")


@transaction.atomic
def close_account(account: Account, *, by: str) -> None:
    """A candidate's account signs in no more. One that also works for the body or an institution only stops being a candidate."""
    RoleGrant.objects.filter(account=account, role=Role.CANDIDATE, revoked_at=None).update(
        revoked_at=clock.now()
    )
    NoticeAddress.objects.filter(pk=account.id).delete()
    if not RoleGrant.objects.filter(account=account, revoked_at=None).exists():
        account.is_active, account.display_name = False, "已注销账号"
        account.username = f"closed-{account.id.hex}"
        account.set_unusable_password()
        account.save(update_fields=["is_active", "display_name", "username", "password"])
    record(by=by, act="account-closed", subject=f"account:{account.id}")
