"""The pages of enrolling, reviewing and following an application: who sees them, and what they do."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.factories.pictures import picture
from tests.factories.world import World, id_number
from zhiheng.enrolment import presenting
from zhiheng.enrolment.actions import review
from zhiheng.enrolment.models import Application, ApplicationStatus, Document, DocumentKind, Verdict
from zhiheng.enrolment.waiting import waiting
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Account, Person, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine

FORMS = {
    f"{section}-{name}": value
    for section in ("education", "employment", "certificates", "training")
    for name, value in (("TOTAL_FORMS", "1"), ("INITIAL_FORMS", "0"))
}
STUDENT_FORM = FORMS | {
    "name": "测试生",
    "id_number": id_number(300),
    "phone": "13900000300",
    "education-0-level": "大专",
    "education-0-status": "在读",
    "education-0-major": "电子商务",
    "education-0-major_related": "True",
}


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def errors(response: Any, form: str, field: str) -> list[str]:
    return [error.code for error in response.context[form].errors.as_data()[field]]


@pytest.fixture
def institution(world: World) -> Client:
    return client_of(world[Role.INSTITUTION])


@pytest.fixture
def reviewer(world: World) -> Client:
    return client_of(world[Role.REVIEWER])


def page_urls(world: World) -> dict[str, tuple[str, set[Role]]]:
    application = world.submitted()
    document = Document.objects.filter(application=application)[0]
    one, offering = [application.id], [world.association.id]
    return {
        reverse(name, args=args): (name, roles)
        for name, args, roles in (
            ("applications", [], {Role.INSTITUTION}),
            ("new_application", [], {Role.INSTITUTION}),
            ("enter_application", offering, {Role.INSTITUTION}),
            ("sheet_upload", offering, {Role.INSTITUTION}),
            ("sheet_template", offering, {Role.INSTITUTION}),
            ("application", one, {Role.INSTITUTION}),
            ("document", [document.id], {Role.INSTITUTION, Role.REVIEWER, Role.ADMINISTRATOR}),
            ("review_queue", [], {Role.REVIEWER}),
            ("review_file", one, {Role.REVIEWER}),
            ("review_overview", [], {Role.REVIEWER, Role.ADMINISTRATOR}),
            ("review_together", [], {Role.REVIEWER}),
            ("my_applications", [], {Role.CANDIDATE}),
        )
    }


def test_each_page_opens_for_its_roles_alone(world: World) -> None:
    urls = page_urls(world)
    for role in Role:
        client = client_of(world[role])
        for url, (name, roles) in urls.items():
            if name == "document" and role == Role.CANDIDATE:
                assert client.get(url).status_code == 404
                continue
            assert client.get(url, follow=True).status_code == (200 if role in roles else 403), (role, url)
    for url in urls:
        assert Client().get(url).status_code == 302


def test_another_institution_finds_nothing(world: World) -> None:
    application = world.submitted()
    document = Document.objects.filter(application=application)[0]
    outsider = client_of(world.outsider)
    gets = [
        reverse("application", args=[application.id]),
        reverse("correct_application", args=[application.id]),
        reverse("document", args=[document.id]),
    ]
    posts = [
        reverse(name, args=[application.id])
        for name in ("claim_condition", "submit_application", "withdraw_application")
    ] + [reverse("attach_document", args=[application.id, "photo"])]

    assert [outsider.get(url).status_code for url in gets] == [404] * 3
    assert [outsider.post(url).status_code for url in posts] == [404] * 4
    assert list(outsider.get(reverse("applications")).context["rows"]) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_many(
    world: World, institution: Client, count: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _ in range(count):
        world.enter()
    with django_assert_num_queries(9):
        response = institution.get(reverse("applications"))

    assert len(response.context["rows"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_costs_the_same_for_one_and_many(
    world: World, reviewer: Client, count: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _ in range(count):
        world.submitted()
    with django_assert_num_queries(10):
        response = reviewer.get(reverse("review_queue"))

    assert len(response.context["rows"]) == count


def test_a_filled_form_becomes_a_draft(world: World, institution: Client) -> None:
    response = institution.post(reverse("enter_application", args=[world.association.id]), STUDENT_FORM)
    application = Application.objects.get()

    assert response.url == reverse("application", args=[application.id])  # type: ignore[attr-defined]
    assert application.profile == {
        "education": [{"level": "大专", "status": "在读", "major": "电子商务", "major_related": True}]
    }
    assert institution.get(response.url).context["claims"][0][0] == "4"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"id_number": "999999199506170011"}, "id_number", "id-number"),
        ({"id_number": id_number(1, born="20991231")}, "id_number", "id-number"),
        ({"phone": "1234"}, "phone", "phone"),
        ({"name": " "}, "name", "required"),
    ],
)
def test_an_impossible_value_is_refused_at_its_field(
    world: World, institution: Client, change: dict[str, str], field: str, code: str
) -> None:
    response = institution.post(
        reverse("enter_application", args=[world.association.id]), STUDENT_FORM | change
    )

    assert (response.status_code, errors(response, "form", field)) == (422, [code])
    assert (Application.objects.count(), Person.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"employment-0-start": "2026-11-11"}, "start"),
        ({"employment-0-start": "1899-12-31"}, "start"),
        ({"employment-0-start": "2024-02-01", "employment-0-end": "2024-01-31"}, "end"),
    ],
)
def test_an_impossible_date_is_refused_at_its_field(
    world: World, institution: Client, change: dict[str, str], field: str
) -> None:
    response = institution.post(
        reverse("enter_application", args=[world.association.id]), STUDENT_FORM | change
    )
    rows = next(
        block.rows for block in response.context["profile"].blocks if block.section.key == "employment"
    )

    assert response.status_code == 422
    assert [error.code for error in rows[0].errors.as_data()[field]] == ["future-date"]


def test_another_row_is_added_without_script_and_keeps_what_was_typed(
    world: World, institution: Client
) -> None:
    response = institution.post(
        reverse("enter_application", args=[world.association.id]), STUDENT_FORM | {"add": "education"}
    )
    rows = response.context["profile"].blocks[0].rows

    assert (response.status_code, len(rows.forms)) == (200, 2)
    assert rows[0]["major"].value() == "电子商务"
    assert response.context["form"]["name"].value() == "测试生"
    assert Application.objects.count() == 0


def test_emptying_a_row_takes_the_record_out(world: World, institution: Client) -> None:
    application = world.enter(
        profile={
            "education": [{"level": "高中", "status": "毕业"}],
            "employment": [{"start": "2023-01-01", "related_field": True}],
        }
    )
    url = reverse("correct_application", args=[application.id])
    assert institution.get(url).status_code == 200

    institution.post(
        url,
        FORMS
        | {
            "phone": "13900000009",
            "education-INITIAL_FORMS": "1",
            "education-0-level": "大专",
            "education-0-status": "毕业",
            "employment-INITIAL_FORMS": "1",
        },
    )
    application.refresh_from_db()

    assert application.profile == {"education": [{"level": "大专", "status": "毕业"}]}
    assert application.person.phone == "13900000009"


def test_the_same_person_twice_is_told_at_the_field(world: World, institution: Client) -> None:
    url = reverse("enter_application", args=[world.association.id])
    institution.post(url, STUDENT_FORM)
    response = institution.post(url, STUDENT_FORM)

    assert (response.status_code, errors(response, "form", "id_number")) == (422, ["enrolled-twice"])
    assert Application.objects.count() == 1


def test_a_wrong_file_is_refused_beside_its_own_field(world: World, institution: Client) -> None:
    application = world.enter()
    before = Document.objects.count()
    url = reverse("attach_document", args=[application.id, "photo"])
    response = institution.post(url, {"file": SimpleUploadedFile("a.jpg", b"%PDF-1.4 nothing")})
    refused = {
        row["entry"].kind: [error.code for error in row["form"].errors.as_data().get("file", [])]
        for row in response.context["checklist"]
        if row["form"].is_bound
    }

    assert (response.status_code, refused) == (422, {DocumentKind.PHOTO: ["file-type"]})
    assert Document.objects.count() == before

    response = institution.post(url, {"file": SimpleUploadedFile("a.jpg", picture(777))})
    assert response.status_code == 302
    assert Document.objects.filter(kind="photo", superseded_at=None).count() == 1


def test_a_condition_that_is_not_satisfied_cannot_be_claimed(world: World, institution: Client) -> None:
    application = world.enter()
    url = reverse("claim_condition", args=[application.id])

    assert institution.post(url, {"condition": "1"}).status_code == 422
    assert institution.post(url, {"condition": "4"}).status_code == 302
    application.refresh_from_db()
    assert application.claimed_condition == "4"


def test_submitting_and_withdrawing(world: World, institution: Client) -> None:
    application = world.enter()
    institution.post(reverse("submit_application", args=[application.id]))
    application.refresh_from_db()
    assert application.status == ApplicationStatus.SUBMITTED

    again = institution.post(reverse("submit_application", args=[application.id]))
    assert (again.status_code, again.context["refusal"].code) == (422, "not-editable")

    institution.post(reverse("withdraw_application", args=[application.id]))
    application.refresh_from_db()
    assert application.status == ApplicationStatus.WITHDRAWN
    again = institution.post(reverse("withdraw_application", args=[application.id]))
    assert (again.status_code, again.context["refusal"].code) == (422, "not-withdrawable")


def test_a_closed_enrolment_offers_no_form(world: World, institution: Client) -> None:
    clock.move_to(datetime(2026, 11, 22, 0, 0, 5, tzinfo=SHANGHAI))

    assert institution.get(reverse("enter_application", args=[world.association.id])).status_code == 404
    assert institution.get(reverse("new_application")).context["offerings"] == []


def test_a_reviewer_decides_and_a_late_colleague_is_told(world: World, reviewer: Client) -> None:
    application = world.submitted()
    url = reverse("decide_file", args=[application.id])

    without = reviewer.post(url, {"verdict": "return"})
    assert (without.status_code, errors(without, "form", "reasons")) == (422, ["reason-missing"])

    reviewer.post(url, {"verdict": "return", "other": "身份证反光"})
    application.refresh_from_db()
    assert application.status == ApplicationStatus.RETURNED

    late = reviewer.post(url, {"verdict": "approve"})
    assert (late.status_code, errors(late, "form", "__all__")) == (422, ["not-waiting"])
    assert reviewer.post(url, {"verdict": "perhaps"}).status_code == 404


def test_the_institution_reads_the_reasons(world: World, institution: Client) -> None:
    application = world.submitted()
    review(by=world[Role.REVIEWER], application=application, verdict=Verdict.RETURN, reasons=["照片发暗"])

    assert "照片发暗" in institution.get(reverse("application", args=[application.id])).content.decode()


def test_an_overdue_file_says_so(world: World, reviewer: Client) -> None:
    world.submitted()
    clock.move_to(datetime(2026, 11, 12, 0, 0, 5, tzinfo=SHANGHAI))

    response = reviewer.get(reverse("review_queue"))
    assert [row["overdue"] for row in response.context["rows"]] == [True]
    assert "已逾期" in response.content.decode()


def test_a_draft_is_not_the_reviewers_business(world: World, reviewer: Client) -> None:
    draft = world.enter()
    document = Document.objects.filter(application=draft)[0]

    assert reviewer.get(reverse("review_file", args=[draft.id])).status_code == 404
    assert reviewer.get(reverse("document", args=[document.id])).status_code == 404


def test_the_full_number_is_shown_once_and_leaves_a_line(world: World, reviewer: Client) -> None:
    application = world.submitted()
    number = application.person.id_number
    page = reverse("review_file", args=[application.id])
    url = reverse("reveal_id_number", args=[application.id])

    assert number not in reviewer.get(page).content.decode()
    assert reviewer.post(url, {"reason": "看"}).status_code == 422
    assert AuditLine.objects.filter(act="id-number-revealed").count() == 0

    shown = reviewer.post(url, {"reason": "与证件照片核对"})
    assert number in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store, private"
    assert number not in reviewer.get(page).content.decode()
    line = AuditLine.objects.get(act="id-number-revealed")
    assert (line.subject, line.detail) == (f"application:{application.id}", {"reason": "与证件照片核对"})


def test_a_candidate_sees_only_the_own_file(world: World) -> None:
    own, other = world.submitted(), world.submitted()
    own.person.account = world[Role.CANDIDATE]
    own.person.save(update_fields=["account"])
    client = client_of(world[Role.CANDIDATE])
    documents = {entry.application_id: entry for entry in Document.objects.filter(kind="photo")}

    def status(name: str, key: object) -> int:
        return client.get(reverse(name, args=[key]), follow=True).status_code

    assert status("my_application", own.id) == 200
    assert status("my_application", other.id) == 404
    assert status("document", documents[own.id].id) == 200
    assert status("document", documents[other.id].id) == 404
    rows = client.get(reverse("my_applications")).context["rows"]
    assert [row.application for row in rows] == [own]


def test_nobody_sees_a_document_that_does_not_exist(reviewer: Client) -> None:
    assert reviewer.get(reverse("document", args=["00000000-0000-0000-0000-000000000000"])).status_code == 404


def test_what_waits_for_institution_and_reviewer(
    world: World, django_assert_num_queries: Callable[..., Any]
) -> None:
    def lines(account: Account, role: Role) -> list[tuple[str, int]]:
        return [(line.title, line.count) for line in waiting(account, role)]

    assert lines(world[Role.REVIEWER], Role.REVIEWER) == []
    world.enter()
    handed_in, returned = world.submitted(), world.submitted()
    review(by=world[Role.REVIEWER], application=returned, verdict=Verdict.RETURN, reasons=["照片发暗"])

    assert lines(world[Role.INSTITUTION], Role.INSTITUTION) == [
        ("1 份报名被退回，需要补正", 1),
        ("1 份报名还是草稿，尚未提交", 1),
    ]
    assert lines(world[Role.REVIEWER], Role.REVIEWER) == [("1 份报名等待资格审核", 1)]
    assert waiting(world[Role.REVIEWER], Role.REVIEWER)[0].due == handed_in.review_due
    assert lines(world.outsider, Role.INSTITUTION) == lines(world[Role.CANDIDATE], Role.CANDIDATE) == []
    with django_assert_num_queries(3):
        waiting(world[Role.INSTITUTION], Role.INSTITUTION)


def test_facts_a_level_does_not_read_are_kept_once_said(world: World, institution: Client) -> None:
    school = {"level": "大专", "status": "在读", "major_related": True, "school_type": "高等职业学校"}
    application = world.enter(profile={"education": [school]})
    rows = (
        institution.get(reverse("correct_application", args=[application.id]))
        .context["profile"]
        .blocks[0]
        .rows
    )

    assert ["school_type" in row.fields for row in rows] == [True, False]
    assert "final_year" not in rows[0].fields


def test_the_claim_of_a_stored_level_and_apprenticeship_survives_a_correction(
    world: World, institution: Client
) -> None:
    profile: dict[str, Any] = {
        "certificates": [{"kind": "national", "level": "5", "relation": "本职业"}],
        "training": [{"level": 5, "hours": 80, "completion_certificate": True, "relation": "本职业"}],
        "apprenticeship": {"completed": True, "relation": "本职业"},
    }
    application = world.enter(world.national, profile=profile)
    url = reverse("correct_application", args=[application.id])
    shown = institution.get(url).context["profile"]
    sent = {"phone": "13900000001"}
    for block in shown.blocks:
        sent |= {f"{block.section.key}-TOTAL_FORMS": "2", f"{block.section.key}-INITIAL_FORMS": "1"}
        for row in block.rows:
            sent |= {row.add_prefix(name): str(row[name].value() or "") for name in row.fields}
    sent |= {
        f"apprenticeship-{name}": str(shown.apprenticeship[name].value())
        for name in ("held", "completed", "relation")
    }

    assert institution.post(url, sent).status_code == 302
    application.refresh_from_db()
    assert application.profile == {
        "certificates": [{"kind": "national", "level": "五级", "relation": "本职业"}],
        "training": [{"level": "五级", "hours": 80, "completion_certificate": True, "relation": "本职业"}],
        "apprenticeship": {"completed": True, "relation": "本职业"},
    }


def test_everything_a_candidate_reads_has_its_english() -> None:
    stage = Path(presenting.__file__).parent
    pages = [*stage.glob("templates/enrolment/my_*.html"), stage / "presenting.py"]
    said = {
        text for page in pages for text in re.findall(r"""(?:translate |_\()"([^"]+)\"""", page.read_text())
    } | {str(kind.label) for kind in DocumentKind}
    with (stage / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        english = {str(message.id): message.string for message in read_po(file) if message.id}

    assert {text for text in said if not english.get(text)} == set()
    assert len(said) > 30


def test_a_certificate_of_another_body_is_shown_by_its_name(world: World, reviewer: Client) -> None:
    application = world.submitted()
    held = {"kind": "other", "level": "初级", "issued": "2024-05-10", "name": "五级/初级工 电子商务师"}
    application.profile = application.profile | {"certificates": [held, {"kind": "own", "level": "初级"}]}
    application.save(update_fields=["profile"])

    page = reviewer.get(reverse("review_file", args=[application.id])).content.decode()

    assert page.count("五级/初级工 电子商务师 初级 · 2024年5月10日 发证") == 1
    assert page.count("未写名称 初级") == 1
