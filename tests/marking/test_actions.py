"""Keys, blind marks, arbitration and the theory mark."""

from decimal import Decimal as Dec

import pytest

from tests.factories.world import World, build_world
from tests.marking.scripts import RIGHT, collect, collected, give, markers, opened, over, taken
from zhiheng.delivery.models import Attempt, LateAdmission
from zhiheng.foundation.errors import Refused
from zhiheng.marking.actions import (
    give_marks,
    hand_back,
    mark_by_keys,
    open_marking,
    reclaim_tasks,
    settle_theory,
    take_task,
)
from zhiheng.marking.models import KeyMark, MarkingTask, TheoryMark, WrittenMark
from zhiheng.marking.progress import progress_of
from zhiheng.people.models import Person, Role, RoleGrant
from zhiheng.plumbing.models import AuditLine


def code_of(call: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**words)  # type: ignore[operator]
    return refused.value.code


def keyed(attempt: Attempt) -> dict[str, tuple[Dec, str]]:
    return {row.item: (row.marks, row.reason) for row in KeyMark.objects.filter(attempt=attempt)}


def test_objective_items_are_marked_by_their_key(world: World) -> None:
    right, wrong, blank = collected(
        world, RIGHT, {"S1": "A", "M1": ["A"], "W1": "写"}, {"S1": None, "M1": [], "W1": "写"}
    )
    over(world)

    assert mark_by_keys(by="test", offering=world.association) == 6
    assert keyed(right) == {"S1": (Dec(1), "答案正确"), "M1": (Dec(2), "答案正确")}
    assert keyed(wrong) == {"S1": (Dec(0), "答案错误"), "M1": (Dec(0), "少选")}
    assert keyed(blank) == {"S1": (Dec(0), "未作答"), "M1": (Dec(0), "未作答")}

    lines = AuditLine.objects.count()
    assert mark_by_keys(by="test", offering=world.association) == 0
    assert (KeyMark.objects.count(), AuditLine.objects.count()) == (6, lines)


def test_a_later_collection_counts_until_the_mark_is_settled(world: World) -> None:
    (attempt,) = collected(world, {"S1": "A"})
    mark_by_keys(by="test", offering=world.association)
    open_marking(by="test", offering=world.association)
    collect(attempt, {"S1": "B"})

    assert mark_by_keys(by="test", offering=world.association) == 1
    assert keyed(attempt)["S1"] == (Dec(1), "答案正确")

    settle_theory(by="test", offering=world.association)
    collect(attempt, {"S1": "A"})
    assert mark_by_keys(by="test", offering=world.association) == 0
    assert keyed(attempt)["S1"] == (Dec(1), "答案正确")


def test_an_attempt_waits_while_a_late_answer_is_undecided(world: World) -> None:
    (attempt,) = collected(world, RIGHT)
    collect(attempt, RIGHT, late=[7])

    assert mark_by_keys(by="test", offering=world.association) == 0
    assert open_marking(by="test", offering=world.association) == 0
    LateAdmission.objects.create(
        attempt=attempt, entry=7, admitted=False, reason="迟", by=world[Role.ADMINISTRATOR]
    )
    assert mark_by_keys(by="test", offering=world.association) == 2
    assert open_marking(by="test", offering=world.association) == 2


def test_a_blank_written_answer_is_settled_at_nought(world: World) -> None:
    blank, _ = collected(world, RIGHT | {"W1": " \n"}, RIGHT)

    assert open_marking(by="test", offering=world.association) == 2
    assert keyed(blank) == {"W1": (Dec(0), "未作答，不送评阅")}
    assert not MarkingTask.objects.filter(attempt=blank).exists()
    assert open_marking(by="test", offering=world.association) == 0


def test_two_blind_marks_within_the_tolerance_are_averaged(world: World) -> None:
    (attempt,) = opened(world, RIGHT)
    first, second, _ = markers(world)
    assert settle_theory(by="test", offering=world.association) == []

    assert give(first, "6", "1.5").marks == Dec("7.5")
    assert settle_theory(by="test", offering=world.association) == []
    assert give(second, "5.5", "0").marks == Dec("5.5")

    (mark,) = settle_theory(by="test", offering=world.association)
    assert (mark.attempt, mark.marks) == (attempt, Dec("9.50"))
    assert mark.breakdown == {
        "items": [
            {
                "item": "S1",
                "area": "ethics",
                "type": "single",
                "marks": "1",
                "possible": "1",
                "how": "答案正确",
            },
            {
                "item": "M1",
                "area": "livestream",
                "type": "multiple",
                "marks": "2",
                "possible": "2",
                "how": "答案正确",
            },
            {
                "item": "W1",
                "area": "livestream",
                "type": "short",
                "marks": "6.5",
                "possible": "10",
                "how": "7.5、5.5，相差 2.0 ≤ 2，取平均 6.5",
            },
        ],
        "areas": [
            {"area": "ethics", "title": "职业道德", "marks": "1", "possible": "1"},
            {"area": "livestream", "title": "直播营销", "marks": "8.5", "possible": "12"},
        ],
    }
    assert settle_theory(by="test", offering=world.association) == []
    assert TheoryMark.objects.count() == 1


