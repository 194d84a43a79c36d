"""Who is told what when something happened, and the pages on which it can be seen."""

import pytest
from django.core import mail
from django.test import Client
from django_tasks_db.models import DBTaskResult

from tests.factories.world import World
from tests.results.outcomes import released, ticket_for
from zhiheng.certificates.actions import issue
from zhiheng.certificates.models import Certificate
from zhiheng.config import notices
from zhiheng.enrolment.actions import review
from zhiheng.enrolment.models import Application, SecondLook, Verdict
from zhiheng.enrolment.reviewing.actions import look_again
from zhiheng.payments.models import Order
from zhiheng.people.actions import choose_notice_address, create_account, open_candidate_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing.messages.posting import carry_out
from zhiheng.plumbing.models import AuditLine, MessageChannel, MessageState, OutgoingMessage

pytestmark = pytest.mark.django_db


def candidate(application: Application) -> Account:
    return open_candidate_account(
        by="test", person=application.person, username=f"c{application.person.phone}", password=None
    )


def told() -> list[tuple[str, str, bool]]:
    """Kind, channel and whether it went to a person, in the order of writing."""
    rows = OutgoingMessage.objects.order_by("created_at")
    return [(row.kind, row.channel, row.person_id is not None) for row in rows]


def waiting_jobs() -> list[str]:
    return sorted(DBTaskResult.objects.values_list("task_path", flat=True))


def test_an_approval_is_told_on_the_page_and_by_sms(world: World) -> None:
    application = world.approved()
    assert "zhiheng.config.notices.tell_approval" in waiting_jobs()

    notices.tell_approval.call(application_id=str(application.id))
    notices.tell_approval.call(application_id=str(application.id))

    assert told() == [("application-approved", "in-app", True), ("application-approved", "sms", True)]
    page, sms = OutgoingMessage.objects.order_by("created_at")
    assert page.text == (
        f"{application.person.name}，您报考的互联网营销师（初级）（2026年11月28日 周六考试）已通过资格审核。"
        "报名费由青禾培训中心（测试）统一办理，准考证自 2026年11月25日 周三 起可以打印。"
    )
    assert (sms.address, sms.address_masked) == (application.person.phone, "139****0001")
    assert waiting_jobs().count("zhiheng.plumbing.messages.tasks.deliver") == 2


def test_a_return_is_told_to_both_each_time(world: World) -> None:
    application = world.submitted()
    review(
        by=world[Role.REVIEWER],
        application=application,
        verdict=Verdict.RETURN,
        reasons=["学历证照片不清楚", "工作证明没有盖章。"],
    )
    assert "zhiheng.config.notices.tell_return" in waiting_jobs()
    notices.tell_return.call(application_id=str(application.id))

    assert told() == [
        ("application-returned", "in-app", True),
        ("application-returned", "sms", True),
        ("application-returned-institution", "in-app", False),
    ]
    page = OutgoingMessage.objects.get(kind="application-returned-institution")
    assert "原因：学历证照片不清楚。工作证明没有盖章。请补正" in page.text
    assert page.text.endswith(f"http://testserver/applications/{application.id}/")


def test_a_reopened_review_is_told_to_both_in_words_of_its_own(world: World) -> None:
    application = world.submitted()
    decision = review(by=world[Role.REVIEWER], application=application, verdict=Verdict.APPROVE)
    SecondLook.objects.all().delete()
    look = SecondLook.objects.create(first=decision, application=application)
    colleague = create_account(
        by="test", username="second", password="x" * 12, display_name="另一审核员", roles=[Role.REVIEWER]
    )
    look_again(by=colleague, look=look, agreed=False, reasons=["照片不是本人"])
    assert "zhiheng.config.notices.tell_reopening" in waiting_jobs()
    OutgoingMessage.objects.all().delete()
    notices.tell_reopening.call(application_id=str(application.id))
    notices.tell_reopening.call(application_id=str(application.id))

    assert told() == [
        ("application-reopened", "in-app", True),
        ("application-reopened", "sms", True),
        ("application-reopened-institution", "in-app", False),
    ]
    person, institution = (
        OutgoingMessage.objects.get(kind=kind, channel=MessageChannel.IN_APP).text
        for kind in ("application-reopened", "application-reopened-institution")
    )
    assert ("照片不是本人" in person, "最迟2026年11月11日 周三 24:00有结论" in person) == (False, True)
    assert "复核意见：照片不是本人。" in institution
    assert institution.endswith(f"http://testserver/applications/{application.id}/")


def test_email_goes_to_who_gave_an_address_in_their_language(world: World) -> None:
    application = world.approved()
    account = candidate(application)
    choose_notice_address(by=account, email="yi@example.org", language="en")
    notices.tell_approval.call(application_id=str(application.id))
    for message in OutgoingMessage.objects.filter(channel=MessageChannel.EMAIL):
        carry_out(str(message.id))
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (
        ["yi@example.org"],
        "Your application is approved: Internet Marketer, Junior",
    )
    assert AuditLine.objects.filter(act="notice-address-chosen").get().detail == {
        "email": "y***@example.org",
        "language": "en",
    }


def test_a_payment_is_told_to_the_institution_and_its_accounts(world: World) -> None:
    choose_notice_address(by=world[Role.INSTITUTION], email="desk@example.org", language="zh-hans")
    choose_notice_address(by=world.outsider, email="other@example.org", language="zh-hans")
    world.paid(2)
    order = Order.objects.get()
    notices.tell_payment.call(order_id=str(order.id))
    assert told() == [("order-paid", "in-app", False), ("order-paid", "email", False)]
    email = OutgoingMessage.objects.get(channel=MessageChannel.EMAIL)
    assert email.address == "desk@example.org"
    assert f"订单 {order.reference}（2 名考生，" in email.text


