"""Following a change of answers: what was judged is set aside, the rest is marked again."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from zhiheng.delivery.models import Attempt
from zhiheng.marking.actions import mark_by_keys, open_marking, settle_theory
from zhiheng.marking.models import KeyMark, Remarking, TheoryMark
from zhiheng.marking.queries import standing_tasks
from zhiheng.marking.remarking.queries import interrupted, marked_before, theory_of
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named

WHY_LENGTH = 300


@transaction.atomic
def mark_again(
    *, by: Account, attempt: Attempt, before: Mapping[str, Any], after: Mapping[str, Any], why: str
) -> str:
    """Set aside the marks of answers that changed and mark them anew; what was done as a sentence.

    Objective items are marked at once. A written answer goes before its markers again, who know nothing of the
    change. A theory mark that was settled is settled again as soon as every item is. "" when nothing was marked yet.
    """
    offering = attempt.ticket.offering
    lock_named(f"marking:{offering.id}")
    lock_named("marking:tasks")
    changed = [line for line in attempt.paper.lines if before.get(line["item"]) != after.get(line["item"])]
    if not changed:
        return _go_on(by, attempt) if interrupted(attempt) else ""
    marks = marked_before(attempt, changed)
    theory = theory_of(attempt)
    if not marks and theory is None:
        return ""
    remarking = Remarking.objects.create(
        attempt=attempt,
        why=why[:WHY_LENGTH],
        items=marks,
        theory=None if theory is None else {"marks": str(theory.marks), "breakdown": theory.breakdown},
        by=by,
    )
    TheoryMark.objects.filter(attempt=attempt).delete()
    written = [line["item"] for line in changed if line["type"] == "short"]
    KeyMark.objects.filter(attempt=attempt, item__in=written).delete()
    standing_tasks().filter(attempt=attempt, item__in=written).update(set_aside=remarking)
    record(
        by=str(by.id),
        act="marked-again",
        subject=f"attempt:{attempt.id}",
        detail={
            "why": remarking.why,
            "items": [line["item"] for line in marks],
            "theory": None if theory is None else str(theory.marks),
        },
    )
    return _go_on(by, attempt)


def _go_on(by: Account, attempt: Attempt) -> str:
    """As far as this attempt had come, and no further than its undecided answers let it."""
    offering, who = attempt.ticket.offering, str(by.id)
    history = Remarking.objects.filter(attempt=attempt)
    keyed = KeyMark.objects.filter(attempt=attempt).exists()
    was_opened = any(line["type"] == "short" for again in history for line in again.items)
    if keyed:
        mark_by_keys(by=who, offering=offering, only=attempt)
    opened = open_marking(by=who, offering=offering, only=attempt) if was_opened else 0
    settled_before = [again.theory["marks"] for again in history if again.theory is not None]
    if not settled_before:
        return f"已重新计分{'，简答题重新送评' if opened else ''}。"
    settled = settle_theory(by=who, offering=offering, only=attempt)
    before = settled_before[-1]
    if settled:
        return f"理论成绩已重新计算：{before} → {settled[0].marks} 分。"
    return (
        f"原理论成绩 {before} 分不再有效，{'简答题重新评阅后' if opened else '其余迟到作答决定后'}重新结出。"
    )
