"""Marking by key, opening and giving blind marks, settling the theory mark."""

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from zhiheng.delivery.models import Attempt
from zhiheng.foundation.errors import Refused
from zhiheng.marking.core.keys import mark_by_key
from zhiheng.marking.core.written import Pending, check_points, settle
from zhiheng.marking.models import KeyMark, MarkingTask, TheoryMark, WrittenMark
from zhiheng.marking.queries import (
    Line,
    collected,
    held_task,
    lines_of,
    policy_of,
    rounds_of,
    script_of,
    takeable,
)
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for

BLANK = "未作答，记 0 分"


@transaction.atomic
def mark_by_keys(*, by: str, offering: Offering) -> int:
    """Mark every objective item of every collected attempt; what is marked already stays. Returns new marks."""
    lock_named(f"keys:{offering.id}")
    collections = collected(offering)
    papers = lines_of(collection.attempt.paper for collection in collections)
    multiple = rules_for(offering).marking.multiple_choice.value
    done = set(KeyMark.objects.filter(attempt__ticket__offering=offering).values_list("attempt_id", "item"))
    fresh = []
    for collection in collections:
        for line in papers[str(collection.attempt.paper_id)]:
            if line.type == "short" or (collection.attempt_id, line.item) in done:
                continue
            mark = mark_by_key(
                _chosen(collection.answers.get(line.item)),
                line.body["key"],
                possible=line.marks,
                multiple=multiple,
            )
            fresh.append(
                KeyMark(
                    attempt=collection.attempt,
                    item=line.item,
                    marks=mark.marks,
                    possible=line.marks,
                    reason=mark.reason,
                )
            )
    KeyMark.objects.bulk_create(fresh)
    record(by=by, act="marked-by-key", subject=f"offering:{offering.id}", detail={"marks": len(fresh)})
    return len(fresh)


@transaction.atomic
def open_marking(*, by: str, offering: Offering) -> int:
    """Blind tasks for every written answer that says something. Returns how many were opened."""
    lock_named(f"marking:{offering.id}")
    collections = collected(offering)
    papers = lines_of(collection.attempt.paper for collection in collections)
    done = set(
        MarkingTask.objects.filter(attempt__ticket__offering=offering).values_list("attempt_id", "item")
    )
    fresh = [
        MarkingTask(attempt=collection.attempt, item=line.item, round=number)
        for collection in collections
        for line in papers[str(collection.attempt.paper_id)]
        if line.type == "short"
        and (collection.attempt_id, line.item) not in done
        and str(collection.answers.get(line.item) or "").strip()
        for number in range(1, policy_of(offering).blind + 1)
    ]
    MarkingTask.objects.bulk_create(fresh)
    record(by=by, act="marking-opened", subject=f"offering:{offering.id}", detail={"tasks": len(fresh)})
    return len(fresh)


@transaction.atomic
def take_task(*, by: Account) -> MarkingTask | None:
    """The marker's open task, or the next one they may take; None when nothing waits for them."""
    lock_named("marking:take")
    held = held_task(by)
    if held is not None:
        return held
    following = takeable(by).first()
    if following is None:
        return None
    try:
        with transaction.atomic():
            following.marker = by
            following.save(update_fields=["marker"])
    except IntegrityError:  # the same answer reached this marker another way
        return None
    return MarkingTask.objects.select_related("attempt__paper", "attempt__ticket__offering__revision").get(
        pk=following.pk
    )


