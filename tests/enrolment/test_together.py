"""Files looked through one by one and approved together: who may, what stands against it, what is left."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import PASSWORD, World
from tests.plumbing.test_pages import two_pages
from zhiheng.enrolment.actions import review
from zhiheng.enrolment.core.comparing import Agreement, Compared
from zhiheng.enrolment.models import (
    Application,
    ApplicationStatus,
    Document,
    DocumentKind,
    Finding,
    Reading,
    ReviewDecision,
    Verdict,
)
from zhiheng.enrolment.papers import sheets_of
from zhiheng.enrolment.queries import documents_of
from zhiheng.enrolment.recognition.queries import Hint
from zhiheng.enrolment.reviewing.actions import hold_file
from zhiheng.enrolment.together.actions import approve_together, put_aside, take_back
from zhiheng.enrolment.together.queries import MOST, together_decision, unseen_sheets
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import vault
from zhiheng.plumbing.models import AuditLine


@pytest.fixture(autouse=True)
def _machines_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed here, no file waits for a machine."""
    for name in ("can_find_faces", "can_read_text"):
        monkeypatch.setattr(f"zhiheng.enrolment.recognition.queries.{name}", lambda: False)


@pytest.fixture
def colleague(world: World) -> Account:
    return create_account(
        by="test", username="second", password=PASSWORD, display_name="另一审核员", roles=[Role.REVIEWER]
    )


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def look_through(account: Account, application: Application) -> None:
    client = client_of(account)
    for sheet in sheets_of(documents_of(application)):
        assert client.get(sheet.picture_url, follow=True).status_code == 200


def read(world: World, by: Account | None = None) -> Application:
    application, account = world.submitted(), by or world[Role.REVIEWER]
    look_through(account, application)
    put_aside(by=account, application=application)
    return application


def code_of(call: Callable[..., object], **words: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**words)
    return refused.value.code


def unmet(account: Account, application: Application) -> list[str]:
    return [reason.code for reason in together_decision(account, application).unmet]


def test_only_what_was_opened_by_oneself_can_be_put_aside(world: World, colleague: Account) -> None:
    application = world.submitted()
    assert code_of(put_aside, by=world[Role.REVIEWER], application=application) == "together-seen"

    look_through(colleague, application)
    assert unmet(world[Role.REVIEWER], application) == ["together-seen"]
    put_aside(by=colleague, application=application)
    put_aside(by=colleague, application=application)

    assert [reading.by for reading in Reading.objects.all()] == [colleague]
    assert AuditLine.objects.filter(act="file-read").count() == 1


def test_every_page_of_a_pdf_counts(world: World) -> None:
    application, reviewer = world.submitted(), world[Role.REVIEWER]
    look_through(reviewer, application)
    file = vault.store(two_pages(), kind="proof", name="证明.pdf", by="test")
    document = Document.objects.create(application=application, kind=DocumentKind.PROOF, file=file)
    client, sheets = client_of(reviewer), sheets_of(documents_of(application))

    def left() -> list[str]:
        return [sheet.label for sheet in unseen_sheets(reviewer, application, sheets)]

    label = "工作证明及其他证明材料"
    assert left() == [f"{label} 第 1 页，共 2 页", f"{label} 第 2 页，共 2 页"]
    client.get(reverse("document_page", args=[document.id, 1]), follow=True)
    assert left() == [f"{label} 第 2 页，共 2 页"]
    client.get(reverse("document", args=[document.id]), follow=True)
    assert left() == []


def test_a_marked_difference_or_a_machine_still_at_work_stands_against_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    application, reviewer = world.submitted(), world[Role.REVIEWER]
    look_through(reviewer, application)
    line = Compared(field="姓名", agreement=Agreement.DIFFERENT, words="读作“王五”")
    hints = {
        "id_front": Hint(kind=DocumentKind.ID_FRONT, lines=(line,)),
        "photo": Hint(kind=DocumentKind.PHOTO, words="还没有做完", pending=True),
    }
    monkeypatch.setattr("zhiheng.enrolment.together.queries.hints_for", lambda *_: hints)

    assert [reason.text for reason in together_decision(reviewer, application).unmet] == [
        "身份证人像面的姓名：读作“王五”",
        "机器核对还没有做完：一寸免冠白底彩色照片",
    ]


