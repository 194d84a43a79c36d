"""Links by which candidates complete their own files: theirs only, for a while only, and never guessed."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.enrolment.cohort import Cohort, called, line, papers
from tests.factories.pictures import picture
from tests.factories.world import World, id_number
from zhiheng.enrolment.batches.actions import check_now, confirm_batch, upload_batch
from zhiheng.enrolment.batches.entering.actions import enter_now
from zhiheng.enrolment.completing.actions import MOST_MISSES, make_link, make_links, open_link
from zhiheng.enrolment.completing.queries import applications_of_batch, link_by_token, live_links
from zhiheng.enrolment.models import Application, ApplicationStatus, Batch, CompletionLink, Document
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine
from zhiheng.sittings.queries import enrolment_ends


@pytest.fixture
def batch(world: World) -> Batch:
    """Two drafts without a photo."""
    files = papers(1, "测零零一/{}") | papers(2, "测零零二/{}")
    del files["测零零一/照片.jpg"], files["测零零二/照片.jpg"]
    made = Cohort(rows=[line(1), line(2)], files=files)
    found = upload_batch(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        sheet=made.sheet(),
        sheet_name="一班.xlsx",
        archive=[made.archive()],
        archive_name="一班.zip",
        unfinished_too=True,
    )
    check_now(batch_id=found.id)
    confirm_batch(by=world[Role.INSTITUTION], batch=found, queued=False)
    return enter_now(batch_id=found.id)


@pytest.fixture
def link(world: World, batch: Batch) -> CompletionLink:
    return make_link(by=world[Role.INSTITUTION], application=applications_of_batch(batch)[0])


def opened(link: CompletionLink) -> Client:
    client = Client()
    answer = client.post(
        reverse("complete", args=[link.token]), {"name": called(1), "tail": id_number(1)[-6:]}
    )
    assert answer.status_code == 302
    return client


def test_a_candidate_hands_in_the_missing_photo(link: CompletionLink) -> None:
    client = opened(link)
    page = client.get(reverse("complete", args=[link.token]))
    assert page.context["missing"] == 1
    answer = client.post(
        reverse("complete_document", args=[link.token, "photo"]),
        {"file": SimpleUploadedFile("我.jpg", picture(500))},
    )
    assert answer.status_code == 302
    assert client.get(reverse("complete", args=[link.token])).context["missing"] == 0
    photo = Document.objects.get(application=link.application, kind="photo")
    assert photo.file.stored_by == f"link:{link.id}"
    line = AuditLine.objects.filter(act="document-attached").order_by("-id")[0]
    assert line.by == f"link:{link.id}"


def test_a_bad_photo_is_refused_at_its_field(link: CompletionLink) -> None:
    client = opened(link)
    answer = client.post(
        reverse("complete_document", args=[link.token, "photo"]),
        {"file": SimpleUploadedFile("我.jpg", picture(500, background=(10, 60, 200)))},
    )
    assert answer.status_code == 422
    assert "背景不是白色" in answer.content.decode()


def test_a_candidate_changes_the_facts(link: CompletionLink) -> None:
    client = opened(link)
    url = reverse("complete_details", args=[link.token])
    page = client.get(url)
    sent = {"phone": "13911112222", "address": "测试路 1 号", "save": "yes"}
    for block in page.context["profile"].blocks:
        rows = block.rows
        sent |= {
            f"{rows.prefix}-TOTAL_FORMS": str(len(rows.forms)),
            f"{rows.prefix}-INITIAL_FORMS": "0",
        }
        for row in rows:
            for bound in row:
                sent[bound.html_name] = "" if bound.value() is None else str(bound.value())
    assert client.post(url, sent).status_code == 302
    link.application.refresh_from_db()
    assert (link.application.person.id_masked, link.application.address) == (
        "999***********" + id_number(1)[-4:],
        "测试路 1 号",
    )
    assert client.post(url, sent | {"phone": "1"}).status_code == 422


def test_a_candidate_reads_every_page_of_the_link_in_english(link: CompletionLink) -> None:
    """What is left in Chinese is what somebody wrote: names, addresses, and words quoted as Chinese."""
    client = opened(link)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    details = reverse("complete_details", args=[link.token])
    pages = [
        Client(headers={"Accept-Language": "en"}).get(reverse("complete", args=[link.token])),
        client.get(reverse("complete", args=[link.token])),
        client.get(details),
        client.post(details, {"phone": "1", "save": "yes"}),
        client.post(details, {"phone": "1", "add": "education"}),
    ]
    link.application.refresh_from_db()
    written = {called(1), link.application.institution.name, link.application.address, "互联网营销师"}
    assert [left_in_chinese(page.content.decode(), written) for page in pages] == [[]] * len(pages)


def left_in_chinese(page: str, written: set[str]) -> list[str]:
    main = page[page.index("<main") : page.index("</main>")]
    main = re.sub(r'<(\w+)[^>]* lang="zh-Hans">.*?</\1>', "", main, flags=re.DOTALL)
    main = re.sub(r'value="[^"]*"', "", main)  # what is sent and stored, not what is read
    for text in written:
        main = main.replace(text, "") if text else main
    return re.findall("[\u4e00-\u9fff]+", main)


def test_nothing_opens_without_name_and_number(link: CompletionLink) -> None:
    stranger = Client()
    gate = stranger.get(reverse("complete", args=[link.token]))
    assert called(1) not in gate.content.decode()
    assert stranger.get(reverse("complete_details", args=[link.token])).status_code == 302
    posted = stranger.post(reverse("complete_document", args=[link.token, "photo"]), {})
    assert posted.headers["Location"] == reverse("complete", args=[link.token])

    for name, tail in ((called(2), id_number(1)[-6:]), (called(1), id_number(2)[-6:])):
        answer = stranger.post(reverse("complete", args=[link.token]), {"name": name, "tail": tail})
        assert (answer.status_code, called(1) in str(answer.context["form"].errors)) == (422, False)
    assert AuditLine.objects.filter(act="completion-link-opened").count() == 0


def test_a_session_of_one_link_opens_no_other(world: World, batch: Batch, link: CompletionLink) -> None:
    other = make_link(by=world[Role.INSTITUTION], application=applications_of_batch(batch)[1])
    client = opened(link)
    assert client.get(reverse("complete", args=[other.token])).context.get("application") is None
    photo = SimpleUploadedFile("我.jpg", picture(500))
    client.post(reverse("complete_document", args=[other.token, "photo"]), {"file": photo})
    assert not Document.objects.filter(application=other.application, kind="photo").exists()


def test_guessing_ends_the_link(link: CompletionLink) -> None:
    for _ in range(MOST_MISSES):
        assert not open_link(link=link, name=called(1), tail="000000")
    assert link_by_token(link.token) is None


def test_guessing_is_slow(link: CompletionLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhiheng.enrolment.completing.views.TRIES_A_MINUTE", 2)
    client = Client(REMOTE_ADDR="203.0.113.9")
    url = reverse("complete", args=[link.token])
    answers = [client.post(url, {"name": "谁", "tail": "000000"}) for _ in range(3)]
    assert ["请求太多" in answer.content.decode() for answer in answers] == [False, False, True]


def test_a_link_ends(world: World, link: CompletionLink) -> None:
    by = world[Role.INSTITUTION]
    new = make_link(by=by, application=link.application)
    assert (link_by_token(link.token), link_by_token("x" * 32)) == (None, None)
    assert link_by_token(new.token) is not None
    assert new.expires_at == enrolment_ends(link.application.offering)
    clock.move_to(new.expires_at + timedelta(seconds=1))
    assert link_by_token(new.token) is None
    with pytest.raises(Refused):
        make_link(by=by, application=link.application)
    page = Client().get(reverse("complete", args=[new.token]))
    assert (page.status_code, "无效或已过期" in page.content.decode()) == (422, True)


def test_what_is_handed_in_needs_no_link(world: World, batch: Batch) -> None:
    Application.objects.update(status=ApplicationStatus.SUBMITTED)
    with pytest.raises(Refused):
        make_link(by=world[Role.INSTITUTION], application=applications_of_batch(batch)[0])
    assert make_links(by=world[Role.INSTITUTION], applications=applications_of_batch(batch)) == 0


def test_the_token_is_stored_sealed_and_hashed(link: CompletionLink) -> None:
    raw = CompletionLink.objects.extra(select={"raw": "token"}).values_list("raw", flat=True).get()
    assert link.token not in (raw, link.token_hash)


def test_a_class_gets_its_links_on_paper(world: World, batch: Batch) -> None:
    client = Client()
    client.force_login(world[Role.INSTITUTION])
    assert client.get(reverse("batch_links_file", args=[batch.id])).status_code == 404
    client.post(reverse("batch_links", args=[batch.id]))
    assert len(live_links(applications_of_batch(batch))) == 2

    page = client.get(reverse("batch_links", args=[batch.id])).content.decode()
    assert "2 位考生有补交链接" in page
    paper = client.get(reverse("batch_links_file", args=[batch.id]))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)
    assert (called(1) in text, called(2) in text) == (True, True)

    one = applications_of_batch(batch)[0]
    url = reverse("application_link", args=[one.id])
    assert "<svg" in client.get(url).content.decode()
    client.post(reverse("revoke_link", args=[one.id]))
    assert "还没有补交链接" in client.get(url).content.decode()
    client.post(url)
    assert "的补交链接" in client.get(url).content.decode()


def test_an_outsider_sees_no_link(world: World, batch: Batch, link: CompletionLink) -> None:
    outsider = Client()
    outsider.force_login(world.outsider)
    one = link.application_id
    pages = [("batch_links", batch.id), ("batch_links_file", batch.id), ("application_link", one)]
    assert [outsider.get(reverse(name, args=[key])).status_code for name, key in pages] == [404] * 3
    acts = [("batch_links", batch.id), ("application_link", one), ("revoke_link", one)]
    assert [outsider.post(reverse(name, args=[key])).status_code for name, key in acts] == [404] * 3
    assert link_by_token(link.token) is not None
