"""Taking the answers back from the hall."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import msgspec
from django.conf import settings
from django.db import transaction

from zhiheng.delivery.core.attempt import Attempt as Folded
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
from zhiheng.delivery.relying import Change, follow, hold_answers, may_change
from zhiheng.foundation.decision import Decision
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.sittings.models import Offering


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """now: the collection in force, before: the one until then."""

    now: Collection
    before: Collection | None

    @property
    def changed(self) -> bool:
        return self.before is None or self.before.answers_hash != self.now.answers_hash

    def followed(self, *, by: Account, attempt: Attempt, why: str) -> str:
        """What became of marks given before, as a sentence or ""."""
        if self.before is None:
            return ""
        return follow(
            Change(by=by, attempt=attempt, before=self.before.answers, after=self.now.answers, why=why)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LateDecided:
    """told: what became of marks given before, as a sentence or ""."""

    decision: LateAdmission
    told: str


@transaction.atomic
def collect(*, by: Account, offering: Offering) -> list[Collection]:
    """Fold the hall's log into final answers, one collection per opened attempt.

    Collecting again changes nothing unless the hall's log says something else by now.
    Raises: Refused while the exam is still running, or when answers would change of which results were made.
    """
    hold_answers(offering)
    attempts = list(attempts_of(offering))
    rows = log_of(attempts)
    _require_over(offering, latest_deadline(offering, attempts, rows))
    keys = ensure_keys(settings.HALL_DATA)
    may = cache(lambda: may_change(offering))
    found = []
    for attempt in attempts:
        entries = rows.get(str(attempt.id), [])
        # Time given to everybody also leaves a row with those who never came.
        if not any(row.kind == Kind.OPENED for row in entries):
            continue
        collected = _collect_one(attempt, entries, keys, may)
        if collected.changed:
            collected.followed(by=by, attempt=attempt, why="再次收卷时考场有了新的记录")
        found.append(collected.now)
    record(
        by=str(by.id),
        act="answers-collected",
        subject=f"offering:{offering.id}",
        detail={"count": len(found)},
    )
    return found


@transaction.atomic
def decide_late(*, by: Account, attempt: Attempt, entry: int, admitted: bool, reason: str) -> LateDecided:
    """A person's decision on one answer kept but not counted; the answers are folded anew and marked again.

    `told` of the decision says what became of marks already given.
    Raises: Refused without a reason, for an entry that is not late, one already decided, or when the answers would
    change although results were made of them.
    """
    hold_answers(attempt.ticket.offering)
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
    word = "采纳" if admitted else "不采纳"
    told = collect_anew(by=by, attempt=attempt, why=f"迟到的作答决定{word}：{decision.reason}")
    return LateDecided(decision=decision, told=told)


def collect_anew(*, by: Account, attempt: Attempt, why: str) -> str:
    """Fold an attempt again after a decision or a rescue; inside the caller's transaction, with the answers held.

    What became of marks given before, as a sentence or "".

    Raises: Refused when the answers would change although results were made of them.
    """
    rows = log_of([attempt])
    keys, offering = ensure_keys(settings.HALL_DATA), attempt.ticket.offering
    collected = _collect_one(attempt, rows[str(attempt.id)], keys, lambda: may_change(offering))
    return collected.followed(by=by, attempt=attempt, why=why)


def _require_over(offering: Offering, last: datetime) -> None:
    if clock.now() < last:
        raise Refused(
            what=f"{offering.title}要到 {last.astimezone(SHANGHAI):%H:%M} 才结束",
            rule="最后一名考生的作答时间结束后方可收卷，延长的时间也算在内",
            remedy="请在考试结束后再收卷",
            code="still-running",
        )


def _collect_one(
    attempt: Attempt, entries: list[Entry], keys: HallKeys, may: Callable[[], Decision]
) -> Collected:
    state = folded(attempt, entries)
    answers = state.given
    seal = answers_hash(str(attempt.id), answers)
    before = latest_collection(attempt)
    same = before is not None and before.answers_hash == seal
    if not same:
        may().require()
    if before is not None and same and before.entries == len(entries):
        return Collected(now=before, before=before)
    return Collected(now=_write_collection(attempt, state, entries, seal, keys), before=before)


def _write_collection(
    attempt: Attempt, state: Folded, entries: list[Entry], seal: str, keys: HallKeys
) -> Collection:
    late = sorted((*state.late, *state.after_submit))
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
        answers=state.given,
        answers_hash=seal,
        submitted_at=_moment(state.submitted_at),
        entries=len(entries),
        late=late,
        receipt=msgspec.to_builtins(receipt) if receipt else None,
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, tz=SHANGHAI)
