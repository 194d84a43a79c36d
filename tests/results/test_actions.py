"""Proposing, releasing, sitting again."""

from datetime import date, timedelta

import pytest

from tests.factories.world import ENROLLING, World
from tests.results.outcomes import (
    after,
    check_in,
    collected,
    on_panel,
    released,
    result_of,
    sat,
    second_officer,
    sign_in_as_candidate,
    skill,
    theory,
    ticket_for,
)
from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import day_begins
from zhiheng.payments.models import Order, OrderKind, OrderLine
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import Event
from zhiheng.results.actions import ask_makeup, order_makeup, propose, release, send_back
from zhiheng.results.models import MakeUp, MakeUpRequest, Release, Result
from zhiheng.results.queries import (
    chances_of,
    later_offerings,
    offerings_to_propose,
    results_of_institution,
    results_of_person,
)
from zhiheng.sittings.actions import call_sitting, offer
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import date_of

DECEMBER = date(2026, 12, 26)


def later(world: World, *, day: date = DECEMBER, like: Offering | None = None) -> Offering:
    pattern = like or world.association
    return offer(
        by="test",
        sitting=call_sitting(by="test", day=day),
        rule_set=pattern.revision.rule_set,
        programme=pattern.programme,
        level=pattern.level,
        trade=pattern.trade,
    )


