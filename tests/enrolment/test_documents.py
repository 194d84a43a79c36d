"""Handing in and opening papers: cleaned on the way in, links of five minutes, a reader's name on what staff see."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageChops

from tests.factories.pictures import picture
from tests.factories.world import World
from tests.plumbing.test_pages import two_pages
from tests.plumbing.test_uploads import pdf
from zhiheng.enrolment.core.photo import one_inch
from zhiheng.enrolment.links import document_link
from zhiheng.enrolment.models import Application, Document, DocumentKind
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.models import AuditLine
from zhiheng.plumbing.pages import as_picture
from zhiheng.plumbing.pictures import rewritten


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def document_of(application: Application, kind: DocumentKind = DocumentKind.PHOTO) -> Document:
    return Document.objects.get(application=application, kind=kind, superseded_at=None)


def difference(one: bytes, other: bytes) -> int:
    images = [Image.open(io.BytesIO(content)).convert("L") for content in (one, other)]
    return int(ImageChops.difference(*images).getextrema()[1])  # type: ignore[arg-type]  # one channel


def test_papers_are_kept_clean(world: World) -> None:
    application = world.enter()

    assert vault.read(document_of(application).file) == one_inch(picture(12), name="photo.jpg")
    assert vault.read(document_of(application, DocumentKind.ID_FRONT).file) == rewritten(
        picture(10), name="a.jpg"
    )


@pytest.mark.parametrize(
    ("kind", "content", "name", "code"),
    [
        ("photo", picture(3, background=(67, 142, 219)), "a.jpg", "photo-background"),
        ("photo", picture(3, size=(200, 280)), "a.jpg", "photo-size"),
        ("photo", pdf(), "a.pdf", "file-type"),
        ("id_front", picture(3)[:2000], "a.jpg", "picture-unreadable"),
        ("education", pdf(21), "a.pdf", "pdf-too-long"),
        ("proof", pdf(script=b"beep"), "a.pdf", "pdf-active"),
        ("proof", pdf(password="x"), "a.pdf", "pdf-encrypted"),
    ],
)
def test_a_refused_file_is_told_beside_its_field_and_nothing_is_kept(
    world: World, kind: str, content: bytes, name: str, code: str
) -> None:
    application = world.enter()
    before = (Document.objects.count(), document_of(application).id)
    response = client_of(world[Role.INSTITUTION]).post(
        reverse("attach_document", args=[application.id, kind]), {"file": SimpleUploadedFile(name, content)}
    )
    (row,) = [row for row in response.context["checklist"] if row["form"].is_bound]

    assert (response.status_code, row["entry"].kind) == (422, kind)
    assert [error.code for error in row["form"].errors.as_data()["file"]] == [code]
    assert (Document.objects.count(), document_of(application).id) == before


def test_the_same_file_under_two_kinds_is_noticed_though_each_is_written_anew(world: World) -> None:
    application = world.enter()
    response = client_of(world[Role.INSTITUTION]).post(
        reverse("attach_document", args=[application.id, "photo"]),
        {"file": SimpleUploadedFile("a.jpg", picture(10))},
    )
    (row,) = [row for row in response.context["checklist"] if row["form"].is_bound]

    assert [error.code for error in row["form"].errors.as_data()["file"]] == ["file-repeated"]


def test_a_pdf_is_kept_as_it_came(world: World) -> None:
    application, content = world.enter(), pdf(2)
    client_of(world[Role.INSTITUTION]).post(
        reverse("attach_document", args=[application.id, "education"]),
        {"file": SimpleUploadedFile("学历.pdf", content)},
    )
    kept = document_of(application, DocumentKind.EDUCATION).file

    assert (kept.media_type, kept.name, vault.read(kept)) == ("application/pdf", "学历.pdf", content)


def test_the_owner_sees_the_file_and_staff_see_it_with_their_name(world: World) -> None:
    document = document_of(world.submitted())
    url = reverse("document", args=[document.id])
    own = client_of(world[Role.INSTITUTION]).get(url, follow=True)
    assert AuditLine.objects.filter(act="document-seen").count() == 0
    seen = client_of(world[Role.REVIEWER]).get(url, follow=True)

    assert own.content == vault.read(document.file)
    assert difference(own.content, seen.content) > 40
    assert [
        seen.headers[name]
        for name in ("Content-Type", "Content-Disposition", "Cache-Control", "X-Content-Type-Options")
    ] == ["image/jpeg", 'inline; filename="photo.jpg"', "no-store, private", "nosniff"]
    assert AuditLine.objects.filter(act="document-seen").count() == 1


def test_a_pdf_is_shown_as_it_is(world: World) -> None:
    application, content = world.submitted(), pdf()
    file = vault.store(content, kind="proof", name="证明.pdf", by="test")
    document = Document.objects.create(application=application, kind=DocumentKind.PROOF, file=file)
    response = client_of(world[Role.REVIEWER]).get(
        reverse("document", args=[document.id]) + "?download", follow=True
    )

    assert response.content == content
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_a_page_of_a_pdf_is_a_picture_for_all_and_marked_for_staff(world: World) -> None:
    application, content = world.submitted(), two_pages()
    file = vault.store(content, kind="proof", name="证明.pdf", by="test")
    document = Document.objects.create(application=application, kind=DocumentKind.PROOF, file=file)
    first, third = (reverse("document_page", args=[document.id, page]) for page in (1, 3))
    own = client_of(world[Role.INSTITUTION]).get(first, follow=True)
    reviewer = client_of(world[Role.REVIEWER])
    seen = reviewer.get(first, follow=True)

    assert own.content == as_picture(content, page=1)
    assert difference(own.content, seen.content) > 40
    assert (seen.headers["Content-Type"], seen.headers["Cache-Control"]) == (
        "image/jpeg",
        "no-store, private",
    )
    assert AuditLine.objects.get(act="document-seen").detail["page"] == 1
    assert reviewer.get(third, follow=True).status_code == 422
    assert [client_of(world.outsider).get(url).status_code for url in (first, third)] == [404, 404]


def test_a_picture_has_no_pages_and_a_page_link_is_for_one_account(world: World) -> None:
    document = document_of(world.submitted())
    reviewer = client_of(world[Role.REVIEWER])
    page = reverse("document_page", args=[document.id, 1])

    assert reviewer.get(page, follow=True).status_code == 404
    link = reviewer.get(page).headers["Location"]
    assert client_of(world[Role.ADMINISTRATOR]).get(link).status_code == 404


def test_a_pdf_that_cannot_be_drawn_is_offered_as_it_came(world: World) -> None:
    application = world.submitted()
    broken = b"%PDF-1.4 nothing %%EOF"
    file = vault.keep(broken, kind="proof", name="坏.pdf", by="test", media_type="application/pdf")
    document = Document.objects.create(application=application, kind=DocumentKind.PROOF, file=file)
    text = client_of(world[Role.REVIEWER]).get(reverse("review_file", args=[application.id])).content.decode()

    assert text.count("这份 PDF 不能预览，请打开原件。") == 1
    assert reverse("document", args=[document.id]) in text


def test_a_link_is_good_for_five_minutes_and_one_account(world: World) -> None:
    document = document_of(world.submitted())
    link = document_link(world[Role.REVIEWER], document.id)
    reviewer = client_of(world[Role.REVIEWER])

    assert reviewer.get(link).status_code == 200
    assert client_of(world[Role.ADMINISTRATOR]).get(link).status_code == 404
    assert client_of(world[Role.INSTITUTION]).get(link).status_code == 404
    assert client_of(world[Role.FINANCE]).get(link).status_code == 403
    assert Client().get(link).status_code == 302
    assert reviewer.get(link[:-2] + "x/").status_code == 404

    clock.move_to(clock.now() + timedelta(minutes=5, seconds=5))
    late = reviewer.get(link)
    assert (late.status_code, late.context["refusal"].code) == (422, "link-expired")


def test_a_link_is_for_its_own_document_and_time(world: World) -> None:
    document = document_of(world.submitted())
    link = document_link(world[Role.REVIEWER], document.id)
    other = document_of(world.submitted())
    reviewer = client_of(world[Role.REVIEWER])
    until = link.split("/")[3]

    assert reviewer.get(link.replace(str(document.id), str(other.id))).status_code == 404
    assert reviewer.get(link.replace(until, str(int(until) + 60))).status_code == 404


def test_a_true_link_does_not_open_what_the_account_may_no_longer_see(world: World) -> None:
    document = document_of(world.submitted())
    link = document_link(world.outsider, document.id)

    assert client_of(world.outsider).get(link).status_code == 404
