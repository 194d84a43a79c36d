"""A released result put right: proposed by one officer, agreed to by another, told to everybody it concerns."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from tests.results.outcomes import (
    collected,
    released,
    result_of,
    sat,
    second_officer,
    sign_in_as_candidate,
    skill,
    theory,
    ticket_for,
)
from tests.results.test_actions import later, refusal
from tests.results.test_views import browser, text_of
from zhiheng.config.notices import tell_amendment
from zhiheng.delivery.models import Attempt, Collection, LateAdmission
from zhiheng.marking.models import Remarking, TheoryMark
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine, Event, OutgoingMessage
from zhiheng.results.actions import order_makeup, propose, release
from zhiheng.results.amending.actions import agree_amendment, propose_amendment, refuse_amendment
from zhiheng.results.amending.queries import amended, changes, decided_at
from zhiheng.results.documents import score_report_pdf, theory_areas
from zhiheng.results.models import Amendment, AmendmentDecision, Result
from zhiheng.results.queries import chances_of, later_offerings, passed_since
from zhiheng.results.waiting import waiting
from zhiheng.seating.models import Ticket

WHY = "迟到的作答经核实采纳，重新计分"


def moved(world: World, ticket: Ticket, marks: str | None) -> None:
    """After the release the answers changed; None while written answers are marked again."""
    attempt = Attempt.objects.get(ticket=ticket)
    before = TheoryMark.objects.get(attempt=attempt)
    Collection.objects.create(attempt=attempt, answers={"Q1": "B"}, answers_hash="1" * 64, entries=2)
    Remarking.objects.create(
        attempt=attempt,
        why="迟到的作答决定采纳：断网",
        items=[],
        theory={"marks": str(before.marks), "breakdown": before.breakdown},
        by=world[Role.ADMINISTRATOR],
    )
    before.delete()
    if marks is not None:
        TheoryMark.objects.create(attempt=attempt, marks=Decimal(marks), breakdown={})


def one_released(world: World, marks: str = "59") -> Ticket:
    released(world, [marks])
    return Ticket.objects.get(application=Result.objects.get().application)


def put_right(world: World, ticket: Ticket) -> Amendment:
    amendment = propose_amendment(by=world[Role.RESULTS_OFFICER], result=result_of(ticket), reason=WHY)
    agree_amendment(by=Account.objects.get(username="results-two"), amendment=amendment)
    return amendment


def titles(account: Account, role: Role = Role.RESULTS_OFFICER) -> list[str]:
    return [line.title for line in waiting(account, role)]


def test_two_officers_put_it_right_and_nothing_is_lost(world: World) -> None:
    ticket = one_released(world)
    before = result_of(ticket)
    assert changes() == []

    moved(world, ticket, "61.50")
    amendment = propose_amendment(by=world[Role.RESULTS_OFFICER], result=before, reason=f" {WHY} ")
    assert (result_of(ticket).outcome, Event.objects.filter(name="result-amended").count()) == ("failed", 0)
    agree_amendment(by=Account.objects.get(username="results-two"), amendment=amendment)

    now = result_of(ticket)
    assert (now.outcome, now.components[0]["marks"], now.reckoning[0]["text"]) == (
        "passed",
        "61.50",
        "机考 61.5 ≥ 60",
    )
    kept = Amendment.objects.get()
    assert (kept.reason, kept.before, kept.after) == (
        WHY,
        {"components": before.components, "outcome": "failed", "reckoning": before.reckoning},
        {"components": now.components, "outcome": "passed", "reckoning": now.reckoning},
    )
    assert Event.objects.get(name="result-amended").payload == {"amendment_id": str(kept.id)}
    (line,) = AuditLine.objects.filter(act="result-amended")
    assert (line.subject, line.detail) == (
        f"result:{now.id}",
        {
            "amendment": str(kept.id),
            "reason": WHY,
            "marks": {"theory": "59.00"},
            "marks_now": {"theory": "61.50"},
            "outcome": "failed",
            "outcome_now": "passed",
        },
    )
    assert changes() == []
    assert decided_at([now]) == {now.id: AmendmentDecision.objects.get().created_at}


def test_what_may_not_be_is_refused_and_nothing_is_written(world: World) -> None:
    tickets = sat(world, ["59", "70"])
    officer, second = world[Role.RESULTS_OFFICER], second_officer()
    proposal = propose(by=officer, offering=world.association)
    first = result_of(tickets[0])
    words = {"by": officer, "result": first, "reason": WHY}
    assert refusal(propose_amendment, **words) == "amendment-unreleased"
    release(by=second, release=proposal)
    first = result_of(tickets[0])
    words["result"] = first

    assert refusal(propose_amendment, **words) == "amendment-same"
    moved(world, tickets[0], None)
    assert refusal(propose_amendment, **words) == "amendment-unsettled"
    TheoryMark.objects.create(attempt=Attempt.objects.get(ticket=tickets[0]), marks=Decimal(61), breakdown={})
    assert refusal(propose_amendment, **words | {"reason": "  "}) == "reason-missing"
    assert refusal(propose_amendment, **words | {"reason": "长" * 201}) == "reason-long"
    assert refusal(propose_amendment, **words | {"result": result_of(tickets[1])}) == "amendment-same"
    assert Amendment.objects.count() == 0

    amendment = propose_amendment(by=officer, result=first, reason=WHY)
    assert refusal(propose_amendment, **words) == "amendment-waiting"
    assert refusal(agree_amendment, by=officer, amendment=amendment) == "same-officer"
    assert refusal(refuse_amendment, by=second, amendment=amendment, note=" ") == "reason-missing"
    TheoryMark.objects.filter(attempt__ticket=tickets[0]).update(marks=Decimal(62))
    assert refusal(agree_amendment, by=second, amendment=amendment) == "amendment-stale"
    assert (result_of(tickets[0]).outcome, AmendmentDecision.objects.count()) == ("failed", 0)

    refuse_amendment(by=second, amendment=amendment, note="分数又变了")
    assert refusal(agree_amendment, by=second, amendment=amendment) == "amendment-decided"
    assert result_of(tickets[0]).components[0]["marks"] == "59.00"
    put_right(world, tickets[0])
    assert result_of(tickets[0]).components[0]["marks"] == "62.00"
    assert result_of(tickets[1]).components[0]["marks"] == "70.00"


def test_while_another_late_answer_waits_it_is_too_early(world: World) -> None:
    ticket = one_released(world)
    moved(world, ticket, "61")
    newest = Collection.objects.latest("created_at")
    newest.late = [7]
    newest.save(update_fields=["late"])
    officer = world[Role.RESULTS_OFFICER]
    words = {"by": officer, "result": result_of(ticket), "reason": WHY}

    assert refusal(propose_amendment, **words) == "amendment-undecided"
    LateAdmission.objects.create(
        attempt=newest.attempt, entry=7, admitted=False, reason="超时", by=world[Role.ADMINISTRATOR]
    )
    assert propose_amendment(**words).reason == WHY


def test_whoever_was_absent_in_the_result_and_is_collected_after_all(world: World) -> None:
    first, second = (ticket_for(application) for application in world.paid(2))
    clock.move_to(world.association.starts_at.replace(day=30))
    theory(first, "80")
    two = second_officer()
    release(by=two, release=propose(by=world[Role.RESULTS_OFFICER], offering=world.association))
    assert result_of(second).outcome == "absent"

    attempt = collected(second)
    (change,) = changes(world.association)
    assert (change.result, change.missing) == (result_of(second), ("机考阅卷未完成",))
    assert titles(world[Role.RESULTS_OFFICER]) == []
    TheoryMark.objects.create(attempt=attempt, marks=Decimal(40), breakdown={})
    put_right(world, second)

    now = result_of(second)
    assert (now.outcome, now.components[0]["absent"], result_of(first).outcome) == ("failed", False, "passed")
    assert decided_at([now])[now.id] == AmendmentDecision.objects.get().created_at


def test_a_result_that_rested_on_a_kept_mark_follows(world: World) -> None:
    december = later(world, like=world.national)
    ticket = ticket_for(world.paid(1, world.national)[0])
    clock.move_to(world.national.starts_at.replace(day=30))
    theory(ticket, "72")
    skill(world, ticket, "40")
    officer, two = world[Role.RESULTS_OFFICER], second_officer()
    release(by=two, release=propose(by=officer, offering=world.national))
    again = order_makeup(by=world[Role.INSTITUTION], result=result_of(ticket), offering=december)
    ticket_again = ticket_for(again.application)
    clock.move_to(december.starts_at.replace(day=28))
    skill(world, ticket_again, "65")
    release(by=two, release=propose(by=officer, offering=december))
    assert result_of(ticket_again).outcome == "passed"

    moved(world, ticket, "59")
    put_right(world, ticket)

    (change,) = changes()
    assert (change.result, [(one.key, one.before) for one in change.differences]) == (
        result_of(ticket_again),
        [("theory", Decimal(72))],
    )


def test_a_pass_after_all_needs_no_makeup_and_a_lost_one_may_have_it(world: World) -> None:
    december = later(world)
    released(world, ["59", "60"])
    up, down = (result.application for result in Result.objects.order_by("components__0__marks"))
    tickets = [Ticket.objects.get(application=application) for application in (up, down)]
    order_makeup(by=world[Role.INSTITUTION], result=result_of(tickets[0]), offering=december)
    moved(world, tickets[0], "60")
    moved(world, tickets[1], "59.90")
    account = sign_in_as_candidate(tickets[0])

    for ticket in tickets:
        put_right(world, ticket)

    assert [result_of(ticket).outcome for ticket in tickets] == ["passed", "failed"]
    assert [passed_since(result_of(ticket)) for ticket in tickets] == [True, False]
    assert [one.result for one in chances_of(world.institution, moment=clock.now())] == [
        result_of(tickets[1])
    ]
    assert later_offerings(result_of(tickets[1]), moment=clock.now()) == [december]
    shown = browser(account).get(reverse("my_result", args=[result_of(tickets[0]).id])).content.decode()
    assert "的补考不再需要" in shown
    assert "证书将按规定颁发" in shown
    assert "机构已为您报名" not in shown


def test_each_reader_sees_old_and_new_and_nobody_sees_them_early(world: World) -> None:
    ticket = one_released(world)
    account = sign_in_as_candidate(ticket)
    result = result_of(ticket)
    mine = reverse("my_result", args=[result.id])
    moved(world, ticket, "61.5")
    propose_amendment(by=world[Role.RESULTS_OFFICER], result=result, reason=WHY)
    assert WHY not in browser(account).get(mine).content.decode()
    assert "61.5" not in browser(account).get(mine).content.decode()

    agree_amendment(by=Account.objects.get(username="results-two"), amendment=Amendment.objects.get())

    shown = browser(account).get(mine).content.decode()
    assert "机考 59 → 61.5；不合格 → 合格" in shown
    assert WHY in shown
    english = Client(headers={"accept-language": "en"})
    english.force_login(account)
    assert "59 → 61.5; Not passed → Passed" in english.get(mine).content.decode()
    assert "已更正" in browser(account).get(reverse("my_results")).content.decode()
    institution = reverse("institution_results")
    assert "已更正" in browser(world[Role.INSTITUTION]).get(institution).content.decode()
    assert ticket.application.person.name not in browser(world.outsider).get(institution).content.decode()
    assert browser(world.outsider).get(mine).status_code in {403, 404}
    report = text_of(score_report_pdf(result_of(ticket))).replace("\n", "")
    assert "更正：机考 59 → 61.5；不合格 → 合格" in report
    assert titles(account, Role.CANDIDATE) == [f"{world.association.title}的成绩已更正"]


def test_areas_never_run_ahead_of_the_result(world: World) -> None:
    ticket = one_released(world)
    areas = {"areas": {"职业道德": {"marks": "59", "possible": "100"}}}
    TheoryMark.objects.filter(attempt__ticket=ticket).update(breakdown=areas)
    moved(world, ticket, None)
    assert [area["marks"] for area in theory_areas(result_of(ticket))] == ["59"]

    attempt = Attempt.objects.get(ticket=ticket)
    later_areas = {"areas": {"职业道德": {"marks": "61", "possible": "100"}}}
    TheoryMark.objects.create(attempt=attempt, marks=Decimal(61), breakdown=later_areas)
    assert [area["marks"] for area in theory_areas(result_of(ticket))] == ["59"]
    put_right(world, ticket)
    assert [area["marks"] for area in theory_areas(result_of(ticket))] == ["61"]


def test_person_and_institution_are_told_what_follows(world: World) -> None:
    ticket = one_released(world)
    moved(world, ticket, "61.5")
    amendment = put_right(world, ticket)

    OutgoingMessage.objects.all().delete()
    for _ in range(2):
        tell_amendment.call(amendment_id=str(amendment.id))

    told = list(OutgoingMessage.objects.filter(channel="in-app"))
    said = {message.kind: message.text for message in told}
    assert (len(told), len(said)) == (2, 2)
    assert sorted(said) == ["result-amended", "result-amended-institution"]
    for body in said.values():
        assert f"机考 59 → 61.5；不合格 → 合格。原因：{WHY}。证书将按规定颁发" in body


def test_the_officers_pages_lead_through_it(world: World) -> None:
    ticket = one_released(world)
    moved(world, ticket, "61.5")
    officer, second = world[Role.RESULTS_OFFICER], Account.objects.get(username="results-two")
    name = ticket.application.person.name
    page = reverse("amend_result", args=[result_of(ticket).id])
    release_page = reverse("release", args=[world.association.id])
    assert titles(officer) == titles(second) == [f"{name}的分数在成绩发布后有变，待更正"]
    assert "机考 59 → 61.5；不合格 → 合格" in browser(officer).get(release_page).content.decode()
    shown = browser(officer).get(page).content.decode()
    assert "迟到的作答决定采纳：断网" in shown
    assert "更正为合格：按规定颁发证书" in shown

    propose_url, decide_url = f"{page}propose/", f"{page}decide/"
    assert browser(officer).post(propose_url, {"reason": ""}).status_code == 422
    assert browser(officer).post(propose_url, {"reason": WHY}).status_code == 302
    assert (titles(officer), titles(second)) == ([], [f"决定是否更正{name}的成绩"])
    own = browser(officer).get(page).content.decode()
    assert ('value="agree"' in own, f"{name}的成绩更正待另一位决定" in own) == (False, True)
    assert browser(officer).post(decide_url, {"verdict": "agree"}).status_code == 422
    assert browser(second).post(decide_url, {"verdict": "?"}).status_code == 404
    assert browser(second).post(decide_url, {"verdict": "refuse"}).status_code == 422
    assert browser(second).post(decide_url, {"verdict": "refuse", "note": "原因要写清"}).status_code == 302
    assert "原因要写清" in browser(officer).get(page).content.decode()
    browser(officer).post(propose_url, {"reason": WHY})
    assert browser(second).post(decide_url, {"verdict": "agree"}).status_code == 302
    assert "的成绩与分数一致" in browser(second).get(page).content.decode()
    (again,) = amended([result_of(ticket)])[result_of(ticket).id]
    assert again.decision.by == second


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_many(
    world: World, count: int, django_assert_num_queries: object
) -> None:
    released(world, ["59"] * count)
    for ticket in Ticket.objects.all():
        moved(world, ticket, "61")
    with django_assert_num_queries(8):  # type: ignore[operator]
        assert len(changes()) == count
