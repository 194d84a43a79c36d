"""The study platform: opened by approval, practice of one's own, hours of one's own institution's candidates."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.factories.shipped import stock
from tests.factories.world import World
from tests.people_of import give_account
from zhiheng.bank.actions import approve_item, submit_item, write_item
from zhiheng.bank.models import ItemVersion, Pool
from zhiheng.bank.queries import PoolEntry
from zhiheng.enrolment.models import Application
from zhiheng.foundation.errors import Refused
from zhiheng.learning.actions import answer_practice, open_study_for, record_attendance
from zhiheng.learning.models import Attendance, PracticeAnswer, StudyPermit
from zhiheng.learning.queries import (
    hours_attended,
    hours_needed,
    next_entry,
    practice_for,
    progress_of,
)
from zhiheng.learning.tasks import open_study
from zhiheng.people.models import Role
from zhiheng.plumbing import clock


def refused_code(call: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**words)  # type: ignore[operator]
    return refused.value.code


def studying(world: World) -> Application:
    """An approved national application whose person is the candidate account, with practice items to do."""
    stock()
    application = world.approved(world.national)
    give_account(application.person, world[Role.CANDIDATE])
    open_study_for(by="test", application_id=application.id)
    return application


SHORT: dict[str, Any] = {
    "id": "T-W1",
    "standard": "4-01-02-07-2021",
    "level": "5",
    "area": "livestream",
    "pool": "practice",
    "type": "short",
    "codes": ["skill:4.1.1"],
    "difficulty": "0.60",
    "stem": "说明开播前的两项准备。",
    "answer": "先核对库存，再试播。",
    "points": [{"text": "核对库存", "marks": "6"}, {"text": "试播", "marks": "4"}],
    "explanation": "两项缺一不可。",
}


def practise_short(world: World) -> None:
    """The shipped practice items are all choices; this adds a short one."""
    item = write_item(by=world[Role.ADMINISTRATOR], body=SHORT).item
    submit_item(by=world[Role.ADMINISTRATOR], item=item)
    approve_item(by=world[Role.ITEM_WRITER], item=item)


def entry_of(application: Application, kind: str) -> PoolEntry:
    return next(entry for entry in practice_for(application.offering) if entry.item.type == kind)


def answer(world: World, application: Application, entry: PoolEntry, value: Any) -> PracticeAnswer:
    version = ItemVersion.objects.get(pk=entry.version)
    return answer_practice(by=world[Role.CANDIDATE], application=application, version=version, value=value)


def test_approval_opens_the_platform_once(world: World) -> None:
    application = world.approved()
    open_study.call(application_id=str(application.id))
    open_study.call(application_id=str(application.id))

    assert StudyPermit.objects.filter(application=application).count() == 1


def test_an_application_that_is_not_approved_has_no_platform(world: World) -> None:
    application = world.enter()

    assert refused_code(open_study_for, by="test", application_id=application.id) == "not-approved"
    assert not StudyPermit.objects.exists()


def test_practice_holds_only_practice_items_of_the_paper(world: World) -> None:
    application = studying(world)
    entries = practice_for(application.offering)

    assert {entry.item.pool for entry in entries} == {"practice"}
    assert {entry.item.area for entry in entries} == {
        "ethics",
        "basics",
        "preparation",
        "livestream",
        "aftersales",
    }


def test_an_answer_is_judged_by_the_key(world: World) -> None:
    application = studying(world)
    entry = entry_of(application, "multiple")
    wrong = [option.letter for option in entry.item.options if option.letter not in entry.item.key]

    assert answer(world, application, entry, list(entry.item.key)).correct is True
    assert answer(world, application, entry, [entry.item.key[0]]).correct is False
    assert answer(world, application, entry, wrong or ["A"]).correct is False


def test_a_short_answer_is_judged_by_the_points_found_in_it(world: World) -> None:
    application = studying(world)
    practise_short(world)
    entry = entry_of(application, "short")

    for points, right in (([0, 1], True), ([0], True), ([1], False), ([], False)):
        assert answer(world, application, entry, {"text": "我的答案", "points": points}).correct is right


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("single", []),
        ("single", "A"),
        ("single", ["A", "B"]),
        ("single", ["Z"]),
        ("multiple", None),
        ("short", {"text": " "}),
        ("short", {"text": "字", "points": [99]}),
        ("short", ["A"]),
    ],
)
def test_an_impossible_answer_is_refused(world: World, kind: str, value: Any) -> None:
    application = studying(world)
    practise_short(world)
    version = ItemVersion.objects.get(pk=entry_of(application, kind).version)
    words = {"by": world[Role.CANDIDATE], "application": application, "version": version, "value": value}

    assert refused_code(answer_practice, **words) == "answer-form"
    assert not PracticeAnswer.objects.exists()


def test_only_the_person_with_an_open_platform_practises_and_only_practice_items(world: World) -> None:
    application = studying(world)
    closed = world.approved(world.national)
    give_account(closed.person, world[Role.INSTITUTION])
    version = ItemVersion.objects.get(pk=entry_of(application, "single").version)
    live = ItemVersion.objects.filter(item__pool=Pool.LIVE, item__area="livestream")[0]
    words: dict[str, Any] = {"application": application, "version": version, "value": ["A"]}

    assert refused_code(answer_practice, by=world.outsider, **words) == "not-own"
    assert (
        refused_code(answer_practice, by=world[Role.INSTITUTION], **{**words, "application": closed})
        == "not-open"
    )
    assert (
        refused_code(answer_practice, by=world[Role.CANDIDATE], **{**words, "version": live})
        == "not-practice"
    )
    assert not PracticeAnswer.objects.exists()


def test_progress_counts_each_item_by_its_latest_answer(world: World) -> None:
    application = studying(world)
    entry = next(one for one in practice_for(application.offering, "livestream") if one.item.type == "single")
    wrong = next(option.letter for option in entry.item.options if option.letter not in entry.item.key)

    answer(world, application, entry, [wrong])
    row = next(row for row in progress_of(application) if row.area == "livestream")
    assert (row.tried, row.right, row.wrong, row.marks) == (1, 0, 1, Decimal(40))
    again = next_entry(application, "livestream", wrong_only=True)
    assert again is not None
    assert again.version == entry.version

    answer(world, application, entry, list(entry.item.key))
    row = next(row for row in progress_of(application) if row.area == "livestream")
    assert (row.tried, row.right, row.wrong) == (1, 1, 0)
    assert next_entry(application, "livestream", wrong_only=True) is None


def test_the_next_question_is_another_one_while_there_is_one(world: World) -> None:
    application = studying(world)
    first = next_entry(application, "livestream")
    assert first is not None
    following = next_entry(application, "livestream", skip=first.item.id)
    assert following is not None
    assert following.item.id != first.item.id
    assert next_entry(application, "planning") is None


def enter(world: World, application: Application, **changes: Any) -> Attendance:
    words: dict[str, Any] = {
        "by": world[Role.INSTITUTION],
        "application": application,
        "day": clock.today(),
        "hours": Decimal("4"),
        "topic": "直播话术",
    }
    return record_attendance(**{**words, **changes})


def test_hours_add_up_against_the_standard(world: World) -> None:
    application = studying(world)
    enter(world, application)
    enter(world, application, hours=Decimal("7.5"), topic="选品")

    assert hours_attended([application]) == {application.id: Decimal("11.5")}
    assert hours_needed(world.national) == 120
    assert hours_needed(world.association) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"hours": Decimal("0")}, "hours"),
        ({"hours": Decimal("-1")}, "hours"),
        ({"hours": Decimal("0.3")}, "hours"),
        ({"hours": Decimal("NaN")}, "hours"),
        ({"hours": Decimal("8.5")}, "hours-day"),
        ({"topic": " "}, "topic"),
        ({"topic": "字" * 101}, "topic"),
        ({"day": date(2999, 1, 1)}, "future-day"),
        ({"hours": Decimal("1")}, "attended-already"),
    ],
)
def test_impossible_hours_are_refused(world: World, changes: dict[str, Any], code: str) -> None:
    application = studying(world)
    enter(world, application)

    with pytest.raises(Refused) as refused:
        enter(world, application, **changes)
    assert refused.value.code == code
    assert hours_attended([application]) == {application.id: Decimal("4")}


def test_twelve_hours_a_day_are_the_most_and_another_day_counts_by_itself(world: World) -> None:
    application = studying(world)
    enter(world, application, hours=Decimal("12"))
    enter(world, application, hours=Decimal("12"), day=clock.today() - timedelta(days=1))

    assert hours_attended([application]) == {application.id: Decimal("24")}


def test_another_institution_and_an_unapproved_candidate_get_no_hours(world: World) -> None:
    application = studying(world)
    draft = world.enter()

    for changes, code in (({"by": world.outsider}, "not-own"), ({"application": draft}, "not-open")):
        with pytest.raises(Refused) as refused:
            enter(world, **{"application": application, **changes})
        assert refused.value.code == code
    assert not Attendance.objects.exists()
