"""A person asks to be erased: what goes, what a rule keeps, and that everything else still stands."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories.world import PASSWORD, World
from tests.people_of import give_account
from tests.results.outcomes import released
from zhiheng.certificates.actions import issue
from zhiheng.certificates.documents import certificate_pdf
from zhiheng.certificates.models import Certificate
from zhiheng.enrolment.actions import withdraw
from zhiheng.enrolment.models import Application, Document
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import create_account, open_candidate_account, register_person
from zhiheng.people.erasure.actions import ask_for_erasure, grant_erasure, refuse_erasure, take_back_erasure
from zhiheng.people.models import Account, ErasureRequest, Person, Role
from zhiheng.people.queries import find_person
from zhiheng.people.retention.actions import close_account
from zhiheng.people.retention.actions import run as retention_run
from zhiheng.people.rights.queries import consented
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import first_broken
from zhiheng.plumbing.messages.posting import keep_address
from zhiheng.plumbing.models import AuditLine, MessageState, NoticeAddress, OutgoingMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(world: World) -> Certificate:
    released(world, ["80"])
    (made,) = issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)
    return made


def holder_of(certificate: Certificate) -> Person:
    return Person.objects.get(pk=certificate.result.application.person_id)


def account_of(person: Person, username: str = "jia") -> Account:
    return open_candidate_account(by="test", person=person, username=username, password=PASSWORD)


def asked(person: Person, *, close: bool = False) -> ErasureRequest:
    account = person.account or account_of(person)
    return ask_for_erasure(by=account, person=person, reason="不再需要", close=close)


def code_of(act: Any, **words: Any) -> str:
    with pytest.raises(Refused) as refused:
        act(**words)
    return refused.value.code


def test_only_the_person_asks_and_once_at_a_time(world: World) -> None:
    person = world.enter().person
    request = asked(person)
    assert request.reason == "不再需要"
    assert (
        code_of(ask_for_erasure, by=person.account, person=person, reason="", close=False) == "erasure-open"
    )
    stranger = world[Role.CANDIDATE]
    assert code_of(ask_for_erasure, by=stranger, person=person, reason="", close=False) == "not-own"
    assert code_of(take_back_erasure, by=stranger, request=request) == "erasure-decided"
    assert person.account is not None
    take_back_erasure(by=person.account, request=request)
    assert code_of(take_back_erasure, by=person.account, request=request) == "erasure-decided"
    assert code_of(grant_erasure, by=world[Role.ADMINISTRATOR], request=request) == "erasure-decided"
    assert asked(person) != request


def test_a_refusal_needs_its_reason_and_is_told(world: World) -> None:
    request = asked(world.enter().person)
    admin = world[Role.ADMINISTRATOR]
    assert code_of(refuse_erasure, by=admin, request=request, answer=" 否 ") == "reason-missing"
    refuse_erasure(by=admin, request=request, answer="正在核查材料真伪")
    assert code_of(refuse_erasure, by=admin, request=request, answer="再次答复") == "erasure-decided"
    told = OutgoingMessage.objects.filter(kind="erasure-refused")
    assert {row.channel for row in told} == {"in-app", "sms"}
    assert "正在核查材料真伪" in told[0].text
    line = AuditLine.objects.get(act="erasure-refused")
    assert (line.by, line.detail["answer"]) == (str(admin.id), "正在核查材料真伪")


@pytest.mark.parametrize(
    ("stand", "reason"),
    [
        ("submitted", "报名还在审核"),
        ("approved", "考试还没有结束，成绩还没有发布"),
        ("paid", "考试还没有结束，成绩还没有发布"),
        ("passed", "证书还没有颁发"),
    ],
)
def test_open_matters_stop_a_grant_and_leave_everything(world: World, stand: str, reason: str) -> None:
    if stand == "passed":
        released(world, ["80"])
        application = Application.objects.get()
    elif stand == "paid":
        (application,) = world.paid(1)
    else:
        application = getattr(world, stand)()
    request = asked(application.person)
    with pytest.raises(Refused, match=reason) as refused:
        grant_erasure(by=world[Role.ADMINISTRATOR], request=request)
    assert refused.value.code == "erasure-held"
    application.refresh_from_db()
    request.refresh_from_db()
    assert (application.erased_at, request.decided_at) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_whom_no_record_names_is_forgotten_whole(world: World) -> None:
    draft, gone = world.enter(), world.enter(offering=world.national)
    withdraw(by=world[Role.INSTITUTION], application=gone)
    person = draft.person
    number, phone = person.id_number, person.phone
    request = asked(person)
    grant_erasure(by=world[Role.ADMINISTRATOR], request=request)
    person.refresh_from_db()
    draft.refresh_from_db()
    assert (person.name, person.id_number, person.phone, find_person(number)) == ("已删除", "", "", None)
    assert (draft.status, draft.profile, draft.address) == ("withdrawn", {}, "")
    files = [row.file_id for row in Document.objects.filter(application=draft)]
    assert [(settings.VAULT / str(file)).exists() for file in files] == [False] * 5
    request.refresh_from_db()
    assert {entry["kind"] for entry in request.kept} == {"consents"}
    told = OutgoingMessage.objects.filter(person_id=person.id)
    assert ({row.kind for row in told}, {row.address for row in told}) == ({"erasure-granted"}, {"", phone})
    assert person.account is not None
    assert Account.objects.get(pk=person.account_id).is_active is False
    again = register_person(by="test", name="测再来", id_number=number)
    assert again != person
    assert first_broken() is None

    OutgoingMessage.objects.update(state=MessageState.SENT)
    clock.move_to(clock.now() + timedelta(days=2))
    retention_run(by="test", dry_run=False)
    assert not OutgoingMessage.objects.filter(person_id=person.id).exists()


@pytest.mark.django_db(transaction=True)
def test_a_certificate_its_result_and_the_money_stay_and_everything_still_shows(
    world: World, certificate: Certificate
) -> None:
    person = holder_of(certificate)
    account = account_of(person)
    keep_address(account_id=account.id, email="a@example.org", language="zh-hans")
    name, number, masked = person.name, person.id_number, person.id_masked
    request = asked(person)
    grant_erasure(by=world[Role.ADMINISTRATOR], request=request, answer="已办理")
    person.refresh_from_db()
    request.refresh_from_db()
    assert (person.name, person.id_number, person.phone, person.erased_at) == (name, number, "", None)
    assert not NoticeAddress.objects.filter(pk=account.id).exists()
    until = {entry["kind"]: entry["until"] for entry in request.kept}
    assert until == {
        "exam-records": "2031-11-28",
        "results": "",
        "certificates": "",
        "money": "2057-01-01",
        "consents": "",
        "people": "",
    }
    assert all(entry["rule"] for entry in request.kept)
    assert consented(person, "enrol") is False
    line = AuditLine.objects.get(act="erasure-granted")
    assert line.detail["erased"]["applications-approved"] == 1
    application = Application.objects.get(pk=certificate.result.application_id)
    assert (application.profile, application.erased_at is not None) == ({}, True)

    asking = {"number": certificate.number, "name": name}
    seen = Client().post(reverse("verify"), asking).text
    assert ("这张证书有效" in seen, masked in seen) == (True, False)
    assert certificate_pdf(certificate)[:5] == b"%PDF-"
    shows(world, application, certificate, account)


def shows(world: World, application: Application, certificate: Certificate, account: Account) -> None:
    """Every page that names the person still answers."""
    pages = {
        Role.INSTITUTION: [
            "/applications/",
            f"/applications/{application.id}/",
            "/orders/",
            reverse("institution_results"),
            reverse("institution_certificates"),
        ],
        Role.REVIEWER: [f"/review/{application.id}/", "/review/"],
        Role.FINANCE: [reverse("finance_orders"), reverse("ledger")],
        Role.CERTIFICATE_OFFICER: [
            reverse("certificates"),
            reverse("certificate", args=[certificate.number]),
            reverse("certificate_pdf", args=[certificate.number]),
        ],
        Role.ADMINISTRATOR: ["/erasures/", f"/erasures/{ErasureRequest.objects.get().id}/"],
    }
    for role, paths in pages.items():
        client = Client()
        client.force_login(world[role])
        for path in paths:
            assert (path, client.get(path).status_code) == (path, 200)
    own = Client()
    own.force_login(account)
    for path in ("/my/data/", "/home/", f"/my/applications/{application.id}/", reverse("my_results")):
        assert (path, own.get(path).status_code) == (path, 200)
    assert "保留到 2057年1月1日" in " ".join(own.get("/my/data/").text.split())
    assert own.get(reverse("review_form", args=[application.id])).status_code == 422
    document = Document.objects.filter(application=application)[0]
    assert own.get(reverse("document", args=[document.id])).status_code in {404, 422, 302}


def test_an_account_is_closed_when_asked_but_not_one_that_works_for_somebody(
    world: World, certificate: Certificate
) -> None:
    person = holder_of(certificate)
    account = account_of(person)
    grant_erasure(by=world[Role.ADMINISTRATOR], request=asked(person, close=True))
    account.refresh_from_db()
    assert (account.is_active, account.display_name, account.username) == (
        False,
        "已注销账号",
        f"closed-{account.id.hex}",
    )
    client = Client()
    assert client.login(username="jia", password=PASSWORD) is False

    both = create_account(
        by="test", username="both", password=None, display_name="两用", roles=[Role.CANDIDATE, Role.MARKER]
    )
    close_account(both, by="test")
    both.refresh_from_db()
    assert (both.is_active, both.display_name) == (True, "两用")


def test_the_pages_ask_take_back_and_decide(world: World, client: Client) -> None:
    application = world.enter()
    give_account(application.person, world[Role.CANDIDATE])
    client.force_login(world[Role.CANDIDATE])
    assert client.get("/my/data/kept/").status_code == 200
    assert client.post("/my/data/erasure/take-back/").status_code == 404
    assert client.post("/my/data/erasure/", {"reason": "搬走", "close": "yes"}).status_code == 302
    assert "等待答复" in client.get("/my/data/").text
    assert client.post("/my/data/erasure/", {}).status_code == 422
    assert client.post("/my/data/erasure/take-back/").status_code == 302
    assert "您已收回" in client.get("/my/data/").text
    assert client.post("/my/data/erasure/", {}).status_code == 302
    request = ErasureRequest.objects.get(decided_at=None)
    path = f"/erasures/{request.id}/"

    admin = Client()
    admin.force_login(world[Role.ADMINISTRATOR])
    assert "1 份删除申请等待答复" in admin.get("/home/").text
    assert application.person.name in admin.get("/erasures/").text
    page = admin.get(path)
    assert application.person.id_number not in page.text
    assert {row["title"]: row["kept"] for row in page.context["rows"]} == {
        "未提交、已撤回、未通过的报名：材料、学历与工作经历、地址": False,
        "姓名、身份证号码、手机号、账号": False,
        "同意、撤回与删除申请的记录": True,
    }
    assert admin.post(path, {"verdict": "refuse", "answer": ""}).status_code == 422
    assert admin.post(path, {"verdict": "grant"}).status_code == 302
    assert admin.post(path, {"verdict": "grant"}).status_code == 422
    assert "已删除" in admin.get(path).text
    assert admin.get("/erasures/").context["waiting"] == []


def test_a_held_request_cannot_be_granted_from_the_page(world: World, client: Client) -> None:
    request = asked(world.submitted().person)
    client.force_login(world[Role.ADMINISTRATOR])
    page = client.get(f"/erasures/{request.id}/").text
    assert ("报名还在审核" in page, 'value="grant"' in page) == (True, False)
    assert client.post(f"/erasures/{request.id}/", {"verdict": "grant"}).status_code == 422


def test_each_page_is_for_its_role(world: World, client: Client) -> None:
    request = asked(world.enter().person)
    pages = {
        "/erasures/": {Role.ADMINISTRATOR},
        f"/erasures/{request.id}/": {Role.ADMINISTRATOR},
        "/my/data/kept/": {Role.CANDIDATE},
    }
    for path, roles in pages.items():
        client.logout()
        assert client.get(path).status_code == 302
        for role in Role:
            client.force_login(world[role])
            assert client.get(path).status_code == (200 if role in roles else 403), (path, role)
    client.force_login(world[Role.CANDIDATE])  # a candidate of whom nothing is kept
    assert client.post("/my/data/erasure/").status_code == 404
    assert client.post("/my/data/erasure/take-back/").status_code == 404
    client.force_login(world[Role.ADMINISTRATOR])
    assert client.get("/erasures/00000000-0000-0000-0000-000000000000/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_a_fixed_number_of_queries(
    world: World, client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for serial in range(count):
        person = world.enter().person
        account_of(person, f"k{serial}")
        asked(person)
    client.force_login(world[Role.ADMINISTRATOR])
    with django_assert_num_queries(6):
        assert client.get("/erasures/").status_code == 200
