"""The 报名审核表: the same words as the record, for those who may see it."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.factories.world import World
from zhiheng.enrolment.actions import review
from zhiheng.enrolment.documents import review_form_pdf
from zhiheng.enrolment.models import Application, Document, Verdict
from zhiheng.enrolment.queries import assessment_of
from zhiheng.people.models import Account, Role
from zhiheng.plumbing.models import AuditLine


def words_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def form_of(application: Application) -> str:
    return words_of(review_form_pdf(Application.objects.get(pk=application.pk)))


def test_it_says_what_the_record_says(world: World) -> None:
    application = world.submitted(name="测·审核表")
    review(by=world[Role.REVIEWER], application=application, verdict=Verdict.RETURN, reasons=["照片发暗"])
    text = form_of(application)
    (claimed,) = [line for line in assessment_of(application).lines if line.number == "4"]

    assert [
        word in text
        for word in (
            "测·审核表",
            application.person.id_masked,
            "互联网营销师（初级）",
            "青禾培训中心（测试）",
            "大专在读·电子商务·专业相关·高等职业学校",
            f"（4）{claimed.printed}".replace(" ", ""),
            claimed.parts[0].text.replace(" ", ""),
            "按所填内容，符合这一条。",
            "一寸免冠白底彩色照片",
            "退回补正",
            "照片发暗",
            "测试资格审核员",
        )
    ] == [True] * 12
    assert application.person.id_number not in text
    assert len(PdfReader(io.BytesIO(review_form_pdf(application))).pages[0].images) == 1


def test_an_empty_draft_says_what_is_not_there(world: World) -> None:
    application = world.enter(profile={"education": []})
    Document.objects.filter(application=application).update(superseded_at=application.created_at)
    text = form_of(application)

    assert [
        word in text
        for word in (
            "草稿",
            "尚未提交",
            "没有填写学历",
            "没有选定报名条件",
            "尚未上传材料",
            "尚未审核",
            "尚无照片",
        )
    ] == [True] * 7


def test_a_claim_that_is_not_met_is_printed_as_such(world: World) -> None:
    application = world.enter()
    Application.objects.filter(pk=application.pk).update(claimed_condition="1")

    assert "按所填内容，不符合这一条。" in form_of(application)


def test_those_of_the_file_may_print_it_and_nobody_else(world: World) -> None:
    own, other = world.submitted(), world.submitted()
    own.person.account = world[Role.CANDIDATE]
    own.person.save(update_fields=["account"])
    url = reverse("review_form", args=[own.id])
    expected = {
        Role.CANDIDATE: 200, Role.INSTITUTION: 200, Role.REVIEWER: 200, Role.ADMINISTRATOR: 200
    }  # fmt: skip

    assert {role: client_of(world[role]).get(url).status_code for role in Role} == {
        role: expected.get(role, 403) for role in Role
    }
    assert client_of(world.outsider).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    assert client_of(world[Role.CANDIDATE]).get(reverse("review_form", args=[other.id])).status_code == 404
    assert AuditLine.objects.filter(act="review-form-seen").count() == 2


def test_a_draft_is_not_printed_for_staff(world: World) -> None:
    url = reverse("review_form", args=[world.enter().id])

    assert client_of(world[Role.REVIEWER]).get(url).status_code == 404
    response = client_of(world[Role.INSTITUTION]).get(url)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("name", ["测" * 50, "测𠮷"])
def test_long_and_rare_names_do_not_break_it(world: World, name: str) -> None:
    assert review_form_pdf(world.enter(name=name)).startswith(b"%PDF-")
