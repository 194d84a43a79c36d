"""The pages of certificates: what a stranger learns, and who may do what."""

import copy
import io
import json
import re
import uuid
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.factories.world import World
from tests.results.outcomes import released, sign_in_as_candidate
from zhiheng import certificates
from zhiheng.certificates.actions import issue, revoke, suspend
from zhiheng.certificates.core.number import parse_number
from zhiheng.certificates.core.proof import signer_of
from zhiheng.certificates.core.reasons import AMENDED, CLASSES, CORRECTED
from zhiheng.certificates.core.status import is_set
from zhiheng.certificates.documents import SAMPLE_NUMBER, certificate_pdf, sample_pdf
from zhiheng.certificates.models import Certificate, CertificateEvent, CertificateState
from zhiheng.certificates.public_views import REASONS
from zhiheng.certificates.queries import issuer
from zhiheng.certificates.waiting import waiting
from zhiheng.people.models import Account, Role
from zhiheng.people.rights.actions import record_consents
from zhiheng.seating.models import Ticket

NOBODY = uuid.UUID(int=0)
PAGES = {
    "my_certificates": ({Role.CANDIDATE}, [], 200),
    "institution_certificates": ({Role.INSTITUTION}, [], 200),
    "certificates": ({Role.CERTIFICATE_OFFICER}, [], 200),
    "issue_certificates": ({Role.CERTIFICATE_OFFICER}, [NOBODY], 404),
    "certificate": ({Role.CERTIFICATE_OFFICER}, ["X"], 404),
    "certificate_pdf": ({Role.CANDIDATE, Role.INSTITUTION, Role.CERTIFICATE_OFFICER}, ["X"], 404),
}


@pytest.fixture
def issued(world: World) -> list[Certificate]:
    released(world, ["70", "80"])
    return issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def words(content: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_only_its_roles_may_enter(world: World) -> None:
    clients = {role: browser(account) for role, account in world.accounts.items()}
    for name, (roles, arguments, expected) in PAGES.items():
        url = reverse(name, args=arguments)
        assert (name, Client().get(url).status_code) == (name, 302)
        others = {client.get(url).status_code for role, client in clients.items() if role not in roles}
        assert (name, others) == (name, {403})
        assert (name, {clients[role].get(url).status_code for role in roles}) == (name, {expected})
    change = reverse("change_certificate", args=["X"])
    assert clients[Role.CERTIFICATE_OFFICER].get(change).status_code == 405
    assert clients[Role.CANDIDATE].post(change).status_code == 403


def test_anybody_may_verify_by_number_and_name(world: World, issued: list[Certificate]) -> None:
    certificate, client = issued[0], Client()
    asked = {"number": certificate.number.lower(), "name": f" {certificate.holder_name} "}

    shown = client.post(reverse("verify"), asked).content.decode()
    by_link = client.get(reverse("verify_one", args=[certificate.number]), {"name": certificate.holder_name})

    for page in (shown, by_link.content.decode()):
        assert (
            "这张证书有效" in page,
            certificate.facts["id_masked"] in page,
            'class="seal large"' in page,
        ) == (
            True,
            True,
            True,
        )
    assert client.get(f"/verify/{certificate.number}").status_code == 200
    assert "证书上写的是谁" in client.get(reverse("verify_one", args=[certificate.number])).content.decode()


def test_a_wrong_name_learns_nothing(world: World, issued: list[Certificate]) -> None:
    certificate, client = issued[0], Client()
    revoke(by=world[Role.CERTIFICATE_OFFICER], certificate=certificate, reason="冒用身份")
    unknown = certificate.number.replace("000001", "000009")
    unknown = next(
        number for number in (unknown[:-1] + check for check in "0123456789X") if parse_number(number)
    )

    def told(number: str) -> str:
        page = client.get(reverse("verify_one", args=[number]), {"name": "别人"}).content.decode()
        return re.sub(r'value="\w{64}"', "", page.replace(number, "N"))  # less the form token

    assert told(certificate.number) == told(unknown)
    assert "没有编号与姓名都相符的证书" in told(unknown)
    api = {
        number: client.get(f"/api/v1/certificates/{number}", {"name": "别人"}).json()
        for number in (certificate.number, unknown)
    }
    assert api[certificate.number] == api[unknown]
    assert client.get(reverse("credential", args=[certificate.number]), {"name": "别人"}).status_code == 404
    assert client.get(reverse("credential", args=[certificate.number])).status_code == 404


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        (CertificateState.SUSPENDED, "这张证书已暂停"),
        (CertificateState.REVOKED, "这张证书已撤销"),
        (CertificateState.REPLACED, "这张证书已换发"),
    ],
)
def test_every_state_is_told_with_the_class_of_its_reason(
    world: World, issued: list[Certificate], state: CertificateState, heading: str
) -> None:
    certificate = issued[0]
    CertificateEvent.objects.create(
        certificate=certificate, state=state, reason="考试违纪：手机", by=world[Role.CERTIFICATE_OFFICER]
    )

    page = Client().post(reverse("verify"), {"number": certificate.number, "name": certificate.holder_name})

    shown = page.content.decode()
    assert (heading in shown, "原因类别：考试违纪" in shown, "手机" in shown) == (True, True, False)


