"""Complaints: followed by key, answered by an administrator, hidden from those they are about."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories.pictures import picture
from tests.factories.world import PASSWORD, World
from tests.people_of import second
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import grant_role, open_candidate_account
from zhiheng.people.complaints import queries, tasks
from zhiheng.people.complaints.actions import (
    add_to_complaint,
    answer_complaint,
    ask_institution,
    complain,
    recuse,
    reopen_complaint,
    state_position,
    write_to_complainant,
)
from zhiheng.people.complaints.links import own_path
from zhiheng.people.complaints.waiting import waiting
from zhiheng.people.models import (
    Account,
    Complaint,
    ComplaintAbout,
    ComplaintEntry,
    ComplaintRecusal,
    ComplaintState,
    Role,
)
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine, OutgoingMessage

pytestmark = pytest.mark.django_db
SECRET = "多收了我三百元"


def refusal(act: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        act(**words)  # type: ignore[operator]
    return refused.value.code


@pytest.fixture
def complaint(world: World) -> Complaint:
    return complain(
        about=ComplaintAbout.INSTITUTION,
        text=SECRET,
        institution=world.institution,
        name="测投诉人",
        phone="13900009999",
        email="c@example.org",
    )


@pytest.fixture
def candidate(world: World) -> Account:
    person = world.approved().person
    return open_candidate_account(by="test", person=person, username="yi", password=PASSWORD)


def test_it_has_a_number_a_key_and_a_day_to_be_answered_by(complaint: Complaint) -> None:
    assert complaint.number == "TS2026000001"
    assert len(complaint.key) == 24
    assert complaint.due.astimezone(clock.now().tzinfo).date().isoformat() == "2026-12-02"  # 15 working days
    assert queries.complaint_by_key(complaint.number, complaint.key) == complaint
    assert queries.complaint_by_key(complaint.number, complaint.key + "x") is None
    trail = str(
        list(AuditLine.objects.filter(subject=f"complaint:{complaint.id}").values_list("by", "detail"))
    )
    assert (SECRET in trail, "测投诉人" in trail) == (False, False)
    tasks.tell_received.call(complaint_id=str(complaint.id))
    told = OutgoingMessage.objects.filter(kind="complaint-received")
    assert {message.channel for message in told} == {"email", "sms"}
    assert {complaint.key in message.text for message in told} == {True}


def test_what_is_refused(world: World, complaint: Complaint) -> None:
    administrator = world[Role.ADMINISTRATOR]
    assert refusal(complain, about=ComplaintAbout.OTHER, text="  ") == "complaint-text"
    assert refusal(complain, about=ComplaintAbout.OTHER, text="长" * 4001) == "complaint-text"
    assert refusal(complain, about=ComplaintAbout.INSTITUTION, text="x") == "complaint-institution"
    by_others = {"complaint": complaint, "text": "结案"}
    assert refusal(answer_complaint, by=world[Role.INSTITUTION], **by_others) == "complaint-own"
    assert refusal(answer_complaint, by=world[Role.REVIEWER], **by_others) == "complaint-own"
    assert refusal(reopen_complaint, complaint=complaint, reason="x") == "complaint-open"
    named = {"by": administrator, "complaint": complaint, "institution": world.institution}
    assert refusal(ask_institution, text="测投诉人说的属实吗", **named) == "complainant-named"
    answer_complaint(by=administrator, complaint=complaint, text="已退还")
    assert refusal(add_to_complaint, complaint=complaint, text="还有") == "complaint-closed"
    assert refusal(answer_complaint, by=administrator, **by_others) == "complaint-closed"


def test_those_it_is_about_never_see_it(world: World, complaint: Complaint, client: Client) -> None:
    own = second(Role.ADMINISTRATOR)
    grant_role(
        by=world[Role.ADMINISTRATOR], account=own, role=Role.INSTITUTION, institution=world.institution
    )
    named = complain(
        about=ComplaintAbout.STAFF,
        text="态度恶劣",
        staff_named=f"监考 {world[Role.ADMINISTRATOR].display_name}",
    )
    assert list(queries.open_for(own)) == [named]
    assert list(queries.open_for(world[Role.ADMINISTRATOR])) == [complaint]
    write = {"by": world[Role.ADMINISTRATOR], "complaint": named, "text": "x"}
    assert refusal(write_to_complainant, **write) == "complaint-own"
    client.force_login(world[Role.ADMINISTRATOR])
    assert client.get(f"/complaints/register/{named.id}/").status_code == 404
    assert client.post(f"/complaints/register/{named.id}/answer/", {"text": "x"}).status_code == 404
    assert client.get(f"/complaints/register/{complaint.id}/").status_code == 200
    client.force_login(own)
    assert client.get(f"/complaints/register/{complaint.id}/").status_code == 404
    for reader in (world[Role.INSTITUTION], world[Role.REVIEWER]):
        client.force_login(reader)
        assert client.get(f"/complaints/register/{complaint.id}/").status_code == 403
        assert client.get("/complaints/register/").status_code == 403
        assert client.get(f"/complaints/{complaint.number}/").status_code == 404


def test_one_about_every_administrator_reaches_whoever_is_appointed(world: World, client: Client) -> None:
    administrator, other = world[Role.ADMINISTRATOR], second(Role.ADMINISTRATOR)
    grant_role(by=administrator, account=other, role=Role.INSTITUTION, institution=world.institution)
    harmless = complain(about=ComplaintAbout.OTHER, text="网页打不开")
    assert queries.unattended() == []
    orphan = complain(
        about=ComplaintAbout.INSTITUTION,
        text=SECRET,
        institution=world.institution,
        staff_named=administrator.display_name,
        name="测投诉人",
    )
    assert queries.unattended() == [orphan]
    for told in (administrator, other):
        (title,) = [line.title for line in waiting(told, Role.ADMINISTRATOR) if orphan.number in line.title]
        assert "请给没有参与的人员授予管理员角色" in title
        client.force_login(told)
        register = client.get("/complaints/register/").content.decode()
        assert (orphan.number in register, SECRET in register) == (True, False)
        assert client.get(f"/complaints/register/{orphan.id}/").status_code == 404
    client.logout()
    assert "现有的全部管理员" in client.get(own_path(orphan)).content.decode()
    assert "现有的全部管理员" not in client.get(own_path(harmless)).content.decode()
    english = client.get(own_path(orphan), headers={"accept-language": "en"}).content.decode()
    assert "concerns every administrator" in english

    grant_role(by=administrator, account=world[Role.REVIEWER], role=Role.ADMINISTRATOR)

    assert queries.unattended() == []
    assert orphan in queries.open_for(world[Role.REVIEWER])
    answer_complaint(by=world[Role.REVIEWER], complaint=orphan, text="已核实")


def test_whoever_complains_and_is_the_only_administrator_is_not_their_own_judge(world: World) -> None:
    own = complain(about=ComplaintAbout.OTHER, text="x", account=world[Role.ADMINISTRATOR])
    assert queries.unattended() == [own]
    second(Role.ADMINISTRATOR)
    assert queries.unattended() == []


def test_a_recusal_leaves_somebody_to_handle_it(world: World, complaint: Complaint) -> None:
    administrator = world[Role.ADMINISTRATOR]
    alone = {"by": administrator, "complaint": complaint, "account": administrator}
    assert refusal(recuse, **alone) == "nobody-left"
    other = second(Role.ADMINISTRATOR)
    recuse(**alone)
    assert ComplaintRecusal.objects.count() == 1
    assert queries.complaint_for(administrator, complaint.id) is None
    assert queries.complaint_for(other, complaint.id) == complaint


def test_an_institution_sees_the_question_and_nothing_else(
    world: World, complaint: Complaint, client: Client
) -> None:
    question = ask_institution(
        by=world[Role.ADMINISTRATOR],
        complaint=complaint,
        institution=world.institution,
        text="贵机构怎样收取费用？",
    )
    tasks.tell_question.call(entry_id=str(question.id))
    client.force_login(world[Role.INSTITUTION])
    url = f"/institution/questions/{question.id}/"
    page = client.get(url).content.decode()
    assert "贵机构怎样收取费用？" in page
    hidden = (SECRET, complaint.number, "测投诉人", "13900009999", "c@example.org")
    assert [word for word in hidden if word in page] == []
    assert len(waiting(world[Role.INSTITUTION], Role.INSTITUTION)) == 1
    assert client.post(url, {"text": "按合同收取"}).status_code == 302
    assert client.post(url, {"text": "再说一次"}).status_code == 422
    assert waiting(world[Role.INSTITUTION], Role.INSTITUTION) == []
    assert [entry.text for entry in queries.entries_of(complaint, inward=False)] == [SECRET]
    client.force_login(world.outsider)
    assert client.get(url).status_code == 404
    assert "贵机构怎样收取费用" not in client.get("/institution/questions/").content.decode()
    again = {"by": world.outsider, "question": question, "text": "x"}
    assert refusal(state_position, **again) == "question-not-own"
    client.force_login(world[Role.ADMINISTRATOR])
    assert "按合同收取" in client.get(f"/complaints/register/{complaint.id}/").content.decode()


def test_it_is_reopened_once_and_in_time(world: World, complaint: Complaint) -> None:
    administrator = world[Role.ADMINISTRATOR]
    answer_complaint(by=administrator, complaint=complaint, text="已查")
    clock.move_to(clock.now() + timedelta(days=30))
    opened = reopen_complaint(complaint=complaint, reason="没有查清")
    assert (opened.state, opened.closed_at) == (ComplaintState.OPEN, None)
    assert opened.due > clock.now() + timedelta(days=15)
    answer_complaint(by=administrator, complaint=complaint, text="再查")
    assert refusal(reopen_complaint, complaint=complaint, reason="x") == "complaint-reopened"
    other = complain(about=ComplaintAbout.FEE, text="x")
    answer_complaint(by=administrator, complaint=other, text="已查")
    clock.move_to(clock.now() + timedelta(days=31))
    assert refusal(reopen_complaint, complaint=other, reason="x") == "complaint-reopen-over"


def test_anybody_complains_and_follows_by_key(world: World, client: Client) -> None:
    assert client.get("/complaints/new/").status_code == 200
    assert client.post("/complaints/new/", {"about": "fee"}).status_code == 422
    file = SimpleUploadedFile("r.jpg", picture(903), content_type="image/jpeg")
    sent = client.post("/complaints/new/", {"about": "fee", "text": SECRET, "paper": file})
    made = Complaint.objects.get()
    assert sent.headers["Location"] == own_path(made)
    assert SECRET in client.get(own_path(made)).content.decode()
    assert client.get(f"/complaints/{made.number}/?key=wrong").status_code == 404
    assert client.get(f"/complaints/{made.number}/").status_code == 404
    entry = ComplaintEntry.objects.get()
    path = f"/complaints/{made.number}/files/{entry.id}/"
    assert client.get(f"{path}?key={made.key}").status_code == 200
    assert client.get(path).status_code == 404
    assert client.post(own_path(made), {"text": "补一句"}).status_code == 302
    assert ComplaintEntry.objects.count() == 2
    client.force_login(world[Role.ADMINISTRATOR])
    register = f"/complaints/register/{made.id}/"
    assert client.get(f"{register}files/{entry.id}/").status_code == 200
    assert client.post(f"{register}letter/", {"text": "请补发票"}).status_code == 302
    assert client.post(f"{register}answer/", {"text": ""}).status_code == 422
    assert client.post(f"{register}answer/", {"text": "已退还"}).status_code == 302
    assert client.post(f"{register}nothing/", {"text": "x"}).status_code == 404
    client.logout()
    page = client.get(own_path(made)).content.decode()
    assert ("请补发票" in page, "已退还" in page) == (True, True)
    assert client.post(own_path(made), {"text": "不满意"}).status_code == 302
    made.refresh_from_db()
    assert made.state == ComplaintState.OPEN


def test_too_many_at_once_are_stopped(client: Client) -> None:
    codes = [client.post("/complaints/new/", {"about": "fee", "text": "x"}).status_code for _ in range(6)]
    assert codes == [302] * 5 + [422]
    assert Complaint.objects.count() == 5


def test_a_candidate_follows_it_signed_in(candidate: Account, world: World, client: Client) -> None:
    client.force_login(candidate)
    client.post("/complaints/new/", {"about": "room", "text": SECRET})
    made = Complaint.objects.get()
    assert made.account == candidate
    assert client.get(own_path(made)).status_code == 200
    assert made.number in client.get("/my/complaints/").content.decode()
    write_to_complainant(by=world[Role.ADMINISTRATOR], complaint=made, text="哪一天？")
    entry = ComplaintEntry.objects.get(kind="message")
    tasks.tell_message.call(entry_id=str(entry.id))
    assert OutgoingMessage.objects.filter(kind="complaint-message", channel="in-app").count() == 1
    other = open_candidate_account(
        by="test", person=world.approved().person, username="er", password=PASSWORD
    )
    client.force_login(other)
    assert client.get(own_path(made)).status_code == 404
    assert made.number not in client.get("/my/complaints/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_register_asks_a_fixed_number_of_questions(
    world: World, client: Client, count: int, django_assert_num_queries: object
) -> None:
    for _ in range(count):
        complain(about=ComplaintAbout.INSTITUTION, text="x", institution=world.institution)
    clock.move_to(clock.now() + timedelta(days=40))
    client.force_login(world[Role.ADMINISTRATOR])
    with django_assert_num_queries(12):  # type: ignore[operator]
        page = client.get("/complaints/register/").content.decode()
    assert f"{count} 份投诉已过答复期限" in page
    assert len(waiting(world[Role.ADMINISTRATOR], Role.ADMINISTRATOR)) == 1