@transaction.atomic
def give_marks(*, by: Account, task: MarkingTask, points: list[str], comment: str = "") -> WrittenMark:
    """Keep one marker's judgement per marking point; a third round opens when the blind marks differ too much.

    Raises: Refused for somebody else's task, one marked already, or marks that cannot be given.
    """
    lock_named(f"marking:{task.attempt_id}:{task.item}")
    current = MarkingTask.objects.select_related("attempt__paper", "attempt__ticket__offering__revision").get(
        pk=task.pk
    )
    if current.marker_id != by.id:
        raise Refused(what="这份答卷不是分给您的", remedy="请领取下一份", code="not-yours")
    if WrittenMark.objects.filter(task=current).exists():
        raise Refused(what="这份答卷您已评过", remedy="请领取下一份", code="marked-already")
    script = script_of(current)
    given = check_points(points, [Decimal(str(point["marks"])) for point in script.points])
    mark = WrittenMark.objects.create(
        task=current,
        points=[str(value) for value in given],
        marks=sum(given, Decimal(0)),
        comment=comment.strip()[:300],
        by=by,
    )
    _open_arbitration(current, possible=script.possible)
    record(
        by=str(by.id),
        act="written-marked",
        subject=f"marking-task:{current.id}",
        detail={"marks": str(mark.marks)},
    )
    return mark


@transaction.atomic
def settle_theory(*, by: str, offering: Offering) -> list[TheoryMark]:
    """A theory mark for every attempt whose items are all settled and that has none yet."""
    lock_named(f"settle:{offering.id}")
    collections = collected(offering)
    papers = lines_of(collection.attempt.paper for collection in collections)
    keyed: dict[str, dict[str, KeyMark]] = {}
    for mark in KeyMark.objects.filter(attempt__ticket__offering=offering):
        keyed.setdefault(str(mark.attempt_id), {})[mark.item] = mark
    rounds = rounds_of(offering)
    done = set(
        TheoryMark.objects.filter(attempt__ticket__offering=offering).values_list("attempt_id", flat=True)
    )
    settled = []
    for collection in collections:
        if collection.attempt_id in done:
            continue
        attempt = str(collection.attempt_id)
        lines = [
            _settled_line(
                line,
                keyed.get(attempt, {}).get(line.item),
                rounds.get((attempt, line.item)),
                collection.answers,
                offering,
            )
            for line in papers[str(collection.attempt.paper_id)]
        ]
        if all(line is not None for line in lines):
            settled.append(_keep_theory(collection.attempt, [line for line in lines if line is not None]))
    record(by=by, act="theory-settled", subject=f"offering:{offering.id}", detail={"attempts": len(settled)})
    return settled


def _chosen(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _open_arbitration(task: MarkingTask, *, possible: Decimal) -> None:
    policy = policy_of(task.attempt.ticket.offering)
    rows = MarkingTask.objects.filter(attempt=task.attempt, item=task.item).order_by("round")
    marks = {mark.task_id: mark.marks for mark in WrittenMark.objects.filter(task__in=rows)}
    state = settle([marks.get(row.id) for row in rows], policy, possible=possible)
    if isinstance(state, Pending) and state.round > policy.blind:
        MarkingTask.objects.get_or_create(attempt=task.attempt, item=task.item, round=state.round)


def _settled_line(
    line: Line,
    keyed: KeyMark | None,
    rounds: dict[int, Any] | None,
    answers: dict[str, Any],
    offering: Offering,
) -> dict[str, str] | None:
    """What an item earned and why, or None while it waits for somebody."""
    facts = {"item": line.item, "area": line.area, "type": line.type, "possible": str(line.marks)}
    if line.type != "short":
        return None if keyed is None else facts | {"marks": str(keyed.marks), "how": keyed.reason}
    if not str(answers.get(line.item) or "").strip():
        return facts | {"marks": "0", "how": BLANK}
    if rounds is None:
        return None
    given = [rounds[number].marks if rounds[number] else None for number in sorted(rounds)]
    state = settle(given, policy_of(offering), possible=line.marks)
    if isinstance(state, Pending):
        return None
    return facts | {"marks": str(state.marks), "how": state.reckoning}


def _keep_theory(attempt: Attempt, lines: list[dict[str, str]]) -> TheoryMark:
    return TheoryMark.objects.create(
        attempt=attempt,
        marks=sum((Decimal(line["marks"]) for line in lines), Decimal(0)),
        breakdown=lines,
    )
