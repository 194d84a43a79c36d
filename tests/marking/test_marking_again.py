"""Answers that change after they were marked: what was judged is set aside, the rest is marked again."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.factories.world import World
from tests.marking.scripts import RIGHT, collect, collected, give, markers, opened, over, taken
from zhiheng.delivery.models import Attempt, LateAdmission
from zhiheng.foundation.errors import Refused
from zhiheng.marking.actions import give_marks, mark_by_keys, open_marking, settle_theory
from zhiheng.marking.models import KeyMark, MarkingTask, Remarking, TheoryMark, WrittenMark
from zhiheng.marking.progress import progress_of
from zhiheng.marking.remarking.actions import mark_again
from zhiheng.marking.remarking.queries import remarkings_of
from zhiheng.people.models import Account, Role
from zhiheng.plumbing.models import AuditLine

BEFORE = {"S1": "A", "M1": ["A", "C"], "W1": "先对照资料卡"}


def changed(
    world: World, attempt: Attempt, after: dict[str, Any], before: dict[str, Any] = BEFORE, late: Any = None
) -> str:
    """As a decision about late answers leaves it: collected anew, then followed."""
    collect(attempt, after, late=late)
    return mark_again(
        by=world[Role.ADMINISTRATOR], attempt=attempt, before=before, after=after, why="断网，予以采纳"
    )


def settled(world: World, *answers: dict[str, Any]) -> list[Attempt]:
    attempts = opened(world, *answers)
    for marker in markers(world, 2):
        for _ in answers:
            give(marker, "6", "0")
    settle_theory(by="test", offering=world.association)
    return attempts


def keyed(attempt: Attempt) -> dict[str, str]:
    rows = KeyMark.objects.filter(attempt=attempt)
    return {row.item: f"{row.marks.normalize():f}" for row in rows}


def test_before_marking_there_is_nothing_to_do(world: World) -> None:
    (attempt,) = collected(world, BEFORE)

    assert changed(world, attempt, RIGHT) == ""
    assert (Remarking.objects.count(), KeyMark.objects.count(), TheoryMark.objects.count()) == (0, 0, 0)


def test_an_objective_answer_changes_the_settled_mark_at_once(world: World) -> None:
    (attempt,) = settled(world, BEFORE)
    assert [mark.marks for mark in TheoryMark.objects.all()] == [Decimal(8)]

    told = changed(world, attempt, RIGHT)

    assert told == "理论成绩已重新计算：8.00 → 9.00 分。"
    assert (keyed(attempt), TheoryMark.objects.get().marks) == ({"S1": "1", "M1": "2"}, Decimal(9))
    (again,) = Remarking.objects.all()
    assert again.items == [{"item": "S1", "type": "single", "marks": "0", "how": "答案错误"}]
    assert (again.theory or {})["marks"] == "8.00"
    assert WrittenMark.objects.filter(task__set_aside=None).count() == 2
    (line,) = AuditLine.objects.filter(act="marked-again", subject=f"attempt:{attempt.id}")
    assert line.detail == {"why": "断网，予以采纳", "items": ["S1"], "theory": "8.00"}


def test_a_written_answer_goes_before_its_markers_again(world: World) -> None:
    (attempt,) = settled(world, RIGHT)
    after = RIGHT | {"W1": "先对照资料卡，再实测。"}

    told = changed(world, attempt, after, before=RIGHT)

    assert told == "原理论成绩 9.00 分不再有效，简答题重新评阅后重新结出。"
    assert not TheoryMark.objects.exists()
    assert WrittenMark.objects.count() == 2  # kept, and set aside
    (stand,) = progress_of([world.association])
    assert (stand.waiting, stand.settled, stand.items[0].total, stand.items[0].done) == (2, 0, 2, 0)
    for marker in (world[Role.MARKER], Account.objects.get(username="marker-2")):
        give(marker, "6", "4")
    assert [mark.marks for mark in settle_theory(by="test", offering=world.association)] == [Decimal(13)]
    (shown,) = remarkings_of(world.association)
    assert (shown.before, shown.now) == ("9.00", "13.00")
    assert shown.items == ({"place": "3", "before": "6 分", "now": "重新评阅"},)


def test_an_answer_in_hand_is_taken_out_of_it(world: World) -> None:
    (attempt,) = opened(world, BEFORE)
    (marker,) = markers(world, 1)
    held = taken(marker)

    assert changed(world, attempt, BEFORE | {"W1": "另一个答案"}) == "已重新计分，简答题重新送评。"

    with pytest.raises(Refused) as refused:
        give_marks(by=marker, task=held, points=["6", "4"])
    assert refused.value.code == "answer-changed"
    assert taken(marker).id != held.id
    assert MarkingTask.objects.filter(set_aside=None).count() == 2


def test_a_blank_that_was_none_is_judged_after_all(world: World) -> None:
    blank = {"S1": "B", "M1": ["A", "C"]}
    (attempt,) = collected(world, blank)
    over(world)
    mark_by_keys(by="test", offering=world.association)
    open_marking(by="test", offering=world.association)
    settle_theory(by="test", offering=world.association)
    assert TheoryMark.objects.get().marks == Decimal(3)

    changed(world, attempt, blank | {"W1": "实测"}, before=blank)

    assert (keyed(attempt), TheoryMark.objects.count()) == ({"S1": "1", "M1": "2"}, 0)
    assert MarkingTask.objects.filter(set_aside=None, item="W1").count() == 2


def test_an_answer_taken_away_is_a_blank(world: World) -> None:
    (attempt,) = settled(world, RIGHT)

    told = changed(world, attempt, {"S1": "B", "M1": ["A", "C"]}, before=RIGHT)

    assert told == "理论成绩已重新计算：9.00 → 3.00 分。"
    assert keyed(attempt) == {"S1": "1", "M1": "2", "W1": "0"}


def test_while_another_late_answer_waits_nothing_is_settled_and_its_decision_goes_on(world: World) -> None:
    (attempt,) = settled(world, BEFORE)

    told = changed(world, attempt, RIGHT, late=[77])
    assert told == "原理论成绩 8.00 分不再有效，其余迟到作答决定后重新结出。"
    assert not TheoryMark.objects.exists()

    LateAdmission.objects.create(
        attempt=attempt, entry=77, admitted=False, reason="超时", by=world[Role.ADMINISTRATOR]
    )
    assert changed(world, attempt, RIGHT, before=RIGHT) == "理论成绩已重新计算：8.00 → 9.00 分。"
    assert Remarking.objects.count() == 1


def test_nobody_else_is_marked_or_settled(world: World) -> None:
    first, other = settled(world, BEFORE, BEFORE)
    untouched = TheoryMark.objects.get(attempt=other)

    changed(world, first, RIGHT)

    assert TheoryMark.objects.get(attempt=other) == untouched
    assert Remarking.objects.filter(attempt=other).count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_an_offering_tells_the_history(
    world: World, client: Client, count: int, django_assert_num_queries: Any
) -> None:
    attempts = settled(world, *[BEFORE] * count)
    for attempt in attempts:
        changed(world, attempt, RIGHT)

    with django_assert_num_queries(3):
        found = remarkings_of(world.association)
    assert [(one.before, one.now) for one in found] == [("8.00", "9.00")] * count

    client.force_login(world[Role.RESULTS_OFFICER])
    page = client.get(f"/marking/progress/{world.association.id}/").content.decode()
    assert page.count("第 1 题：0 分 → 1 分") == count

    client.force_login(world[Role.MARKER])
    assert client.get(f"/marking/progress/{world.association.id}/").status_code == 403
