"""Corrections: two others agree, the history is kept, exams and certificates follow."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories.pictures import picture
from tests.factories.world import PASSWORD, World, id_number
from tests.people_of import second
from tests.results.outcomes import released, ticket_for
from zhiheng.certificates.actions import issue, suspend
from zhiheng.certificates.core.verification import State
from zhiheng.certificates.models import Certificate
from zhiheng.certificates.queries import replacement_of, state_of, to_reissue, verify_number
from zhiheng.certificates.reissuing.actions import reissue_corrected
from zhiheng.delivery.models import PublishedPack
from zhiheng.enrolment.models import Application
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import open_candidate_account
from zhiheng.people.corrections import queries, tasks
from zhiheng.people.corrections.actions import (
    Evidence,
    approve_correction,
    refuse_correction,
    request_correction,
    withdraw_correction,
)
from zhiheng.people.corrections.registry import meanings_of
from zhiheng.people.models import Account, Correction, CorrectionState, Person, PersonChange, Role
from zhiheng.people.queries import find_person, id_number_hash
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine, Event, OutgoingMessage

pytestmark = pytest.mark.django_db
NEW_NUMBER = id_number(77, born="19900102")


@pytest.fixture
def application(world: World) -> Application:
    return world.approved(name="测原名")


@pytest.fixture
def account(application: Application) -> Account:
    return open_candidate_account(by="test", person=application.person, username="yi", password=PASSWORD)


def ask(by: Account, person: Person, **more: object) -> Correction:
    given: dict[str, object] = {
        "name": "测新名",
        "id_number": NEW_NUMBER,
        "reason": "录入时写错",
        "evidence": Evidence(name="id.jpg", content=picture(901)),
    }
    return request_correction(by=by, person=person, **(given | more))  # type: ignore[arg-type]


def correct(world: World, by: Account, person: Person, **more: object) -> Correction:
    correction = ask(by, person, **more)
    approve_correction(by=world[Role.ADMINISTRATOR], correction=correction)
    return approve_correction(by=world[Role.REVIEWER], correction=correction)


def refusal(act: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        act(**words)  # type: ignore[operator]
    return refused.value.code


def test_two_others_agree_and_the_person_is_put_right(
    world: World, application: Application, account: Account
) -> None:
    person = application.person
    old_number = person.id_number
    correction = ask(account, person)
    approve_correction(by=world[Role.ADMINISTRATOR], correction=correction)
    person.refresh_from_db()
    assert (person.name, person.id_number) == ("测原名", old_number)
    again = refusal(approve_correction, by=world[Role.ADMINISTRATOR], correction=correction)
    assert again == "correction-voiced"

    approve_correction(by=world[Role.REVIEWER], correction=correction)
    person.refresh_from_db()
    account.refresh_from_db()
    assert (person.name, person.id_number, person.born.isoformat()) == ("测新名", NEW_NUMBER, "1990-01-02")
    assert find_person(NEW_NUMBER) == person
    assert find_person(old_number) is None
    assert account.display_name == "测新名"
    change = PersonChange.objects.get()
    assert (change.old_name, change.new_name, change.old_id_number) == ("测原名", "测新名", old_number)
    assert queries.changes_under("测原名") == [change]
    assert queries.changes_under(old_number.lower()) == [change]
    assert queries.changes_under("测新名") == []
    assert Event.objects.get(name="person-corrected").payload == {
        "person_id": str(person.id),
        "correction_id": str(correction.id),
    }
    tasks.tell_corrected.call(person_id=str(person.id), correction_id=str(correction.id))
    assert OutgoingMessage.objects.filter(kind="correction-applied", person_id=person.id).exists()
    trail = str(list(AuditLine.objects.filter(subject=f"correction:{correction.id}").values_list("detail")))
    assert ("测新名" in trail, NEW_NUMBER in trail) == (False, False)


def test_one_no_ends_it_with_a_reason(world: World, application: Application, account: Account) -> None:
    correction = ask(account, application.person)
    reviewer = world[Role.REVIEWER]
    assert refusal(refuse_correction, by=reviewer, correction=correction, note=" ") == "reason-missing"
    refuse_correction(by=reviewer, correction=correction, note="照片看不清")
    application.person.refresh_from_db()
    assert application.person.name == "测原名"
    settled = refusal(approve_correction, by=world[Role.ADMINISTRATOR], correction=correction)
    assert settled == "correction-settled"
    tasks.tell_refused.call(correction_id=str(correction.id))
    told = OutgoingMessage.objects.filter(kind="correction-refused")
    assert {"照片看不清。" in message.text for message in told} == {True}
    assert ask(account, application.person).number != correction.number


def test_what_cannot_be_asked(world: World, application: Application, account: Account) -> None:
    person, other = application.person, world.approved()
    assert refusal(ask, by=account, person=person, name="测原名", id_number="") == "nothing-to-correct"
    assert refusal(ask, by=account, person=person, id_number="999999199001020770") == "id-number"
    assert refusal(ask, by=account, person=person, id_number=other.person.id_number) == "id-number-taken"
    assert refusal(ask, by=account, person=person, reason=" ") == "reason-missing"
    assert refusal(ask, by=account, person=other.person) == "correction-standing"
    bad = Evidence(name="id.jpg", content=b"not a picture")
    assert refusal(ask, by=account, person=person, evidence=bad) == "file-type"
    theirs = {"by": world.outsider, "person": person, "institution": world.other_institution}
    assert refusal(ask, **theirs) == "correction-standing"
    ask(account, person)
    ours = {"by": world[Role.INSTITUTION], "person": person, "institution": world.institution}
    assert refusal(ask, **ours) == "correction-waiting"
    assert Correction.objects.count() == 1


def test_those_who_ask_have_no_voice(world: World, application: Application, account: Account) -> None:
    correction = ask(account, application.person)
    assert refusal(approve_correction, by=account, correction=correction) == "correction-voice"
    assert refusal(approve_correction, by=world[Role.MARKER], correction=correction) == "correction-voice"
    both = second(Role.REVIEWER)
    correction.requested_by = both
    correction.save(update_fields=["requested_by"])
    assert refusal(approve_correction, by=both, correction=correction) == "correction-own"
    assert list(queries.waiting_for_voice(both)) == []
    assert refusal(withdraw_correction, by=world.outsider, correction=correction) == "correction-not-own"
    withdraw_correction(by=account, correction=correction)
    correction.refresh_from_db()
    assert correction.state == CorrectionState.WITHDRAWN


def test_a_number_registered_meanwhile_stops_the_second_voice(
    world: World, application: Application, account: Account
) -> None:
    correction = ask(account, application.person)
    approve_correction(by=world[Role.ADMINISTRATOR], correction=correction)
    other = world.approved()
    Person.objects.filter(pk=other.person_id).update(id_number=NEW_NUMBER, id_hash=id_number_hash(NEW_NUMBER))
    assert refusal(approve_correction, by=world[Role.REVIEWER], correction=correction) == "id-number-taken"
    assert PersonChange.objects.count() == 0


def test_a_sealed_pack_keeps_the_old_number(
    world: World, application: Application, account: Account, client: Client
) -> None:
    ticket = ticket_for(application)
    (before,) = meanings_of(application.person)
    assert before.endswith("考试时用更正后的号码登录。")
    pack = PublishedPack.objects.create(offering=application.offering, content_hash="0" * 64, attempts=1)
    clock.move_to(clock.now() + timedelta(minutes=5))
    correct(world, account, application.person)
    (after,) = meanings_of(application.person)
    assert "这一场登录仍用更正前的号码" in after
    client.force_login(account)
    assert "之前打印的准考证作废" in client.get(f"/tickets/{ticket.number}/").content.decode()
    assert pack.content_hash == PublishedPack.objects.get().content_hash


def test_a_certificate_is_issued_anew_by_the_officer(world: World, client: Client) -> None:
    released(world, ["80", "90"])
    old, untouched = issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)
    officer = world[Role.CERTIFICATE_OFFICER]
    assert refusal(reissue_corrected, by=officer, certificate=old) == "reissue-same"
    person = old.result.application.person
    clock.move_to(clock.now() + timedelta(minutes=5))
    ours = {"institution": world.institution}
    correct(world, world[Role.INSTITUTION], person, **ours)
    assert [found.number for found in to_reissue()] == [old.number]

    client.force_login(officer)
    assert old.number in client.get("/register/").content.decode()
    assert client.post(f"/register/{old.number}/reissue/").status_code == 302
    new = Certificate.objects.get(replaces=old)
    assert (new.holder_name, new.facts["passed_on"]) == ("测新名", old.facts["passed_on"])
    assert new.number not in {old.number, untouched.number}
    assert (state_of(old), state_of(new)) == (State.REPLACED, State.VALID)
    assert replacement_of(old) == new
    assert to_reissue() == []
    assert verify_number(new.number, name="测新名").valid
    assert not verify_number(old.number, name=old.facts["name"]).valid
    page = client.post(f"/verify/{old.number}", {"name": old.facts["name"]}).content.decode()
    assert new.number in page
    assert "更正换发" in page
    client.force_login(world[Role.INSTITUTION])
    assert client.get(f"/certificates/{old.number}.pdf").status_code == 422
    assert refusal(reissue_corrected, by=officer, certificate=old) == "reissue-state"
    suspend(by=officer, certificate=new, reason="调查核实中")
    assert refusal(reissue_corrected, by=officer, certificate=new) == "reissue-state"


def test_pages_for_their_readers_only(
    world: World, application: Application, account: Account, client: Client
) -> None:
    person = application.person
    correction = ask(account, person)
    staff = [f"/corrections/{correction.id}/", f"/corrections/{correction.id}/evidence/", "/corrections/"]
    for reader, codes in (
        (world[Role.ADMINISTRATOR], [200, 200, 200]),
        (world[Role.REVIEWER], [200, 200, 200]),
        (account, [403, 403, 403]),
        (world.outsider, [403, 403, 403]),
    ):
        client.force_login(reader)
        assert [client.get(url).status_code for url in staff] == codes
    client.force_login(world.outsider)
    assert client.get(f"/institution/corrections/new/{person.id}/").status_code == 404
    assert client.post(f"/corrections/{correction.id}/withdraw/").status_code == 404
    assert correction.number not in client.get("/institution/corrections/").content.decode()
    client.force_login(world[Role.INSTITUTION])
    assert client.get(f"/institution/corrections/new/{person.id}/").status_code == 200
    client.logout()
    assert client.get("/my/corrections/").status_code == 302


def test_asking_and_deciding_on_the_pages(
    world: World, application: Application, account: Account, client: Client
) -> None:
    client.force_login(account)
    file = SimpleUploadedFile("id.jpg", picture(902), content_type="image/jpeg")
    sent = {"name": "测新名", "id_number": "", "reason": "同音字", "evidence": file}
    assert client.post("/my/corrections/new/", sent).status_code == 302
    correction = Correction.objects.get()
    assert correction.number in client.get("/my/corrections/").content.decode()
    wrong = client.post("/my/corrections/new/", {"name": "", "reason": ""})
    assert wrong.status_code == 422
    for role in (Role.ADMINISTRATOR, Role.REVIEWER):
        client.force_login(world[role])
        decided = client.post(f"/corrections/{correction.id}/decide/", {"verdict": "approve"})
        assert decided.status_code == 302
    assert "已更正为测新名" in client.get(f"/corrections/{correction.id}/").content.decode()
    late = client.post(f"/corrections/{correction.id}/decide/", {"verdict": "refuse", "note": "迟了"})
    assert late.status_code == 422
    assert "测原名 → 测新名" in client.get("/corrections/?q=测原名").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_a_fixed_number_of_questions(
    world: World, client: Client, count: int, django_assert_num_queries: object
) -> None:
    for place in range(count):
        found = world.approved()
        ask(
            world[Role.INSTITUTION],
            found.person,
            institution=world.institution,
            id_number=id_number(500 + place),
        )
    client.force_login(world[Role.ADMINISTRATOR])
    with django_assert_num_queries(8):  # type: ignore[operator]
        assert client.get("/corrections/").status_code == 200
