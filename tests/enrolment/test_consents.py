"""Nobody is handed in without their consent, and what a consent is for depends on it."""

import pytest
from django.test import Client

from tests.factories.world import PASSWORD, World
from zhiheng.enrolment.actions import submit
from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import open_candidate_account
from zhiheng.people.models import Role
from zhiheng.people.rights.actions import answer_consents, record_many_consents, withdraw_consent
from zhiheng.people.rights.queries import consented, people_who_agreed

pytestmark = pytest.mark.django_db
LIST = "签字名册第 3 页"


def code_of(world: World, application: Application) -> str:
    with pytest.raises(Refused) as refused:
        submit(by=world[Role.INSTITUTION], application=application)
    assert refused.value.what == f"{application.person.name}还没有同意“办理报名、考试与证书”"
    return refused.value.code


def test_without_consent_nobody_is_handed_in(world: World) -> None:
    application = world.enter(consents=())
    assert code_of(world, application) == "consent-missing"
    application.refresh_from_db()
    assert application.status == ApplicationStatus.DRAFT

    account = open_candidate_account(by="test", person=application.person, username="jia", password=PASSWORD)
    answer_consents(by=account, person=application.person, granted=["public-query"])
    assert code_of(world, application) == "consent-missing"
    answer_consents(by=account, person=application.person, granted=["enrol"])
    assert submit(by=world[Role.INSTITUTION], application=application).status == ApplicationStatus.SUBMITTED


def test_who_takes_the_consent_back_is_not_handed_in_again(world: World) -> None:
    application = world.enter()
    account = open_candidate_account(by="test", person=application.person, username="jia", password=PASSWORD)
    withdraw_consent(by=account, person=application.person, purpose="enrol")
    assert code_of(world, application) == "consent-missing"


def test_one_list_of_signatures_serves_many_and_leaves_own_words_alone(world: World) -> None:
    first, second = world.enter(consents=()), world.enter(consents=())
    account = open_candidate_account(by="test", person=second.person, username="yi", password=PASSWORD)
    answer_consents(by=account, person=second.person, granted=[])
    words = {"by": world[Role.INSTITUTION], "institution": world.institution}
    people = [first.person, second.person]
    for given, code in (
        ({"people": [], "granted": ["enrol"], "evidence": LIST}, "nobody-ticked"),
        ({"people": people, "granted": [], "evidence": LIST}, "consent-empty"),
        ({"people": people, "granted": ["enrol"], "evidence": ""}, "evidence-missing"),
        ({"people": people, "granted": ["fame"], "evidence": LIST}, "purpose-unknown"),
    ):
        with pytest.raises(Refused) as refused:
            record_many_consents(**words, **given)  # type: ignore[arg-type]
        assert refused.value.code == code
    record_many_consents(**words, people=people, granted=["enrol"], evidence=LIST)  # type: ignore[arg-type]
    assert people_who_agreed(people, "enrol") == {first.person_id}
    assert consented(second.person, "enrol") is False


def test_the_page_lists_whom_a_consent_is_missing_of(world: World, client: Client) -> None:
    missing = [world.enter(consents=()) for _ in range(3)]
    world.enter()
    client.force_login(world[Role.INSTITUTION])
    page = client.get("/applications/consents/")
    assert {entry.id for entry in page.context["waiting"]} == {entry.id for entry in missing}
    assert all(entry.person.id_number not in page.text for entry in missing)
    refused = client.post(
        "/applications/consents/", {"application": [str(missing[0].id)], "purpose": ["enrol"]}
    )
    assert (refused.status_code, "没有写明考生同意的凭据" in refused.text) == (422, True)
    assert f'value="{missing[0].id}" checked' in refused.text
    sent = {"application": [str(entry.id) for entry in missing[:2]], "purpose": ["enrol"], "evidence": LIST}
    assert client.post("/applications/consents/", sent).status_code == 302
    left = client.get("/applications/consents/").context["waiting"]
    assert [entry.id for entry in left] == [missing[2].id]

    shown = client.get(f"/applications/{missing[2].id}/")
    assert "考生还没有同意“办理报名、考试与证书”" in shown.text

    client.force_login(world.outsider)
    assert client.get("/applications/consents/").context["waiting"] == []
    foreign = {"application": [str(missing[2].id)], "purpose": ["enrol"], "evidence": LIST}
    assert client.post("/applications/consents/", foreign).status_code == 422
    assert consented(missing[2].person, "enrol") is False
    client.force_login(world[Role.REVIEWER])
    assert client.get("/applications/consents/").status_code == 403
