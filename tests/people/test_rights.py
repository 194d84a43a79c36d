"""Consent: each purpose for itself, the own word before the institution's, withdrawn at any time."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from tests.factories.world import PASSWORD, World
from zhiheng.enrolment.models import Application
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import open_candidate_account
from zhiheng.people.core.consents import consent_texts
from zhiheng.people.models import Account, ConsentDecision, DataExport, Role
from zhiheng.people.rights import queries
from zhiheng.people.rights.actions import answer_consents, ask_for_copy, record_consents, withdraw_consent
from zhiheng.people.rights.tasks import end_copies, prepare_copy
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine

pytestmark = pytest.mark.django_db
PAPER = "签字原件第 12 号"


@pytest.fixture
def application(world: World) -> Application:
    return world.enter(consents=())


@pytest.fixture
def account(application: Application) -> Account:
    return open_candidate_account(by="test", person=application.person, username="yi", password=PASSWORD)


def refusal(act: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        act(**words)  # type: ignore[operator]
    return refused.value.code


def standing(application: Application) -> dict[str, bool | None]:
    states = queries.consent_states(application.person)
    return {state.text.purpose: state.granted if state.decision else None for state in states}


def test_the_texts_are_complete() -> None:
    assert [text.purpose for text in consent_texts()] == ["enrol", "recording", "public-query", "employers"]
    assert [text.needed for text in consent_texts()] == [True, False, False, False]
    assert all(set(text.titles) == set(text.texts) == {"zh", "en"} for text in consent_texts())
    assert len({text.hash for text in consent_texts()}) == 4
    assert [text.purpose for text in consent_texts() if re.search("[，。；：、] ", text.texts["zh"])] == []


def test_what_is_not_ticked_is_refused_and_nothing_is_written_twice(
    application: Application, account: Account
) -> None:
    person = application.person
    assert len(answer_consents(by=account, person=person, granted=["enrol", "public-query"])) == 4
    assert standing(application) == {
        "enrol": True,
        "recording": False,
        "public-query": True,
        "employers": False,
    }
    (changed,) = answer_consents(by=account, person=person, granted=["enrol"])
    assert (changed.purpose, changed.granted) == ("public-query", False)
    assert ConsentDecision.objects.count() == 5
    assert queries.consented(person, "enrol") is True
    assert queries.consented(person, "public-query") is False
    lines = AuditLine.objects.filter(subject=f"person:{person.id}", act__startswith="consent-")
    assert [line.act for line in lines].count("consent-refused") == 3


def test_only_the_person_answers_and_withdraws(
    world: World, application: Application, account: Account
) -> None:
    person = application.person
    stranger = world[Role.CANDIDATE]
    assert refusal(answer_consents, by=stranger, person=person, granted=[]) == "not-own"
    assert refusal(withdraw_consent, by=stranger, person=person, purpose="enrol") == "not-own"
    assert refusal(answer_consents, by=account, person=person, granted=["fame"]) == "purpose-unknown"
    assert refusal(withdraw_consent, by=account, person=person, purpose="enrol") == "consent-not-given"
    answer_consents(by=account, person=person, granted=["enrol"])
    withdraw_consent(by=account, person=person, purpose="enrol")
    assert standing(application)["enrol"] is False
    assert refusal(withdraw_consent, by=account, person=person, purpose="enrol") == "consent-not-given"


def test_an_institution_writes_down_with_evidence_until_the_person_speaks(
    world: World, application: Application, account: Account
) -> None:
    words = {"by": world[Role.INSTITUTION], "institution": world.institution, "person": application.person}
    assert refusal(record_consents, **words, granted=["enrol"], evidence=" 无 ") == "evidence-missing"
    assert refusal(record_consents, **words, granted=[], evidence=PAPER) == "consent-empty"
    assert refusal(record_consents, **words, granted=["fame"], evidence=PAPER) == "purpose-unknown"
    record_consents(**words, granted=["enrol"], evidence=PAPER)  # type: ignore[arg-type]
    assert standing(application)["enrol"] is True

    withdraw_consent(by=account, person=application.person, purpose="enrol")
    assert refusal(record_consents, **words, granted=["enrol"], evidence=PAPER) == "consent-answered"
    assert standing(application)["enrol"] is False


def test_a_new_version_asks_again(
    application: Application, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_consents(by=account, person=application.person, granted=["enrol"])
    changed = tuple(
        replace(text, version="2") if text.purpose == "enrol" else text for text in consent_texts()
    )
    monkeypatch.setattr(queries, "consent_texts", lambda: changed)
    assert [text.purpose for text in queries.unanswered(application.person)] == ["enrol"]
    assert queries.consented(application.person, "enrol") is False
    (first, *_) = queries.consent_states(application.person)
    assert first.earlier is not None


def test_a_candidate_is_asked_at_the_first_sign_in_only(
    application: Application, account: Account, client: Client
) -> None:
    def enter() -> str:
        client.post("/sign-out/")
        answer = client.post("/sign-in/", {"username": "yi", "password": PASSWORD})
        return answer.headers["Location"]

    assert enter() == "/my/consent/"
    page = client.get("/my/consent/").text
    assert (page.count('type="checkbox"'), " checked" in page) == (4, False)
    assert client.post("/my/consent/", {"purpose": ["enrol"]}).headers["Location"] == "/my/data/"
    assert enter() == "/home/"


def test_my_data_shows_the_choices_and_takes_them_back(
    world: World, application: Application, account: Account, client: Client
) -> None:
    record_consents(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        person=application.person,
        granted=["enrol"],
        evidence=PAPER,
    )
    client.force_login(account)
    page = client.get("/my/data/")
    assert [row["word"] for row in page.context["rows"]] == ["同意", "尚未答复", "尚未答复", "尚未答复"]
    assert f"由青禾培训中心（测试）代录：{PAPER}" in page.text
    assert application.person.id_number not in page.text

    assert client.get("/my/data/enrol/withdraw/").status_code == 405
    assert client.post("/my/data/enrol/withdraw/").headers["Location"] == "/my/data/"
    assert client.post("/my/data/enrol/withdraw/").status_code == 422
    assert client.post("/my/consent/", {"purpose": ["fame"]}).status_code == 422


def test_pages_belong_to_candidates(world: World, client: Client) -> None:
    for path in ("/my/consent/", "/my/data/"):
        client.logout()
        assert client.get(path).status_code == 302
        for role in Role:
            client.force_login(world[role])
            expected = {"/my/consent/": 404, "/my/data/": 200}[path] if role == Role.CANDIDATE else 403
            assert client.get(path).status_code == expected, (path, role)


def test_an_institutions_page_writes_down_what_was_signed(
    world: World, application: Application, client: Client
) -> None:
    path = f"/applications/{application.id}/consents/"
    client.force_login(world.outsider)
    assert client.get(path).status_code == 404
    client.force_login(world[Role.REVIEWER])
    assert client.get(path).status_code == 403
    client.force_login(world[Role.INSTITUTION])
    assert client.get(path).status_code == 200
    refused = client.post(path, {"purpose": ["enrol"], "evidence": ""})
    assert (refused.status_code, "没有写明考生同意的凭据" in refused.text) == (422, True)
    assert client.post(path, {"purpose": ["enrol"], "evidence": PAPER}).status_code == 302
    assert standing(application)["enrol"] is True


# A copy of one's own data


def test_a_copy_is_made_in_the_background_for_the_person_alone_and_one_day(
    world: World, application: Application, account: Account, client: Client
) -> None:
    client.force_login(account)
    assert client.get("/my/data/").context["copy"] == "none"
    assert client.post("/my/data/copy/").status_code == 302
    assert client.get("/my/data/").context["copy"] == "preparing"
    assert client.post("/my/data/copy/").status_code == 422
    export = DataExport.objects.get()
    path = f"/my/data/copy/{export.id}/"
    assert client.get(path).status_code == 404

    prepare_copy.call(export_id=str(export.id))
    prepare_copy.call(export_id=str(export.id))
    assert client.get("/my/data/").context["copy"] == "ready"
    with zipfile.ZipFile(io.BytesIO(client.get(path).content)) as archive:
        data = json.loads(archive.read("data.json"))
        documents = [name for name in archive.namelist() if name.startswith("documents/")]
        assert archive.read(documents[0])[:3] == b"\xff\xd8\xff"
    assert data["person"][0]["id_number"] == application.person.id_number
    assert [row["exam"] for row in data["applications"]] == ["互联网营销师（初级）"]
    assert len(documents) == 5
    assert AuditLine.objects.filter(act="data-copy-fetched").count() == 1

    other = open_candidate_account(by="test", person=world.enter().person, username="er", password=None)
    client.force_login(other)
    assert client.get(path).status_code == 404

    client.force_login(account)
    clock.move_to(clock.now() + timedelta(hours=24, minutes=1))
    assert client.get(path).status_code == 404
    assert client.get("/my/data/").context["copy"] == "over"


@pytest.mark.django_db(transaction=True)
def test_an_expired_copy_is_destroyed(world: World, application: Application, account: Account) -> None:
    export = ask_for_copy(by=account, person=application.person)
    prepare_copy.call(export_id=str(export.id))
    export.refresh_from_db()
    file = settings.VAULT / str(export.file_id)
    end_copies.call()
    assert file.exists()
    clock.move_to(clock.now() + timedelta(hours=24, minutes=1))
    end_copies.call()
    export.refresh_from_db()
    assert (file.exists(), export.file_id) == (False, None)
    assert ask_for_copy(by=account, person=application.person) != export


def test_nobody_asks_for_anothers_copy(world: World, application: Application, account: Account) -> None:
    assert refusal(ask_for_copy, by=world[Role.CANDIDATE], person=application.person) == "not-own"
