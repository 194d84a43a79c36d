"""What becomes of a certificate when the result behind it is put right."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from tests.results.outcomes import after, released, result_of, theory, ticket_for
from tests.results.test_actions import later
from tests.results.test_amending import moved, put_right
from zhiheng.certificates.actions import issue, reinstate, revoke, suspend
from zhiheng.certificates.core.verification import State
from zhiheng.certificates.models import Certificate, CertificateEvent
from zhiheng.certificates.queries import awaiting_issue, issue_due, state_of, verify_number
from zhiheng.certificates.tasks import follow_result
from zhiheng.certificates.waiting import waiting
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import day_of
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine
from zhiheng.results.actions import order_makeup, propose, release
from zhiheng.seating.models import Ticket


def one(world: World, marks: str) -> Ticket:
    released(world, [marks])
    return Ticket.objects.get()


def followed(world: World, ticket: Ticket, marks: str) -> None:
    moved(world, ticket, marks)
    follow_result.call(amendment_id=str(put_right(world, ticket).id))


@pytest.fixture
def certificate(world: World) -> Certificate:
    one(world, "60")
    (made,) = issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)
    return made


def test_a_lost_pass_suspends_and_a_person_decides(world: World, certificate: Certificate) -> None:
    followed(world, Ticket.objects.get(), "59.9")

    assert state_of(certificate) == State.SUSPENDED
    seen = verify_number(certificate.number, name=certificate.holder_name)
    assert (seen.valid, seen.status) == (False, State.SUSPENDED)
    second = Account.objects.get(username="results-two")
    assert CertificateEvent.objects.latest("created_at").by == second
    (line,) = AuditLine.objects.filter(act="certificate-suspended")
    assert line.detail == {"number": certificate.number, "reason": "成绩更正"}
    officer = world[Role.CERTIFICATE_OFFICER]
    title = f"证书 {certificate.number} 所依据的成绩已更正为不合格：核实后撤销"
    assert [entry.title for entry in waiting(officer, Role.CERTIFICATE_OFFICER)] == [title]
    with pytest.raises(Refused) as refused:
        reinstate(by=officer, certificate=certificate, reason="核实无误")
    assert refused.value.code == "result-failed"
    client = Client()
    client.force_login(officer)
    shown = client.get(reverse("certificate", args=[certificate.number])).content.decode()
    assert "机考 60 → 59.9；合格 → 不合格" in shown
    revoke(by=officer, certificate=certificate, reason="考核成绩被取消")
    assert waiting(officer, Role.CERTIFICATE_OFFICER) == []


def test_a_pass_won_back_lifts_only_that_suspension(world: World, certificate: Certificate) -> None:
    ticket = Ticket.objects.get()
    followed(world, ticket, "59")
    followed(world, ticket, "61")
    assert state_of(certificate) == State.VALID

    suspend(by=world[Role.CERTIFICATE_OFFICER], certificate=certificate, reason="调查核实中")
    followed(world, ticket, "59")
    followed(world, ticket, "62")
    assert state_of(certificate) == State.SUSPENDED
    assert CertificateEvent.objects.latest("created_at").reason == "调查核实中"


def test_other_marks_with_the_same_outcome_leave_it(world: World, certificate: Certificate) -> None:
    followed(world, Ticket.objects.get(), "88")
    assert (state_of(certificate), CertificateEvent.objects.count()) == (State.VALID, 1)


def test_a_pass_after_all_is_due_from_the_day_it_was_put_right(world: World) -> None:
    ticket = one(world, "59")
    assert issue_due() == []
    clock.move_to(clock.now() + timedelta(days=20))

    followed(world, ticket, "60")

    (due,) = issue_due()
    assert (due.count, due.approved_on) == (1, day_of(clock.now()))
    (made,) = issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)
    assert made.facts["passed_on"] == day_of(clock.now()).isoformat()


def test_nothing_is_issued_on_a_pass_that_was_taken_back(world: World) -> None:
    ticket = one(world, "60")
    followed(world, ticket, "59")
    assert (issue_due(), Certificate.objects.count()) == ([], 0)


def test_a_makeup_ordered_before_the_pass_brings_no_second_certificate(world: World) -> None:
    december = later(world)
    ticket = one(world, "59")
    again = order_makeup(by=world[Role.INSTITUTION], result=result_of(ticket), offering=december)
    followed(world, ticket, "60")
    ticket_again = ticket_for(again.application)
    after(december)
    second = Account.objects.get(username="results-two")
    release(by=second, release=propose(by=world[Role.RESULTS_OFFICER], offering=december))

    assert (result_of(ticket_again).outcome, result_of(ticket_again).components[0]["kept"]) == (
        "passed",
        True,
    )
    assert [due.offering for due in issue_due()] == [world.association]
    issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)
    assert (issue_due(), list(awaiting_issue(december)), Certificate.objects.count()) == ([], [], 1)


def test_a_pass_after_all_brings_none_to_whoever_passed_since(world: World) -> None:
    december = later(world)
    ticket = one(world, "59")
    again = order_makeup(by=world[Role.INSTITUTION], result=result_of(ticket), offering=december)
    ticket_again = ticket_for(again.application)
    after(december)
    theory(ticket_again, "70")
    second = Account.objects.get(username="results-two")
    release(by=second, release=propose(by=world[Role.RESULTS_OFFICER], offering=december))
    (made,) = issue(by=world[Role.CERTIFICATE_OFFICER], offering=december)

    followed(world, ticket, "60")

    assert (result_of(ticket).outcome, issue_due()) == ("passed", [])
    assert list(Certificate.objects.all()) == [made]