def test_marks_too_far_apart_go_to_somebody_else(world: World) -> None:
    opened(world, RIGHT)
    first, second, third = markers(world)
    give(first, "6", "4")
    give(second, "6", "1.5")

    assert list(MarkingTask.objects.values_list("round", flat=True).order_by("round")) == [1, 2, 3]
    assert (take_task(by=first), take_task(by=second)) == (None, None)
    assert settle_theory(by="test", offering=world.association) == []

    assert give(third, "6", "3").marks == Dec(9)
    (mark,) = settle_theory(by="test", offering=world.association)
    assert (mark.marks, MarkingTask.objects.count()) == (Dec(12), 3)


def test_nobody_marks_an_answer_twice_or_one_in_other_hands(world: World) -> None:
    opened(world, RIGHT, RIGHT)
    first, second = markers(world, 2)
    own = taken(first)

    assert taken(first) == own
    assert taken(second).attempt_id != own.attempt_id
    give_marks(by=first, task=own, points=["6", "4"])
    other = taken(first)
    assert other.attempt_id != own.attempt_id
    assert code_of(give_marks, by=first, task=own, points=["6", "4"]) == "marked-already"
    assert code_of(give_marks, by=second, task=other, points=["6", "4"]) == "not-yours"
    assert WrittenMark.objects.count() == 1


def test_answers_come_item_by_item(world: World) -> None:
    opened(world, RIGHT, RIGHT, RIGHT)
    first = markers(world, 1)[0]

    seen = []
    while task := take_task(by=first):
        seen.append((task.item, task.round))
        give_marks(by=first, task=task, points=["6", "4"])

    assert seen == [("W1", 1)] * 3


def test_a_marker_is_kept_from_their_own(world: World) -> None:
    (attempt,) = opened(world, RIGHT)
    first, second, third = markers(world)
    RoleGrant.objects.create(account=first, role=Role.INSTITUTION, institution=world.institution)
    person = Person.objects.get(id=attempt.ticket.application.person_id)
    person.account = second
    person.save(update_fields=["account"])

    assert (take_task(by=first), take_task(by=second)) == (None, None)
    assert taken(third).attempt == attempt


def test_an_answer_handed_back_is_free_again(world: World) -> None:
    opened(world, RIGHT)
    first, second, _ = markers(world)
    task = taken(first)
    assert code_of(hand_back, by=second, task=task) == "not-yours"

    hand_back(by=first, task=task)
    assert MarkingTask.objects.get(pk=task.pk).marker is None
    taken(first)
    assert reclaim_tasks(by=world[Role.ADMINISTRATOR], offering=world.association) == 1
    assert reclaim_tasks(by=world[Role.ADMINISTRATOR], offering=world.association) == 0
    assert not MarkingTask.objects.filter(marker__isnull=False).exists()


@pytest.mark.parametrize(
    ("points", "code"),
    [
        (["6"], "points-count"),
        (["6.5", "0"], "points-value"),
        (["0.3", "0"], "points-value"),
        (["", "0"], "points-value"),
    ],
)
def test_a_mark_that_cannot_be_is_refused(world: World, points: list[str], code: str) -> None:
    opened(world, RIGHT)
    task = taken(world[Role.MARKER])

    assert code_of(give_marks, by=world[Role.MARKER], task=task, points=points) == code
    long = {"points": ["1", "1"], "comment": "长" * 301}
    assert code_of(give_marks, by=world[Role.MARKER], task=task, **long) == "comment-long"
    assert WrittenMark.objects.count() == 0


def test_only_markers_take_answers(world: World) -> None:
    opened(world, RIGHT)

    assert code_of(take_task, by=world[Role.ADMINISTRATOR]) == "not-marker"


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_progress_is_counted_in_a_fixed_number_of_queries(
    count: int, django_assert_num_queries: object
) -> None:
    world = build_world()
    opened(world, *[RIGHT] * count)
    first, second, _ = markers(world)
    give(first, "6", "4")
    give(second, "0", "0")
    give(second, "6", "4") if count > 1 else None

    with django_assert_num_queries(5):  # type: ignore[operator]
        (progress,) = progress_of([world.association])

    (item,) = progress.items
    assert (progress.collected, progress.keyed, progress.settled) == (count, count, 0)
    assert (item.answers, item.total) == (count, 2 * count)
    assert progress.waiting == item.total - item.done + item.arbitrations - item.arbitrated
    assert progress.started
