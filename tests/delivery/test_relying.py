"""What a late or rescued answer comes to before marking, after it, and once results are made."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from tests.delivery.rescue.files import Line, another_administrator, cut_off, file_of, published, row
from tests.delivery.test_actions import START, answered, code_of, write_log
from tests.factories.world import World
from tests.marking.scripts import give, markers
from tests.results.outcomes import second_officer
from zhiheng.delivery.actions import collect, decide_late
from zhiheng.delivery.core.attempt import granted_entry
from zhiheng.delivery.models import Attempt, LateAdmission
from zhiheng.delivery.queries import latest_collection
from zhiheng.delivery.rescue.actions import approve, bring_in, refuse
from zhiheng.delivery.rescue.queries import Rescue, rescue_by_id
from zhiheng.foundation.errors import Refused
from zhiheng.marking.actions import mark_by_keys, open_marking, settle_theory
from zhiheng.marking.models import KeyMark, Remarking, TheoryMark
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.results.actions import propose, release, send_back
from zhiheng.results.amending.actions import agree_amendment, propose_amendment
from zhiheng.results.amending.queries import changes
from zhiheng.results.models import Release, Result

AFTERWARDS = START + timedelta(minutes=120)
LATE_AT = START + timedelta(minutes=91)


@pytest.fixture
def attempt(world: World) -> Attempt:
    """Answered Q1 wrongly in time; the right answer arrived a minute after the end. Q2 was left blank."""
    first, _ = published(world)
    cut_off(first)
    write_log(first, answered(first, item="Q1", body='"B"', seq=2, at=LATE_AT))
    clock.move_to(AFTERWARDS)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    return first


def late_entry(attempt: Attempt) -> int:
    found = latest_collection(attempt)
    assert found is not None
    (entry,) = found.late
    return int(entry)


def decide(world: World, attempt: Attempt, *, admitted: bool, entry: int | None = None) -> str:
    return decide_late(
        by=world[Role.ADMINISTRATOR],
        attempt=attempt,
        entry=entry or late_entry(attempt),
        admitted=admitted,
        reason="第一考场断网",
    ).told


def marked(world: World) -> None:
    offering = world.association
    mark_by_keys(by="test", offering=offering)
    open_marking(by="test", offering=offering)
    settle_theory(by="test", offering=offering)


def proposed(world: World) -> Release:
    marked(world)
    return propose(by=world[Role.RESULTS_OFFICER], offering=world.association)


def brought(world: World, attempt: Attempt) -> Rescue:
    content = file_of(attempt, row("Q1", "B", seq=5), row("Q2", "复盘三项数据", seq=6))
    made = bring_in(by=world[Role.ADMINISTRATOR], offering=world.association, content=content, name="x")
    return again(made.id)


def again(rescue_id: object) -> Rescue:
    found = rescue_by_id(rescue_id)  # type: ignore[arg-type]  # an id
    assert found is not None
    return found


def late_row(attempt: Attempt) -> None:
    """A row that reached the hall only after the answers had been collected."""
    write_log(attempt, answered(attempt, item="Q1", body='"A"', seq=3, at=LATE_AT + timedelta(minutes=1)))


def test_before_marking_an_admitted_answer_counts(world: World, attempt: Attempt) -> None:
    assert decide(world, attempt, admitted=True) == ""
    marked(world)

    assert TheoryMark.objects.get(attempt=attempt).marks == Decimal(10)
    assert Remarking.objects.count() == 0


def test_after_marking_the_mark_is_worked_out_again_both_ways(world: World, attempt: Attempt) -> None:
    decide(world, attempt, admitted=True)
    marked(world)
    late_row(attempt)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)

    assert decide(world, attempt, admitted=True) == "理论成绩已重新计算：10.00 → 0.00 分。"

    (change,) = Remarking.objects.all()
    assert (change.why, change.items, (change.theory or {})["marks"]) == (
        "迟到的作答决定采纳：第一考场断网",
        [{"item": "Q1", "type": "single", "marks": "10", "how": "答案正确"}],
        "10.00",
    )
    assert KeyMark.objects.get(attempt=attempt, item="Q1").marks == 0


def test_a_refused_answer_leaves_the_mark(world: World, attempt: Attempt) -> None:
    decide(world, attempt, admitted=True)
    marked(world)
    late_row(attempt)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)

    assert decide(world, attempt, admitted=False) == ""
    assert (TheoryMark.objects.get(attempt=attempt).marks, Remarking.objects.count()) == (Decimal(10), 0)


def test_nothing_is_proposed_or_released_while_an_answer_waits(world: World, attempt: Attempt) -> None:
    officer, offering = world[Role.RESULTS_OFFICER], world.association
    decide(world, attempt, admitted=True)
    rescue = brought(world, attempt)
    marked(world)
    assert code_of(propose, by=officer, offering=offering) == "answers-undecided"
    refuse(by=world[Role.ADMINISTRATOR], rescue=rescue, reason="查无此事")

    waiting = propose(by=officer, offering=offering)
    late_row(attempt)
    collect(by=world[Role.ADMINISTRATOR], offering=offering)
    with pytest.raises(Refused) as refused:
        release(by=second_officer(), release=waiting)
    assert (refused.value.code, refused.value.what) == (
        "answers-undecided",
        f"{offering.title}还有1 份答卷有迟到的作答没有决定",
    )
    assert Release.objects.get().released_at is None


def test_between_proposal_and_release_the_proposal_goes_back_first(world: World, attempt: Attempt) -> None:
    decide(world, attempt, admitted=True)
    waiting = proposed(world)
    late_row(attempt)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    entry = late_entry(attempt)

    with pytest.raises(Refused) as refused:
        decide(world, attempt, admitted=True)
    assert refused.value.code == "results-proposed"
    assert not LateAdmission.objects.filter(entry=entry).exists()

    send_back(by=world[Role.RESULTS_OFFICER], release=waiting, reason="有迟到的作答")
    assert decide(world, attempt, admitted=True) == "理论成绩已重新计算：10.00 → 0.00 分。"
    propose(by=world[Role.RESULTS_OFFICER], offering=world.association)
    line = Result.objects.get(application=attempt.ticket.application).components[0]
    assert Decimal(line["marks"]) == 0


def test_after_release_the_answers_may_change_and_two_officers_put_the_result_right(
    world: World, attempt: Attempt
) -> None:
    decide(world, attempt, admitted=True)
    release(by=second_officer(), release=proposed(world))
    late_row(attempt)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    assert changes() == []  # nothing counts before its decision

    assert decide(world, attempt, admitted=True) == "理论成绩已重新计算：10.00 → 0.00 分。"

    result = Result.objects.get(application=attempt.ticket.application)
    assert Decimal(result.components[0]["marks"]) == 10
    (change,) = changes()
    assert (change.result, [(one.before, one.after) for one in change.differences]) == (
        result,
        [(Decimal(10), Decimal(0))],
    )
    amendment = propose_amendment(by=world[Role.RESULTS_OFFICER], result=result, reason="迟到的作答")
    agree_amendment(by=Account.objects.get(username="results-two"), amendment=amendment)
    result.refresh_from_db()
    assert Decimal(result.components[0]["marks"]) == 0


def test_after_release_a_refused_answer_changes_nothing(world: World, attempt: Attempt) -> None:
    decide(world, attempt, admitted=True)
    release(by=second_officer(), release=proposed(world))
    late_row(attempt)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)

    decide(world, attempt, admitted=False)

    assert (changes(), TheoryMark.objects.get(attempt=attempt).marks) == ([], Decimal(10))


def test_a_rescue_file_is_held_to_the_same(world: World, attempt: Attempt) -> None:
    decide(world, attempt, admitted=False)
    marked(world)
    rescue = brought(world, attempt)
    line = Line(at=AFTERWARDS)
    approve(by=world[Role.ADMINISTRATOR], rescue=rescue, reason="断网", line=line)
    approve(by=another_administrator(), rescue=again(rescue.row.id), reason="断网", line=line)

    (change,) = Remarking.objects.all()
    assert change.why == "救援文件导入 2 条答案：断网"
    assert [(one["item"], one["marks"]) for one in change.items] == [("Q1", "0"), ("Q2", "0")]
    assert not TheoryMark.objects.filter(attempt=attempt).exists()  # Q2 waits for its markers
    assert KeyMark.objects.get(attempt=attempt, item="Q1").marks == Decimal(10)


def test_a_rescue_file_after_release_waits_for_its_markers_and_then_for_two_officers(
    world: World, attempt: Attempt
) -> None:
    decide(world, attempt, admitted=False)
    release(by=second_officer(), release=proposed(world))
    rescue = brought(world, attempt)
    line = Line(at=AFTERWARDS)
    approve(by=world[Role.ADMINISTRATOR], rescue=rescue, reason="断网", line=line)
    assert changes() == []
    approve(by=another_administrator(), rescue=again(rescue.row.id), reason="断网", line=line)

    (change,) = changes()  # Q2 is a written answer
    assert change.missing == ("机考阅卷未完成",)
    officer = world[Role.RESULTS_OFFICER]
    words = {"by": officer, "result": change.result, "reason": "断网救回的答案"}
    assert code_of(propose_amendment, **words) == "amendment-unsettled"
    assert Decimal(change.result.components[0]["marks"]) == 0

    for marker in markers(world, 2):
        give(marker, "8")
    settle_theory(by="test", offering=world.association)
    amendment = propose_amendment(**words)
    agree_amendment(by=Account.objects.get(username="results-two"), amendment=amendment)
    change.result.refresh_from_db()
    assert Decimal(change.result.components[0]["marks"]) == 18  # ten by key and eight by two markers


def test_collecting_again_after_release_is_seen_by_the_officers(world: World, attempt: Attempt) -> None:
    """Minutes given after the end make the late answer count."""
    decide(world, attempt, admitted=False)
    release(by=second_officer(), release=proposed(world))

    at = round(AFTERWARDS.timestamp() * 1000)
    write_log(attempt, granted_entry(str(attempt.id), serial=0, minutes=10, reason="补时", at=at))
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)

    (change,) = changes()
    assert [(one.before, one.after) for one in change.differences] == [(Decimal(0), Decimal(10))]


def test_whoever_was_released_as_absent_and_is_collected_is_seen_by_the_officers(
    world: World, attempt: Attempt
) -> None:
    decide(world, attempt, admitted=False)
    release(by=second_officer(), release=proposed(world))
    other = Attempt.objects.exclude(pk=attempt.pk).get()
    cut_off(other)

    collect(by=world[Role.ADMINISTRATOR], offering=world.association)

    (change,) = changes()
    assert (change.result.application, change.missing) == (other.ticket.application, ("机考阅卷未完成",))
    marked(world)
    (change,) = changes()
    assert (change.missing, change.result.outcome, change.outcome) == ((), "absent", "failed")


def test_the_pages_say_it_before_anybody_decides(world: World, attempt: Attempt, client: Client) -> None:
    decide(world, attempt, admitted=True)
    waiting = proposed(world)
    late_row(attempt)
    collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    rescue = brought(world, attempt)
    address = f"/delivery/{world.association.id}/late/{late_entry(attempt)}/"
    client.force_login(world[Role.ADMINISTRATOR])

    for page in (address, f"/delivery/rescue/{rescue.row.id}/"):
        shown = client.get(page).content.decode()
        assert "正等另一位成绩管理员发布" in shown
        assert re.search(r'value="no"[^>]*checked', shown)
    answer = client.post(address, {"admitted": "yes", "reason": "断网"})
    assert (answer.status_code, LateAdmission.objects.filter(reason="断网").exists()) == (422, False)

    Release.objects.filter(pk=waiting.pk).update(released_at=AFTERWARDS)
    for page in (address, f"/delivery/rescue/{rescue.row.id}/"):
        shown = client.get(page).content.decode()
        assert "公布的成绩由两位成绩管理员更正后才变" in shown
        assert not re.search(r'value="no"[^>]*checked', shown)
    assert client.post(address, {"admitted": "yes", "reason": "断网"}).status_code == 302

    client.force_login(world[Role.MARKER])
    assert client.get(address).status_code == 403