def test_a_file_is_held_against_signature_and_register(world: World, issued: list[Certificate]) -> None:
    certificate, client = issued[0], Client()
    forged = copy.deepcopy(certificate.credential)
    forged["credentialSubject"]["certificate"]["level"] = "高级"

    def upload(content: bytes) -> tuple[int, str]:
        file = SimpleUploadedFile("credential.json", content)
        answer = client.post(reverse("verify_file"), {"file": file})
        return answer.status_code, answer.content.decode()

    good, bad = upload(json.dumps(certificate.credential).encode()), upload(json.dumps(forged).encode())
    assert (good[0], "这张证书有效" in good[1]) == (200, True)
    assert (bad[0], "这份文件不能确认有效" in bad[1], "高级" in bad[1]) == (200, True, False)
    assert [upload(content)[0] for content in (b"x", b"[]", b"\xff\xfe", b"")] == [422, 422, 422, 422]


def test_asking_too_often_is_refused(issued: list[Certificate]) -> None:
    client, url = Client(), reverse("verify_one", args=[issued[0].number])

    answers = [client.get(url, {"name": "别人"}).status_code for _ in range(31)]

    assert (set(answers[:30]), answers[30]) == ({200}, 422)


def test_without_consent_the_check_tells_no_digit_of_the_identity_number_and_gives_no_credential_out(
    world: World, issued: list[Certificate]
) -> None:
    certificate = issued[0]
    holder = browser(sign_in_as_candidate(Ticket.objects.get(application=certificate.result.application)))
    asked = {"number": certificate.number, "name": certificate.holder_name}
    masked = certificate.facts["id_masked"]

    def check() -> tuple[bool, bool, bool, int]:
        page = Client().post(reverse("verify"), asked).text
        told = Client().get(f"/api/v1/certificates/{certificate.number}", {"name": asked["name"]}).json()
        url = reverse("credential", args=[certificate.number])
        given = Client().get(url, {"name": asked["name"]}).status_code
        return "这张证书有效" in page, masked in page, "id_masked" in told["facts"], given

    assert check() == (True, True, True, 200)
    assert holder.post(reverse("withdraw_consent", args=["public-query"])).status_code == 302
    assert check() == (True, False, False, 404)
    assert holder.get(reverse("credential", args=[certificate.number])).status_code == 200


def test_days_are_read_as_people_write_them(world: World, issued: list[Certificate]) -> None:
    """In the facts they are ISO days, for machines."""
    certificate = issued[0]
    assert (certificate.facts["passed_on"], certificate.facts["issued_on"]) == ("2026-12-01", "2026-12-01")
    url, name = reverse("verify_one", args=[certificate.number]), {"name": certificate.holder_name}
    pages = {
        "2026年12月1日 周二": (
            Client().get(url, name).text,
            browser(world[Role.CERTIFICATE_OFFICER])
            .get(reverse("certificate", args=[certificate.number]))
            .text,
        ),
        "Tue 1 Dec 2026": (Client(headers={"accept-language": "en"}).get(url, name).text,),
    }
    for day, shown in pages.items():
        assert [page.count(f"<dd>{day}</dd>") for page in shown] == [2] * len(shown)
    printed = words(certificate_pdf(certificate))
    assert (printed.count("2026年12月1日"), "2026-12-01" in printed) == (3, False)


