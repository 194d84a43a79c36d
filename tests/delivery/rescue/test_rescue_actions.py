"""A rescue file is brought in once, weighed, and handed to the hall on the word of two people."""

from datetime import timedelta

import pytest
from django.conf import settings

from tests.delivery.rescue.files import (
    CUT_AT,
    UNSENT,
    Line,
    another_administrator,
    cut_off,
    file_of,
    published,
    row,
)
from tests.delivery.test_actions import START, answered, write_log
from tests.factories.world import World
from zhiheng.delivery.actions import collect
from zhiheng.delivery.core.attempt import Entry, opened_entry
from zhiheng.delivery.hall.keys import KEY_FILE
from zhiheng.delivery.models import Attempt, Collection, RescueDecision, RescueImport
from zhiheng.delivery.rescue.actions import approve, bring_in, refuse
from zhiheng.delivery.rescue.queries import (
    Rescue,
    Stage,
    opened_for,
    rescue_by_id,
    rescues_of,
    rescues_waiting_for,
)
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine, VaultFile
from zhiheng.seating.models import Incident

AFTERWARDS = START + timedelta(minutes=120)


@pytest.fixture
def attempt(world: World) -> Attempt:
    first, _ = published(world)
    cut_off(first)
    clock.move_to(AFTERWARDS)
    return first


def brought(world: World, attempt: Attempt, content: bytes | None = None) -> Rescue:
    made = bring_in(
        by=world[Role.ADMINISTRATOR],
        offering=world.association,
        content=content or file_of(attempt),
        name="rescue.zhrescue",
    )
    found = rescue_by_id(made.id)
    assert found is not None
    return found


def again(rescue: Rescue) -> Rescue:
    found = rescue_by_id(rescue.row.id)
    assert found is not None
    return found


def line(*, silent: bool = False) -> Line:
    return Line(at=AFTERWARDS, silent=silent)


