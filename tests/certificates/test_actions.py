"""Issuing, suspending, reinstating, revoking."""

import copy
from datetime import date

import pytest

from tests.factories.world import World
from tests.results.outcomes import released, sat
from zhiheng.certificates.actions import issue, reinstate, revoke, suspend
from zhiheng.certificates.core.number import parse_number
from zhiheng.certificates.core.proof import signer_of
from zhiheng.certificates.core.verification import State
from zhiheng.certificates.models import Certificate, CertificateEvent, CertificateState
from zhiheng.certificates.queries import (
    awaiting_issue,
    indexes_in,
    issue_due,
    issuer,
    state_of,
    verify_document,
    verify_number,
)
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import day_begins
from zhiheng.people.models import Role
from zhiheng.plumbing.models import AuditLine, Event
from zhiheng.results.actions import propose


def refusal(act: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        act(**words)  # type: ignore[operator]
    return refused.value.code


@pytest.fixture
def issued(world: World) -> list[Certificate]:
    released(world, ["60", "90.5", "59"])
    return issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)


def test_only_the_passed_get_a_certificate_and_once(world: World, issued: list[Certificate]) -> None:
    year = issued[0].issued_at.year

    assert [certificate.number[:-2] for certificate in issued] == [
        f"TXGY-01-1-{year}-000001",
        f"TXGY-01-1-{year}-000002",
    ]
    assert all(parse_number(certificate.number) for certificate in issued)
    assert Event.objects.get(name="certificates-issued").payload == {"offering_id": str(world.association.id)}
    assert AuditLine.objects.filter(act="certificate-issued").count() == 2
    assert (
        refusal(issue, by=world[Role.CERTIFICATE_OFFICER], offering=world.association) == "nothing-to-issue"
    )
    assert Certificate.objects.count() == 2


def test_a_certificate_says_what_the_rules_say(issued: list[Certificate]) -> None:
    certificate = issued[0]
    person = certificate.result.application.person

    assert certificate.facts == {
        "number": certificate.number,
        "name": person.name,
        "id_masked": person.id_masked,
        "title": "职业技能证书",
        "programme": "互联网营销师",
        "level": "初级",
        "trade": "",
        "body": "中国通信工业协会互联网产业专业委员会",
        "passed_on": "2026-12-01",
        "issued_on": "2026-12-01",
        "rule_set": "ccia-000",
        "rule_set_hash": certificate.revision.content_hash,
    }
    assert signer_of(certificate.credential) == issuer().did
    assert certificate.credential["credentialStatus"][0]["statusListIndex"] == str(certificate.status_index)


def test_nothing_is_issued_before_release(world: World) -> None:
    sat(world, ["80"])
    assert (
        refusal(issue, by=world[Role.CERTIFICATE_OFFICER], offering=world.association) == "nothing-to-issue"
    )
    propose(by=world[Role.RESULTS_OFFICER], offering=world.association)
    assert (
        refusal(issue, by=world[Role.CERTIFICATE_OFFICER], offering=world.association) == "nothing-to-issue"
    )
    assert (Certificate.objects.count(), issue_due()) == (0, [])


def test_fifty_working_days_from_the_day_of_approval(world: World) -> None:
    released(world, ["80", "81"])

    (due,) = issue_due()

    assert (due.count, due.approved_on, len(awaiting_issue(world.association))) == (2, date(2026, 12, 1), 2)
    assert due.due == day_begins(
        date(2027, 2, 13)
    )  # the fiftieth working day is the 12th, by the festivals known
    issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)
    assert issue_due() == []


def test_states_follow_one_another(world: World, issued: list[Certificate]) -> None:
    officer, certificate = world[Role.CERTIFICATE_OFFICER], issued[0]

    assert refusal(reinstate, by=officer, certificate=certificate, reason="核实无误") == "state"
    assert refusal(suspend, by=officer, certificate=certificate, reason=" ") == "reason"
    assert refusal(suspend, by=officer, certificate=certificate, reason="长" * 201) == "reason"
    suspend(by=officer, certificate=certificate, reason="调查核实中：来信反映")
    assert (state_of(certificate), indexes_in(CertificateState.SUSPENDED)) == (
        State.SUSPENDED,
        [certificate.status_index],
    )
    assert refusal(suspend, by=officer, certificate=certificate, reason="x") == "state"
    reinstate(by=officer, certificate=certificate, reason="核实无误")
    assert (state_of(certificate), indexes_in(CertificateState.SUSPENDED)) == (State.VALID, [])
    revoke(by=officer, certificate=certificate, reason="冒用身份")
    assert (state_of(certificate), indexes_in(CertificateState.REVOKED)) == (
        State.REVOKED,
        [certificate.status_index],
    )
    assert refusal(revoke, by=officer, certificate=certificate, reason="x") == "state"
    assert refusal(reinstate, by=officer, certificate=certificate, reason="x") == "state"
    assert CertificateEvent.objects.filter(certificate=certificate).count() == 4


def test_the_register_answers_with_the_present_state(world: World, issued: list[Certificate]) -> None:
    certificate = issued[0]
    name = certificate.holder_name

    assert verify_number(certificate.number.lower(), name=f" {name} ").valid
    assert (verify_number(certificate.number, name="别人").facts, verify_number("TXGY", name=name).facts) == (
        {},
        {},
    )
    revoke(by=world[Role.CERTIFICATE_OFFICER], certificate=certificate, reason="冒用身份")
    seen = verify_number(certificate.number, name=name)
    assert (seen.valid, seen.status, seen.facts["name"]) == (False, State.REVOKED, name)


def test_a_document_is_held_against_signature_and_register(world: World, issued: list[Certificate]) -> None:
    certificate = issued[0]
    forged = copy.deepcopy(certificate.credential)
    forged["credentialSubject"]["certificate"]["name"] = "冒名者"

    assert verify_document(certificate.credential, name=certificate.holder_name).valid
    assert not verify_document(certificate.credential, name="别人").valid
    suspend(by=world[Role.CERTIFICATE_OFFICER], certificate=certificate, reason="调查核实中")
    assert verify_document(certificate.credential).status == State.SUSPENDED
    assert (verify_document(forged).valid, verify_document(forged).status) == (False, State.UNKNOWN)


def test_a_signed_document_the_register_does_not_know_is_not_valid(issued: list[Certificate]) -> None:
    credential = issued[0].credential
    CertificateEvent.objects.all().delete()
    Certificate.objects.all().delete()

    seen = verify_document(credential)

    assert [(check.name, check.ok) for check in seen.checks] == [
        ("signature", True),
        ("issuer", True),
        ("number", True),
        ("register", False),
        ("status", True),
    ]
    assert not seen.valid