def test_the_officer_reads_whether_an_employer_may_be_told(world: World, issued: list[Certificate]) -> None:
    officer = browser(world[Role.CERTIFICATE_OFFICER])
    page = reverse("certificate", args=[issued[0].number])
    assert "持证人没有同意，请不要告知" in officer.get(page).text
    record_consents(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        person=issued[0].result.application.person,
        granted=["employers"],
        evidence="签字原件第 90 号",
    )
    assert "持证人同意告知证书名称、级别与颁发日期" in officer.get(page).text


def test_the_credential_is_for_its_holder_and_for_who_knows_the_name(
    world: World, issued: list[Certificate]
) -> None:
    certificate = issued[0]
    url = reverse("credential", args=[certificate.number])
    ticket = Ticket.objects.get(application=certificate.result.application)
    holder = browser(sign_in_as_candidate(ticket))
    other = Ticket.objects.get(application=issued[1].result.application)

    assert json.loads(holder.get(url).content) == certificate.credential
    assert json.loads(Client().get(url, {"name": certificate.holder_name}).content) == certificate.credential
    assert browser(sign_in_as_candidate(other, "other")).get(url).status_code == 404


def test_the_status_lists_and_the_key_are_public(world: World, issued: list[Certificate]) -> None:
    officer = world[Role.CERTIFICATE_OFFICER]
    revoke(by=officer, certificate=issued[0], reason="冒用身份")
    suspend(by=officer, certificate=issued[1], reason="调查核实中")

    def listed(purpose: str) -> list[bool]:
        document = json.loads(Client().get(f"/status/{purpose}").content)
        assert signer_of(document) == issuer().did
        encoded = document["credentialSubject"]["encodedList"]
        return [is_set(encoded, certificate.status_index) for certificate in issued]

    assert (listed("revocation"), listed("suspension")) == ([True, False], [False, True])
    assert Client().get("/status/refresh").status_code == 404
    key = Client().get("/issuer.json").json()
    assert (key["did"], key["name"]) == (issuer().did, "中国通信工业协会互联网产业专业委员会")


def test_the_interface_tells_facts_to_who_knows_both(issued: list[Certificate]) -> None:
    certificate = issued[0]

    answer = Client().get(f"/api/v1/certificates/{certificate.number}", {"name": certificate.holder_name})

    assert (answer.status_code, answer.json()["valid"], answer.json()["facts"]) == (
        200,
        True,
        certificate.facts,
    )
    assert Client().get(f"/api/v1/certificates/{certificate.number}").status_code == 422


def test_an_officer_sees_who_will_be_issued_and_issues(world: World) -> None:
    released(world, ["70", "80"])
    officer = browser(world[Role.CERTIFICATE_OFFICER])
    url = reverse("issue_certificates", args=[world.association.id])

    assert [line.count for line in waiting(world[Role.CERTIFICATE_OFFICER], Role.CERTIFICATE_OFFICER)] == [2]
    assert ("2 人将获得证书" in officer.get(url).content.decode(), Certificate.objects.count()) == (True, 0)
    assert (officer.post(url).status_code, Certificate.objects.count()) == (302, 2)
    assert (officer.post(url).status_code, "没有待颁发的证书" in officer.get(url).content.decode()) == (
        422,
        True,
    )
    assert waiting(world[Role.CERTIFICATE_OFFICER], Role.CERTIFICATE_OFFICER) == []


def test_an_officer_changes_the_state_with_a_reason(world: World, issued: list[Certificate]) -> None:
    officer, certificate = browser(world[Role.CERTIFICATE_OFFICER]), issued[0]
    url = reverse("change_certificate", args=[certificate.number])

    assert officer.post(url, {"act": "revoke", "kind": "随便"}).status_code == 422
    assert officer.post(url, {"act": "replace", "kind": "冒用身份"}).status_code == 404
    assert officer.post(url, {"act": "reinstate", "kind": "核实无误"}).status_code == 422
    assert officer.post(url, {"act": "revoke", "kind": "冒用身份", "note": "来信"}).status_code == 302
    page = officer.get(reverse("certificate", args=[certificate.number])).content.decode()
    assert ("冒用身份：来信" in page, "变更状态" in page) == (True, False)
    found = officer.get(reverse("certificates"), {"q": certificate.number[-8:]}).content.decode()
    assert (certificate.number in found, issued[1].number in found) == (True, False)