def test_an_exam_is_told_with_its_address(world: World) -> None:
    (application,) = world.paid(1)
    ticket = ticket_for(application)
    notices.tell_exam.call(offering_id=str(world.association.id))
    page = OutgoingMessage.objects.get(channel=MessageChannel.IN_APP)
    starts = "2026年11月28日 周六 09:00"
    assert page.text == (
        f"{application.person.name}，您的互联网营销师（初级）考试在 {starts} 开考。"
        "考点：一号考点，福建省福州市示例路 1 号；考场和座位以考试当天本站所示为准。"
        f"准考证号 {ticket.number}。请带准考证和身份证原件提前到场。"
    )


def test_results_and_certificates_are_told_to_each_and_summed_for_the_institution(world: World) -> None:
    release = released(world, ["60", "59"])
    notices.tell_results.call(release_id=str(release.id))
    issue(by=world[Role.CERTIFICATE_OFFICER], offering=world.association)
    notices.tell_certificates.call(offering_id=str(world.association.id))
    notices.tell_certificates.call(offering_id=str(world.association.id))

    in_app = OutgoingMessage.objects.filter(channel=MessageChannel.IN_APP).order_by("created_at")
    assert [(row.kind, row.institution_id) for row in in_app] == [
        ("results-released", None),
        ("results-released", None),
        ("results-released-institution", world.institution.id),
        ("certificate-issued", None),
        ("certificates-issued-institution", world.institution.id),
    ]
    assert in_app[2].subject == "成绩已公布：互联网营销师（初级），2 名考生"
    assert "60" not in "".join(row.text for row in in_app[:3])
    assert Certificate.objects.get().number in in_app[3].text


# Pages


def test_a_candidate_sees_only_what_they_were_told(world: World, client: Client) -> None:
    first, second = world.approved(), world.approved()
    for application in (first, second):
        notices.tell_approval.call(application_id=str(application.id))
    client.force_login(candidate(first))
    page = client.get("/messages/")
    assert [row["letter"].person_id for row in page.context["rows"]] == [first.person_id]
    assert first.person.name in page.text
    assert second.person.name not in page.text
    assert "139****0001" in page.text
    client.force_login(world[Role.CANDIDATE])
    assert "还没有消息" in client.get("/messages/").text


def test_an_institution_sees_only_its_own(world: World, client: Client) -> None:
    world.paid(1)
    notices.tell_payment.call(order_id=str(Order.objects.get().id))
    client.force_login(world[Role.INSTITUTION])
    assert len(client.get("/messages/").context["rows"]) == 1
    client.force_login(world.outsider)
    assert client.get("/messages/").context["rows"] == []


def test_the_page_asks_the_same_however_many_there_are(
    world: World, client: Client, django_assert_num_queries: object
) -> None:
    application = world.approved()
    client.force_login(candidate(application))
    notices.tell_approval.call(application_id=str(application.id))
    client.get("/messages/")
    with django_assert_num_queries(9):  # type: ignore[operator]  # pytest-django's fixture
        client.get("/messages/")
    for number in range(3):
        OutgoingMessage.objects.create(
            person_id=application.person_id,
            letter=f"more{number}",
            key=f"more{number}",
            kind="order-paid",
            language="zh-hans",
            channel="in-app",
            subject="再一条",
            text="正文",
        )
    with django_assert_num_queries(9):  # type: ignore[operator]
        client.get("/messages/")


def test_the_address_is_chosen_on_its_page(world: World, client: Client) -> None:
    client.force_login(world[Role.CANDIDATE])
    assert client.post("/messages/address/", {"email": "no", "language": "en"}).status_code == 422
    assert client.post("/messages/address/", {"email": "a@example.org", "language": "fr"}).status_code == 422
    answer = client.post("/messages/address/", {"email": "a@example.org", "language": "en"})
    assert answer.headers["Location"] == "/messages/"
    assert "a@example.org" in client.get("/messages/").text
    client.post("/messages/address/", {"email": "", "language": "zh-hans"})
    assert "还没有填写电子邮箱" in client.get("/messages/").text


def test_only_their_roles_enter(world: World, client: Client) -> None:
    doors = {
        "/messages/": {Role.CANDIDATE, Role.INSTITUTION},
        "/messages/address/": {Role.CANDIDATE, Role.INSTITUTION},
        "/messages/log/": {Role.ADMINISTRATOR},
    }
    for path, allowed in doors.items():
        client.logout()
        assert client.get(path).status_code == 302
        for role in Role:
            client.force_login(world[role])
            assert client.get(path).status_code == (200 if role in allowed else 403), (path, role)


def test_the_log_masks_who_was_told_and_sends_failures_again(world: World, client: Client) -> None:
    application = world.approved()
    notices.tell_approval.call(application_id=str(application.id))
    failed = OutgoingMessage.objects.get(channel=MessageChannel.SMS)
    again = f"/messages/{failed.id}/again/"
    client.force_login(world[Role.ADMINISTRATOR])

    assert client.post(again).status_code == 422
    OutgoingMessage.objects.filter(pk=failed.pk).update(state=MessageState.FAILED, attempts=6)
    page = client.get("/messages/log/?state=failed")
    assert [row["message"].pk for row in page.context["rows"]] == [failed.pk]
    assert ("139****0001" in page.text, application.person.phone in page.text) == (True, False)

    assert client.get(again).status_code == 405
    assert client.post(again).status_code == 302
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == (MessageState.QUEUED, 0)
    assert client.post(f"/messages/{application.id}/again/").status_code == 404
    client.force_login(world[Role.INSTITUTION])
    assert client.post(again).status_code == 403