def test_each_is_decided_for_itself_and_the_rest_is_left(world: World, colleague: Account) -> None:
    good, other, held, taken = (read(world) for _ in range(4))
    reviewer = world[Role.REVIEWER]
    Document.objects.filter(application=other, kind=DocumentKind.PHOTO).delete()
    hold_file(by=colleague, application=held)
    review(by=colleague, application=taken, verdict=Verdict.RETURN, reasons=["照片发暗"])
    ids = [application.id for application in (good, other, held, taken, good)]
    outcome = approve_together(by=reviewer, application_ids=ids)

    assert [application.id for application in outcome.approved] == [good.id]
    assert [(file.application.id, file.why.split("。")[0]) for file in outcome.left] == [
        (other.id, "缺少一寸免冠白底彩色照片"),
        (held.id, "另一审核员正在审核"),
        (taken.id, "您没有把这份报名标为已阅，或已有同事作出决定"),
    ]
    statuses = [Application.objects.get(pk=one).status for one in ids[:4]]
    assert statuses == [
        ApplicationStatus.APPROVED,
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.RETURNED,
    ]
    assert ReviewDecision.objects.filter(by=reviewer).count() == 1
    subject = f"application:{good.id}"
    acts = AuditLine.objects.filter(subject=subject).order_by("id").values_list("act", flat=True)
    assert list(acts)[-3:] == ["file-read", "application-approve", "approved-together"]
    assert AuditLine.objects.get(act="approved-together").detail["of"] == len(ids)


def test_nobody_approves_what_only_a_colleague_has_read(world: World, colleague: Account) -> None:
    application = read(world, by=colleague)
    outcome = approve_together(by=world[Role.REVIEWER], application_ids=[application.id])

    assert (outcome.approved, len(outcome.left)) == ((), 1)
    assert Application.objects.get().status == ApplicationStatus.SUBMITTED


def test_nothing_or_too_much_is_refused(world: World) -> None:
    reviewer, application = world[Role.REVIEWER], world.submitted()
    assert code_of(approve_together, by=reviewer, application_ids=[]) == "nothing-chosen"
    many = [application.id] * (MOST + 1)
    assert code_of(approve_together, by=reviewer, application_ids=many) == "too-many"


def test_a_decision_or_a_change_of_mind_takes_the_file_off_the_pile(world: World) -> None:
    first, second = read(world), read(world)
    reviewer = world[Role.REVIEWER]
    take_back(by=reviewer, application=first)
    take_back(by=reviewer, application=first)
    review(by=reviewer, application=second, verdict=Verdict.APPROVE)

    assert Reading.objects.count() == 0
    assert AuditLine.objects.filter(act="file-read-taken-back").count() == 1


def test_the_pages_of_it(world: World, colleague: Account) -> None:
    first, second = world.submitted(), world.submitted()
    reviewer = client_of(world[Role.REVIEWER])
    aside = reverse("put_aside", args=[first.id])
    unread = reviewer.post(aside)
    assert (unread.status_code, unread.context["refusal"].code) == (422, "together-seen")

    look_through(world[Role.REVIEWER], first)
    done = reviewer.post(aside)
    assert done.headers["Location"] == reverse("review_file", args=[second.id])
    assert "您已阅，留待一并通过" in reviewer.get(reverse("review_queue")).content.decode()
    assert "测试资格审核员已阅" in client_of(colleague).get(reverse("review_queue")).content.decode()
    assert (
        reverse("take_back", args=[first.id])
        in reviewer.get(reverse("review_file", args=[first.id])).content.decode()
    )

    page = reverse("review_together")
    assert [file.reading.application_id for file in reviewer.get(page).context["ready"]] == [first.id]
    assert list(client_of(colleague).get(page).context["ready"]) == []
    assert reviewer.post(page).status_code == 422
    answer = reviewer.post(page, {"application": [str(first.id), str(second.id), "x"]})
    assert (answer.status_code, list(answer.context["ready"])) == (200, [])
    assert [Application.objects.get(pk=one.pk).status for one in (first, second)] == [
        ApplicationStatus.APPROVED,
        ApplicationStatus.SUBMITTED,
    ]


def test_what_hinders_is_told_on_the_page_and_can_be_taken_back(world: World) -> None:
    application = read(world)
    Document.objects.filter(application=application, kind=DocumentKind.PHOTO).delete()
    reviewer = client_of(world[Role.REVIEWER])
    page = reviewer.get(reverse("review_together"))

    assert "缺少一寸免冠白底彩色照片。请退回补正" in page.content.decode()
    back = reviewer.post(reverse("take_back", args=[application.id]))
    assert back.headers["Location"] == reverse("review_file", args=[application.id])
    assert (Reading.objects.count(), Finding.objects.count()) == (0, 0)
