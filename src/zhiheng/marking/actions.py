"""Marks by key, blind marks by people, and the theory mark they come to."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from zhiheng.bank.core.terms import AREA_TITLES
from zhiheng.delivery.models import Attempt
from zhiheng.foundation.errors import Refused
from zhiheng.marking.core.keys import KeyedMark, mark_by_key
from zhiheng.marking.core.written import Pending, check_points
from zhiheng.marking.models import KeyMark, MarkingTask, TheoryMark, WrittenMark
from zhiheng.marking.queries import (
    ItemMark,
    Script,
    blind,
    held_by,
    is_blank,
    item_marks,
    key_marks,
    marks_of_answer,
    open_tasks,
    policy_of,
    possible_of,
    scripts_of,
    standing_tasks,
    takeable_by,
    written_marks,
    written_settlement,
)
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import roles_of
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for

BLANK = "未作答，不送评阅"
CENT = Decimal("0.01")
COMMENT_LIMIT = 300


@transaction.atomic
def mark_by_keys(*, by: str, offering: Offering, only: Attempt | None = None) -> int:
    """Mark every objective item of every collected attempt, or of one; how many marks were written or put right.

    Run again it writes nothing, unless a later collection has changed an answer. An attempt with a theory mark stays.
    """
    lock_named(f"marking:{offering.id}")
    known = key_marks(offering, only=only)
    closed = _closed(offering)
    written = 0
    for script in scripts_of(offering, only=only):
        if script.attempt.id not in closed:
            written += sum(_key_one(script, line, known, offering) for line in script.lines)
    if written:
        record(by=by, act="marked-by-key", subject=f"offering:{offering.id}", detail={"marks": written})
    return written


def _closed(offering: Offering) -> set[UUID]:
    rows = TheoryMark.objects.filter(attempt__ticket__offering=offering)
    return set(rows.values_list("attempt_id", flat=True))


def _key_one(script: Script, line: Any, known: dict[tuple[UUID, str], KeyMark], offering: Offering) -> bool:
    """Whether a mark was written."""
    if line["type"] == "short":
        return False
    possible = possible_of(line)
    value: Any = script.answers.get(line["item"]) or []
    chosen = [value] if isinstance(value, str) else list(value)
    mark = mark_by_key(
        chosen,
        script.body(line)["key"],
        possible=possible,
        multiple=rules_for(offering).marking.multiple_choice.value,
    )
    return _write_key_mark(script, line["item"], mark, possible, known)


def _write_key_mark(
    script: Script, item: str, mark: KeyedMark, possible: Decimal, known: dict[tuple[UUID, str], KeyMark]
) -> bool:
    before = known.get((script.attempt.id, item))
    if before is None:
        KeyMark.objects.create(
            attempt=script.attempt, item=item, marks=mark.marks, possible=possible, reason=mark.reason
        )
        return True
    if (before.marks, before.reason) == (mark.marks, mark.reason):
        return False
    before.marks, before.reason = mark.marks, mark.reason
    before.save(update_fields=["marks", "reason"])
    return True


@transaction.atomic
def open_marking(*, by: str, offering: Offering, only: Attempt | None = None) -> int:
    """Put every written answer, or those of one attempt, before its blind markers; how many tasks were opened.

    A blank answer is settled at 0 without a marker.
    """
    lock_named(f"marking:{offering.id}")
    rounds = range(1, policy_of(offering).blind + 1)
    known = key_marks(offering, only=only)
    opened_before = set(
        standing_tasks().filter(attempt__ticket__offering=offering).values_list("attempt_id", "item")
    )
    tasks = []
    for script in scripts_of(offering, only=only):
        for line in (line for line in script.lines if line["type"] == "short"):
            at = (script.attempt.id, line["item"])
            if at in opened_before or at in known:
                continue
            if is_blank(script.answers.get(line["item"])):
                blank = KeyedMark(marks=Decimal(0), reason=BLANK)
                _write_key_mark(script, line["item"], blank, possible_of(line), known)
                continue
            tasks += [MarkingTask(attempt=script.attempt, item=line["item"], round=place) for place in rounds]
    MarkingTask.objects.bulk_create(tasks)
    if tasks:
        record(by=by, act="marking-opened", subject=f"offering:{offering.id}", detail={"tasks": len(tasks)})
    return len(tasks)


@transaction.atomic
def take_task(*, by: Account) -> MarkingTask | None:
    """The next answer for a marker: the one already in hand, else the next they may take.

    Raises: Refused when the account is no marker.
    """
    if Role.MARKER not in roles_of(by):
        raise Refused(
            what=f"{by.display_name}不是阅卷员", remedy="请由管理员授予阅卷员角色", code="not-marker"
        )
    lock_named("marking:tasks")
    held = held_by(by)
    if held is not None:
        return held
    task = takeable_by(by).select_related("attempt__paper", "attempt__ticket__offering__revision").first()
    if task is None:
        return None
    task.marker = by
    task.save(update_fields=["marker"])
    record(by=str(by.id), act="answer-taken", subject=f"marking-task:{task.id}", detail={"round": task.round})
    return task


@transaction.atomic
def hand_back(*, by: Account, task: MarkingTask) -> None:
    """A marker returns an answer unmarked, so that somebody else may take it."""
    lock_named("marking:tasks")
    held = _own(by, task)
    held.marker = None
    held.save(update_fields=["marker"])
    record(by=str(by.id), act="answer-handed-back", subject=f"marking-task:{held.id}")


@transaction.atomic
def reclaim_tasks(*, by: Account, offering: Offering) -> int:
    """Free every answer that somebody took and did not mark; how many."""
    lock_named("marking:tasks")
    held = list(
        open_tasks()
        .filter(attempt__ticket__offering=offering, marker__isnull=False)
        .values_list("id", flat=True)
    )
    MarkingTask.objects.filter(id__in=held).update(marker=None)
    if held:
        record(
            by=str(by.id),
            act="answers-reclaimed",
            subject=f"offering:{offering.id}",
            detail={"tasks": len(held)},
        )
    return len(held)


def _own(by: Account, task: MarkingTask) -> MarkingTask:
    """The task as it stands now, if this marker holds it unmarked. Raises: Refused."""
    held = MarkingTask.objects.select_related("attempt__paper", "attempt__ticket__offering__revision").get(
        pk=task.pk
    )
    if held.marker_id != by.id:
        raise Refused(
            what="这份答卷不在您手上",
            rule="背对背评阅：答卷由领取的人评阅",
            remedy="请重新领取一份",
            code="not-yours",
        )
    if held.set_aside_id is not None:
        raise Refused(
            what="这份答案在您评阅期间有了变动",
            rule="变动以后的答案重新送评，原来的不再计分",
            remedy="请领取下一份",
            code="answer-changed",
        )
    if WrittenMark.objects.filter(task=held).exists():
        raise Refused(
            what="这份答卷已经评过", rule="评分不改写", remedy="请领取下一份", code="marked-already"
        )
    return held


@transaction.atomic
def give_marks(*, by: Account, task: MarkingTask, points: Sequence[str], comment: str = "") -> WrittenMark:
    """A marker's marks per marking point; calls for an arbiter when the blind marks lie too far apart.

    Raises: Refused for a point out of range, or a task that is not in this marker's hands.
    """
    lock_named("marking:tasks")
    held = _own(by, task)
    if len(comment) > COMMENT_LIMIT:
        raise Refused(
            what=f"评语有 {len(comment)} 个字，超过 {COMMENT_LIMIT} 个字",
            remedy="请缩短",
            code="comment-long",
        )
    facts = blind(held)
    given = check_points(points, [point.marks for point in facts.points])
    mark = WrittenMark.objects.create(
        task=held,
        points=[str(value) for value in given],
        marks=sum(given, Decimal(0)),
        comment=comment.strip(),
        by=by,
    )
    policy = policy_of(held.attempt.ticket.offering)
    outcome = written_settlement(marks_of_answer(held), policy, possible=facts.possible)
    arbitration = isinstance(outcome, Pending) and outcome.round > policy.blind
    if arbitration:
        MarkingTask.objects.create(attempt=held.attempt, item=held.item, round=policy.blind + 1)
    record(
        by=str(by.id),
        act="answer-marked",
        subject=f"marking-task:{held.id}",
        detail={"marks": str(mark.marks), "arbitration": arbitration},
    )
    return mark


@transaction.atomic
def settle_theory(*, by: str, offering: Offering, only: Attempt | None = None) -> list[TheoryMark]:
    """Write the theory mark of every attempt, or of one, whose items are all settled; those written now."""
    lock_named(f"marking:{offering.id}")
    keyed, written = key_marks(offering, only=only), written_marks(offering, only=only)
    policy, closed = policy_of(offering), _closed(offering)
    settled = []
    for script in scripts_of(offering, only=only):
        if script.attempt.id in closed:
            continue
        items = item_marks(script, keyed=keyed, written=written, policy=policy)
        if items is not None:
            settled.append(_write_theory(script, items))
    if settled:
        record(
            by=by, act="theory-settled", subject=f"offering:{offering.id}", detail={"attempts": len(settled)}
        )
    return settled


def _write_theory(script: Script, items: list[ItemMark]) -> TheoryMark:
    total = sum((item.marks for item in items), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
    return TheoryMark.objects.create(
        attempt=script.attempt,
        marks=total,
        breakdown={"items": [item.as_json() for item in items], "areas": area_sums(items)},
    )


def area_sums(items: Sequence[ItemMark]) -> list[dict[str, str]]:
    """Marks by area in the order of the paper."""
    groups: dict[str, list[ItemMark]] = defaultdict(list)
    for item in items:
        groups[item.area].append(item)
    return [
        {
            "area": area,
            "title": AREA_TITLES.get(area, area),
            "marks": f"{sum((item.marks for item in group), Decimal(0)).normalize():f}",
            "possible": f"{sum((item.possible for item in group), Decimal(0)).normalize():f}",
        }
        for area, group in groups.items()
    ]