def test_a_holder_and_the_institution_have_their_own_only(world: World, issued: list[Certificate]) -> None:
    certificate, other = issued
    holder = browser(sign_in_as_candidate(Ticket.objects.get(application=certificate.result.application)))
    institution, outsider = browser(world[Role.INSTITUTION]), browser(world.outsider)
    own, foreign = (reverse("certificate_pdf", args=[found.number]) for found in issued)

    page = holder.get(reverse("my_certificates")).content.decode()
    assert (certificate.number in page, other.number in page) == (True, False)
    assert [holder.get(url).status_code for url in (own, foreign)] == [200, 404]
    assert [institution.get(url).status_code for url in (own, foreign)] == [200, 200]
    assert [outsider.get(url).status_code for url in (own, foreign)] == [404, 404]
    assert "还没有证书" in outsider.get(reverse("institution_certificates")).content.decode()
    revoke(by=world[Role.CERTIFICATE_OFFICER], certificate=certificate, reason="冒用身份")
    assert holder.get(own).status_code == 422
    assert browser(world[Role.CERTIFICATE_OFFICER]).get(own).status_code == 200


def test_the_printed_certificate_says_what_the_register_holds(issued: list[Certificate]) -> None:
    certificate = issued[0]
    content = certificate_pdf(certificate)
    text = words(content)

    for fact in ("number", "name", "title", "id_masked", "body"):
        assert certificate.facts[fact] in text
    assert ("不是职业资格证书" in text, "样本" in text, len(PdfReader(io.BytesIO(content)).pages)) == (
        True,
        False,
        1,
    )


def test_a_character_no_face_has_is_named_under_the_name(issued: list[Certificate]) -> None:
    certificate = issued[0]
    certificate.facts["name"] = (
        "测\U00030000"  # the first character of plane 3, newer than the printing faces
    )

    assert "字库缺字：第2字U+30000" in words(certificate_pdf(certificate))


def test_every_class_of_reason_has_words() -> None:
    assert tuple(REASONS) == (*CLASSES, CORRECTED, AMENDED)


@pytest.mark.parametrize("stage", ["certificates", "results"])
def test_every_sentence_for_candidates_and_the_public_has_its_english(stage: str) -> None:
    folder = Path(certificates.__file__).parents[1] / stage
    catalogue = read_po(io.BytesIO((folder / "locale/en/LC_MESSAGES/django.po").read_bytes()))
    known = {str(message.id) for message in catalogue if message.id and message.string}
    sources = [*folder.rglob("*.html"), *folder.glob("*.py")]
    used = {
        sentence
        for source in sources
        for sentence in re.findall(r'(?:translate |\b_\(|gettext_lazy\()\s*"([^"]+)"', source.read_text())
    }

    assert used - known == set()


def test_the_pages_speak_english(issued: list[Certificate]) -> None:
    client = Client(headers={"accept-language": "en"})
    url = reverse("verify_one", args=[issued[0].number])

    page = client.get(url, {"name": issued[0].holder_name}).content.decode()

    assert ("This certificate is valid" in page, "Internet Marketer" in page) == (True, True)
    assert "它不是职业资格证书，也不是职业技能等级证书" in page


def test_a_holder_reads_what_is_certified_in_the_language_of_the_page(issued: list[Certificate]) -> None:
    holder = browser(sign_in_as_candidate(Ticket.objects.get(application=issued[0].result.application)))
    pages = [
        holder.get(reverse("my_certificates"), headers={"accept-language": tongue}).text
        for tongue in ("en", "zh")
    ]

    assert [re.findall(r'<th scope="row">([^<]+)</th>', page) for page in pages] == [
        ["Internet Marketer, Junior"],
        ["互联网营销师 初级"],
    ]


def test_the_sample_never_verifies() -> None:
    assert (parse_number(SAMPLE_NUMBER), "样本" in words(sample_pdf())) == (None, True)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_for_many(
    world: World, count: int, django_assert_num_queries: object
) -> None:
    released(world, ["70"] * count)
    officer = browser(world[Role.CERTIFICATE_OFFICER])
    with django_assert_num_queries(9):  # type: ignore[operator]
        officer.get(reverse("certificates"))
    first = issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)[0]
    with django_assert_num_queries(9):  # type: ignore[operator]
        officer.get(reverse("certificates"))
    institution = browser(world[Role.INSTITUTION])
    with django_assert_num_queries(7):  # type: ignore[operator]
        institution.get(reverse("institution_certificates"))
    holder = browser(sign_in_as_candidate(Ticket.objects.get(application=first.result.application)))
    with django_assert_num_queries(6):  # type: ignore[operator]
        holder.get(reverse("my_certificates"))