def refusal_of(world: World, content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        bring_in(by=world[Role.ADMINISTRATOR], offering=world.association, content=content, name="x")
    return refused.value.code


def test_a_file_is_kept_with_what_it_holds(world: World, attempt: Attempt) -> None:
    rescue = brought(world, attempt)

    assert rescue.stage == Stage.FIRST
    assert rescue.row.facts == {
        "created_at": CUT_AT.isoformat(),
        "rows": 2,
        "epoch": 1,
        "offset": 0,
        "proven": True,
        "fates": {"new": 2},
    }
    assert [(line.number, line.value, line.standing, line.fate) for line in opened_for(rescue).lines] == [
        (1, "B", "A", "new"),
        (2, "复盘三项数据", "", "new"),
    ]
    assert opened_for(rescue).last_heard == START + timedelta(minutes=5)
    assert [incident.text for incident in Incident.objects.all()] == [
        "收到救援文件：2 条没有送达的答案，待两人批准"
    ]
    assert AuditLine.objects.filter(act="rescue-brought", subject=f"attempt:{attempt.id}").count() == 1


def test_what_is_wrong_with_a_file_is_said_and_nothing_kept(world: World, attempt: Attempt) -> None:
    other = Attempt.objects.select_related("ticket").order_by("ticket__number")[1]
    good = file_of(attempt)
    brought(world, attempt, good)
    codes = [
        refusal_of(world, content)
        for content in (
            b"nonsense",
            good[:-9] + b"00000000\n",
            good,
            file_of(attempt, sitting="elsewhere"),
            file_of(attempt, attempt="00000000-0000-4000-8000-000000000000"),
            file_of(attempt, attempt="no uuid"),
            file_of(attempt, ticket=other.ticket.number),
            file_of(other),
        )
    ]

    assert codes == [
        "rescue-format",
        "rescue-damaged",
        "rescue-repeated",
        "rescue-elsewhere",
        "rescue-elsewhere",
        "rescue-elsewhere",
        "rescue-ticket",
        "rescue-never-opened",
    ]
    assert (RescueImport.objects.count(), VaultFile.objects.filter(kind="rescue-file").count()) == (1, 1)


def test_a_file_without_the_sessions_token_says_so(world: World, attempt: Attempt) -> None:
    assert brought(world, attempt, file_of(attempt, token=False)).row.facts["proven"] is False


def test_what_a_stranger_writes_into_the_header_is_not_kept_unread(world: World, attempt: Attempt) -> None:
    rescue = brought(world, attempt, file_of(attempt, created_at="昨天\x00<b>"))

    assert (rescue.row.facts["created_at"], rescue.made_at, rescue.clock_words) == ("", None, "与考场一致")


def test_two_people_bring_the_answers_in(world: World, attempt: Attempt) -> None:
    (before,) = collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    rescue = brought(world, attempt)
    hall, other = line(), another_administrator()
    first = approve(by=world[Role.ADMINISTRATOR], rescue=rescue, reason="断网", line=hall)
    after_first = (hall.calls, again(rescue).stage, Collection.objects.count())
    second = approve(by=other, rescue=again(rescue), reason="与监考记录相符", line=hall)
    latest = Collection.objects.order_by("created_at").last()

    assert after_first == (0, Stage.SECOND, 1)
    assert (first.step, first.result) == (1, None)
    assert (second.step, second.result) == (2, {"appended": 2, "repeated": 0, "conflicts": []})
    assert (hall.calls, again(rescue).stage) == (1, Stage.TAKEN)
    assert latest is not None
    assert (before.answers, latest.answers) == ({"Q1": "A"}, {"Q1": "B", "Q2": "复盘三项数据"})
    assert {line.fate for line in opened_for(again(rescue)).lines} == {"known"}
    assert [incident.text for incident in Incident.objects.order_by("created_at")][-1] == (
        "救援文件经两人批准，导入 2 条答案"
    )


def test_before_collecting_the_rows_alone_are_handed_over(world: World, attempt: Attempt) -> None:
    rescue = brought(world, attempt)
    approve(by=world[Role.ADMINISTRATOR], rescue=rescue, reason="断网", line=line())
    approve(by=another_administrator(), rescue=again(rescue), reason="相符", line=line())
    assert Collection.objects.count() == 0

    (collection,) = collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    assert collection.answers == {"Q1": "B", "Q2": "复盘三项数据"}


def decided_by(by: Account, rescue: Rescue, reason: str = "理由") -> str:
    with pytest.raises(Refused) as refused:
        approve(by=by, rescue=again(rescue), reason=reason, line=line())
    return refused.value.code


def test_nobody_stands_for_two_people(world: World, attempt: Attempt) -> None:
    rescue = brought(world, attempt)
    first, other = another_administrator(), another_administrator("guanli-bing")
    approve(by=first, rescue=rescue, reason="断网", line=line())
    with pytest.raises(Refused) as no:
        refuse(by=first, rescue=again(rescue), reason="反悔")

    assert decided_by(first, rescue) == decided_by(world[Role.ADMINISTRATOR], rescue) == "rescue-same-person"
    assert no.value.code == "rescue-same-person"
    assert (RescueDecision.objects.count(), again(rescue).stage) == (1, Stage.SECOND)
    assert [rescue.may_decide(who) for rescue in [again(rescue)] for who in (first, other)] == [False, True]


def test_a_reason_is_asked_and_a_decision_made_once(world: World, attempt: Attempt) -> None:
    rescue, other = brought(world, attempt), another_administrator()
    assert decided_by(other, rescue, reason=" ") == "reason-missing"

    refuse(by=other, rescue=rescue, reason="来历不明")
    assert again(rescue).stage == Stage.REFUSED
    assert decided_by(world[Role.ADMINISTRATOR], rescue) == "rescue-decided"
    assert rescues_waiting_for(world[Role.ADMINISTRATOR]) == []


def test_a_silent_hall_leaves_everything_as_it_was(world: World, attempt: Attempt) -> None:
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    rescue, other = brought(world, attempt), another_administrator()
    approve(by=world[Role.ADMINISTRATOR], rescue=rescue, reason="断网", line=line())
    with pytest.raises(Refused) as refused:
        approve(by=other, rescue=again(rescue), reason="相符", line=line(silent=True))

    assert (refused.value.code, again(rescue).stage) == ("hall-silent", Stage.SECOND)
    assert (Collection.objects.count(), RescueDecision.objects.count()) == (1, 1)
    assert AuditLine.objects.filter(act="rescue-approved").count() == 1

    approve(by=other, rescue=again(rescue), reason="相符", line=line())
    assert again(rescue).stage == Stage.TAKEN


def test_a_line_that_broke_after_the_last_row_is_made_good(world: World, attempt: Attempt) -> None:
    rescue = brought(world, attempt)
    approve(by=world[Role.ADMINISTRATOR], rescue=rescue, reason="断网", line=line())
    write_log(  # the hall took everything; its word did not come back
        attempt,
        answered(attempt, item="Q1", body='"B"', seq=2, at=AFTERWARDS),
        answered(attempt, item="Q2", body='"复盘三项数据"', seq=3, at=AFTERWARDS),
    )
    hall = line()
    approve(by=another_administrator(), rescue=again(rescue), reason="相符", line=hall)

    assert (hall.calls, again(rescue).stage) == (1, Stage.TAKEN)


def test_nothing_new_is_not_approved(world: World, attempt: Attempt) -> None:
    later = (row("Q1", "B", seq=1), row("Q9", "B", seq=7))
    rescue = brought(world, attempt, file_of(attempt, *later))

    assert decided_by(world[Role.ADMINISTRATOR], rescue) == "rescue-nothing-new"
    assert rescue.row.facts["fates"] == {"conflict": 1, "impossible": 1}
    assert rescue.fresh == 0


def test_another_machines_later_answers_stand(world: World, attempt: Attempt) -> None:
    write_log(
        attempt,
        opened_entry(str(attempt.id), epoch=2, at=round(CUT_AT.timestamp() * 1000)),
        Entry(
            attempt=str(attempt.id),
            epoch=2,
            item="Q1",
            seq=1,
            kind="answer",
            body='"A"',
            server_time=round((CUT_AT + timedelta(minutes=2)).timestamp() * 1000),
        ),
    )
    rescue = brought(world, attempt)
    approve(by=world[Role.ADMINISTRATOR], rescue=rescue, reason="断网", line=line())
    approve(by=another_administrator(), rescue=again(rescue), reason="相符", line=line())
    (collection,) = collect(by=world[Role.ADMINISTRATOR], offering=world.association)

    assert rescue.row.facts["fates"] == {"older": 1, "new": 1}
    assert collection.answers == {"Q1": "A", "Q2": "复盘三项数据"}


def test_without_its_key_a_kept_file_says_why(world: World, attempt: Attempt) -> None:
    rescue = brought(world, attempt)
    (settings.HALL_DATA / KEY_FILE).unlink()
    shown = opened_for(rescue)

    assert (shown.lines, shown.trouble.code if shown.trouble else "") == ([], "rescue-key")
    assert decided_by(world[Role.ADMINISTRATOR], rescue) == "rescue-key"


def test_what_waits_for_whom(world: World, attempt: Attempt) -> None:
    admin, other = world[Role.ADMINISTRATOR], another_administrator()
    rescue = brought(world, attempt)
    first = (len(rescues_waiting_for(admin)), len(rescues_waiting_for(other)))
    approve(by=admin, rescue=rescue, reason="断网", line=line())
    second = (len(rescues_waiting_for(admin)), len(rescues_waiting_for(other)))
    approve(by=other, rescue=again(rescue), reason="相符", line=line())
    third = (len(rescues_waiting_for(admin)), len(rescues_waiting_for(other)))

    assert (first, second, third) == ((1, 1), (0, 1), (0, 0))
    assert [one.row.id for one in rescues_of(world.association)] == [rescue.row.id]
    assert UNSENT[0].value == "B"
