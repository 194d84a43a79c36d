"""Taking the answers back from the hall."""

from datetime import datetime

import msgspec
from django.conf import settings
from django.db import transaction

from zhiheng.delivery.core.attempt import Entry, Kind, until_submitted
from zhiheng.delivery.core.receipt import answers_hash, make_receipt
from zhiheng.delivery.hall.keys import HallKeys, ensure_keys
from zhiheng.delivery.models import Attempt, Collection, LateAdmission
from zhiheng.delivery.queries import (
    as_submitted,
    attempts_of,
    folded,
    latest_collection,
    latest_deadline,
    log_of,
    pack_of,
)
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.sittings.models import Offering


@transaction.atomic
def collect(*, by: Account, offering: Offering) -> list[Collection]:
    """Fold the hall's log into final answers, one collection per opened attempt.

    Collecting again changes nothing unless a late answer was admitted meanwhile.
    Raises: Refused while the exam is still running.
    """
    attempts = list(attempts_of(offering))
    rows = log_of(attempts)
    _require_over(offering, latest_deadline(offering, attempts, rows))
    keys = ensure_keys(settings.HALL_DATA)
    found = [
        _collect_one(attempt, rows[str(attempt.id)], keys)
        for attempt in attempts
        # Time given to everybody also leaves a row with those who never came.
        if any(row.kind == Kind.OPENED for row in rows.get(str(attempt.id), ()))
    ]
    record(
        by=str(by.id),
        act="answers-collected",
        subject=f"offering:{offering.id}",
        detail={"count": len(found)},
    )
    return found


@transaction.atomic
def decide_late(*, by: Account, attempt: Attempt, entry: int, admitted: bool, reason: str) -> LateAdmission:
    """A person's decision on one answer kept but not counted; the answers are folded anew.

    Raises: Refused without a reason, for an entry that is not late, or one already decided.
    """
    if not reason.strip():
        raise Refused(what="没有写明理由", remedy="请写明采纳或不采纳的理由", code="reason-missing")
    collection = latest_collection(attempt)
    if collection is None or entry not in collection.late:
        raise Refused(what="这条记录不是该考生的迟到作答", remedy="请刷新页面", code="not-late")
    if LateAdmission.objects.filter(attempt=attempt, entry=entry).exists():
        raise Refused(what="这条迟到作答已有处理决定", remedy="请刷新页面查看", code="late-decided")
    decision = LateAdmission.objects.create(
        attempt=attempt, entry=entry, admitted=admitted, reason=reason.strip(), by=by
    )
    record(
        by=str(by.id),
        act="late-admitted" if admitted else "late-refused",
        subject=f"attempt:{attempt.id}",
        detail={"entry": entry, "reason": reason.strip()},
    )
    collect_anew(attempt)
    return decision


def collect_anew(attempt: Attempt) -> Collection:
    """Fold an attempt again after a decision or a rescue; inside the caller's transaction."""
    rows = log_of([attempt])
    return _collect_one(attempt, rows[str(attempt.id)], ensure_keys(settings.HALL_DATA))


def _require_over(offering: Offering, last: datetime) -> None:
    if clock.now() < last:
        raise Refused(
            what=f"{offering.title}要到 {last.astimezone(SHANGHAI):%H:%M} 才结束",
            rule="最后一名考生的作答时间结束后方可收卷，加时也算在内",
            remedy="请在考试结束后再收卷",
            code="still-running",
        )


def _collect_one(attempt: Attempt, entries: list[Entry], keys: HallKeys) -> Collection:
    state = folded(attempt, entries)
    answers = state.given
    late = sorted((*state.late, *state.after_submit))
    seal = answers_hash(str(attempt.id), answers)
    before = latest_collection(attempt)
    if before is not None and before.answers_hash == seal and before.entries == len(entries):
        return before
    pack = pack_of(attempt.ticket.offering)
    receipt = None
    if state.submitted_at is not None and pack is not None:
        receipt = make_receipt(
            as_submitted(attempt, until_submitted(entries)),
            sitting=str(attempt.ticket.offering_id),
            attempt=str(attempt.id),
            ticket=attempt.ticket.number,
            pack=pack.content_hash,
            key_id=keys.key_id,
            key=keys.signing,
        )
    return Collection.objects.create(
        attempt=attempt,
        answers=answers,
        answers_hash=seal,
        submitted_at=_moment(state.submitted_at),
        entries=len(entries),
        late=late,
        receipt=msgspec.to_builtins(receipt) if receipt else None,
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, tz=SHANGHAI)