def refusal(act: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        act(**words)  # type: ignore[operator]
    return refused.value.code


def test_marks_come_to_outcomes_with_their_reckoning(world: World) -> None:
    tickets = sat(world, ["60.00", "59.50", None])

    proposal = propose(by=world[Role.RESULTS_OFFICER], offering=world.association)
    results = [result_of(ticket) for ticket in tickets]

    assert [result.outcome for result in results] == ["passed", "failed", "absent"]
    assert results[1].components == [
        {
            "key": "theory",
            "name": "机考",
            "marks": "59.50",
            "pass_mark": "60",
            "max_mark": "100",
            "passed": False,
            "absent": False,
            "kept": False,
            "sat_on": "2026-11-28",
            "rule": "000《考试安排·考核题型及分值》",
        }
    ]
    assert results[1].reckoning[0]["text"] == "机考 59.5 < 60"
    assert "100.00 元/次" in results[1].reckoning[0]["remedy"]
    assert results[2].reckoning[0]["text"] == "机考 缺考"
    assert (proposal.released_at, Event.objects.filter(name="results-released").count()) == (None, 0)


def test_who_is_unsettled_is_named_and_nothing_is_written(world: World) -> None:
    first, second, third = (ticket_for(application) for application in world.paid(3))
    after(world.association)
    theory(first, "80")
    collected(second)
    check_in(world, third, present=False)

    with pytest.raises(Refused) as refused:
        propose(by=world[Role.RESULTS_OFFICER], offering=world.association)

    name = second.application.person.name
    assert (refused.value.code, refused.value.what) == (
        "unsettled",
        f"还有考生的成绩不齐：{name}（机考阅卷未完成）",
    )
    assert (Release.objects.count(), Result.objects.count()) == (0, 0)


def test_nobody_is_absent_before_the_answers_are_collected(world: World) -> None:
    first, second = (ticket_for(application) for application in world.paid(2))
    after(world.association)
    officer = world[Role.RESULTS_OFFICER]

    assert refusal(propose, by=officer, offering=world.association) == "unsettled"
    theory(first, "80")
    propose(by=officer, offering=world.association)

    assert (result_of(first).outcome, result_of(second).outcome) == ("passed", "absent")


@pytest.mark.parametrize(
    ("theory_marks", "skill_marks", "outcome"),
    [
        ("60", "60", "passed"),
        ("60", "59.9", "failed"),
        ("90", "absent", "failed"),
        ("absent", "absent", "absent"),
    ],
)
def test_every_component_of_the_national_standard_counts(
    world: World, theory_marks: str, skill_marks: str, outcome: str
) -> None:
    ticket = ticket_for(world.paid(1, world.national)[0])
    after(world.national)
    if theory_marks == "absent":
        check_in(world, ticket, present=False)
    else:
        theory(ticket, theory_marks)
    if skill_marks == "absent":
        on_panel(ticket, absent=True)
    else:
        skill(world, ticket, skill_marks)

    propose(by=world[Role.RESULTS_OFFICER], offering=world.national)

    assert result_of(ticket).outcome == outcome


def test_a_mark_waiting_for_the_chair_holds_the_proposal(world: World) -> None:
    first, second = (ticket_for(application) for application in world.paid(2, world.national))
    after(world.national)
    theory(first, "70")
    theory(second, "70")
    on_panel(first)

    with pytest.raises(Refused) as refused:
        propose(by=world[Role.RESULTS_OFFICER], offering=world.national)

    assert "技能考核未经考评组长签字确认" in refused.value.what
    assert "技能考核未编入考评组" in refused.value.what


def test_a_proposal_comes_after_the_exam_and_once(world: World) -> None:
    officer = world[Role.RESULTS_OFFICER]
    assert refusal(propose, by=officer, offering=world.association) == "not-over"
    after(world.association)
    assert refusal(propose, by=officer, offering=world.association) == "no-candidates"
    clock.move_to(ENROLLING)
    sat(world, ["70"])
    propose(by=officer, offering=world.association)
    assert refusal(propose, by=officer, offering=world.association) == "proposed-already"


def test_two_officers_release(world: World) -> None:
    tickets = sat(world, ["70"])
    officer, second = world[Role.RESULTS_OFFICER], second_officer()
    proposal = propose(by=officer, offering=world.association)
    person = tickets[0].application.person

    assert refusal(release, by=officer, release=proposal) == "same-officer"
    assert (list(results_of_person(person)), list(results_of_institution(world.institution))) == ([], [])

    done = release(by=second, release=proposal)

    assert done.released_at is not None
    assert Event.objects.get(name="results-released").payload == {"release_id": str(proposal.id)}
    assert [result.outcome for result in results_of_person(person)] == ["passed"]
    assert list(results_of_institution(world.other_institution)) == []
    assert refusal(release, by=second, release=proposal) == "released-already"
    assert refusal(send_back, by=second, release=proposal, reason="更正") == "released-already"


def test_a_proposal_sent_back_can_be_made_again(world: World) -> None:
    tickets = sat(world, ["70"])
    officer, second = world[Role.RESULTS_OFFICER], second_officer()
    proposal = propose(by=officer, offering=world.association)

    assert refusal(send_back, by=second, release=proposal, reason=" ") == "reason-missing"
    send_back(by=second, release=proposal, reason="第三场签到表有更正")
    assert (Release.objects.count(), Result.objects.count()) == (0, 0)
    propose(by=officer, offering=world.association)
    assert result_of(tickets[0]).outcome == "passed"


def test_a_failed_candidate_sits_again_for_a_hundred_yuan(world: World) -> None:
    december = later(world)
    released(world, ["50"])
    result = Result.objects.get()

    makeup = order_makeup(by=world[Role.INSTITUTION], result=result, offering=december)
    order = Order.objects.get(kind=OrderKind.MAKEUP)

    assert (makeup.components, order.total_fen, order.sitting.day) == (["theory"], 10000, DECEMBER)
    assert (makeup.application.status, makeup.application.resit_of) == (
        ApplicationStatus.APPROVED,
        result.application,
    )
    assert [line.application for line in OrderLine.objects.filter(order=order)] == [makeup.application]
    assert (
        refusal(order_makeup, by=world[Role.INSTITUTION], result=result, offering=december)
        == "makeup-ordered"
    )


def test_what_cannot_be_sat_again_is_refused_and_nothing_is_written(world: World) -> None:
    december, other = later(world), later(world, like=world.national)
    passed, failed = sat(world, ["80", "50"])
    officer, institution = world[Role.RESULTS_OFFICER], world[Role.INSTITUTION]
    proposal = propose(by=officer, offering=world.association)

    assert (
        refusal(order_makeup, by=institution, result=result_of(failed), offering=december) == "not-released"
    )
    release(by=second_officer(), release=proposal)
    result = result_of(failed)
    assert refusal(order_makeup, by=institution, result=result_of(passed), offering=december) == "passed"
    assert refusal(order_makeup, by=world.outsider, result=result, offering=december) == "foreign"
    assert refusal(order_makeup, by=institution, result=result, offering=other) == "other-examination"
    assert (
        refusal(order_makeup, by=institution, result=result, offering=world.association)
        == "other-examination"
    )
    ends = day_begins(date_of(december, "makeup_closes") + timedelta(days=1))
    clock.move_to(ends)
    assert refusal(order_makeup, by=institution, result=result, offering=december) == "makeup-closed"
    clock.move_to(ends - timedelta(seconds=5))
    assert later_offerings(result, moment=clock.now()) == [december]
    assert (MakeUp.objects.count(), Order.objects.filter(kind=OrderKind.MAKEUP).count()) == (0, 0)
    assert Application.objects.filter(resit_of__isnull=False).count() == 0


def test_a_resit_keeps_what_was_passed_and_every_attempt_is_paid(world: World) -> None:
    december, january = (
        later(world, like=world.national),
        later(world, like=world.national, day=date(2027, 1, 30)),
    )
    ticket = ticket_for(world.paid(1, world.national)[0])
    after(world.national)
    theory(ticket, "72")
    skill(world, ticket, "40")
    officer, second = world[Role.RESULTS_OFFICER], second_officer()
    release(by=second, release=propose(by=officer, offering=world.national))

    again = order_makeup(by=world[Role.INSTITUTION], result=result_of(ticket), offering=december)
    ticket_again = ticket_for(again.application)
    after(december)
    skill(world, ticket_again, "59")
    release(by=second, release=propose(by=officer, offering=december))
    result_again = result_of(ticket_again)

    assert again.components == ["skill"]
    assert [(line["kept"], line["marks"], line["sat_on"]) for line in result_again.components] == [
        (True, "72.00", "2026-11-28"),
        (False, "59.00", "2026-12-26"),
    ]
    assert result_again.reckoning[0]["text"] == "理论知识考试（保留 2026年11月28日 的合格成绩） 72 ≥ 60"

    third = order_makeup(by=world[Role.INSTITUTION], result=result_again, offering=january)
    ticket_third = ticket_for(third.application)
    after(january)
    skill(world, ticket_third, "60")
    release(by=second, release=propose(by=officer, offering=january))

    assert result_of(ticket_third).outcome == "passed"
    assert Order.objects.filter(kind=OrderKind.MAKEUP, total_fen=10000).count() == 2
    assert chances_of(world.institution, moment=clock.now()) == []


def test_a_kept_component_expires(world: World) -> None:
    ahead = later(world, like=world.national, day=date(2027, 11, 27))
    beyond = later(world, like=world.national, day=date(2027, 12, 25))
    ticket = ticket_for(world.paid(1, world.national)[0])
    after(world.national)
    theory(ticket, "72")
    skill(world, ticket, "40")
    release(by=second_officer(), release=propose(by=world[Role.RESULTS_OFFICER], offering=world.national))

    makeup = order_makeup(by=world[Role.INSTITUTION], result=result_of(ticket), offering=beyond)

    assert makeup.components == ["theory", "skill"]
    assert date_of(ahead, "makeup_closes") < ahead.sitting.day


def test_a_candidate_asks_and_the_institution_sees_it(world: World) -> None:
    december = later(world)
    tickets = sat(world, ["50", "70"])
    release(by=second_officer(), release=propose(by=world[Role.RESULTS_OFFICER], offering=world.association))
    account = sign_in_as_candidate(tickets[0])

    asked = ask_makeup(by=account, result=result_of(tickets[0]), offering=december)
    ask_makeup(by=account, result=result_of(tickets[0]), offering=december)

    assert refusal(ask_makeup, by=account, result=result_of(tickets[1]), offering=december) == "foreign"
    assert (
        refusal(ask_makeup, by=world.outsider, result=result_of(tickets[0]), offering=december) == "foreign"
    )
    assert MakeUpRequest.objects.count() == 1
    chances = chances_of(world.institution, moment=clock.now())
    assert [(chance.result, chance.request) for chance in chances] == [(result_of(tickets[0]), asked)]
    assert chances_of(world.other_institution, moment=clock.now()) == []


def test_what_waits_is_listed_with_its_due_date(world: World) -> None:
    tickets = sat(world, ["70", "80"])
    (state,) = offerings_to_propose(moment=clock.now())

    assert (state.complete, len(state.sheets), state.due) == (
        True,
        2,
        day_begins(date(2026, 12, 19)),
    )
    propose(by=world[Role.RESULTS_OFFICER], offering=tickets[0].offering)
    assert offerings_to_propose(moment=clock.now()) == []
