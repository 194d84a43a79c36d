"""What machines see on documents: kept once, compared with the form as it is now, never deciding anything."""

import io
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from PIL import Image, ImageDraw, ImageFont

from tests.enrolment.test_together import look_through
from tests.factories.pictures import picture
from tests.factories.world import World
from tests.plumbing.test_pages import two_pages
from zhiheng.enrolment.core.faces import Face
from zhiheng.enrolment.models import Application, Document, DocumentKind, Finding
from zhiheng.enrolment.queries import documents_of
from zhiheng.enrolment.recognition import engines
from zhiheng.enrolment.recognition import queries as seen
from zhiheng.enrolment.recognition.actions import examine
from zhiheng.enrolment.recognition.queries import face_hint_for, hints_for
from zhiheng.enrolment.recognition.tasks import examine_document
from zhiheng.enrolment.together.queries import together_decision
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.models import AuditLine

FONT = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf"
needs_ocr = pytest.mark.skipif(
    not engines.can_read_text(), reason="The extra `ocr` is not installed: nothing here can read text."
)
needs_faces = pytest.mark.skipif(
    not engines.can_find_faces(), reason="The extra `faces` is not installed: nothing here can find faces."
)


@dataclass
class Reader:
    """Reads what it was told to."""

    told: list[str] = field(default_factory=list)
    name: str = "reader"
    pictures: int = 0

    def lines(self, picture: Image.Image) -> list[str]:
        self.pictures += 1
        return self.told


@dataclass
class Finder:
    found: list[Face] = field(default_factory=list)
    name: str = "finder"

    def faces(self, picture: Image.Image) -> list[Face]:
        assert picture.size == (295, 413)
        return self.found


MIDDLE = Face(left=0.25, top=0.25, width=0.5, height=0.36)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def document_of(application: Application, kind: DocumentKind) -> Document:
    return Document.objects.select_related("file").get(application=application, kind=kind, superseded_at=None)


def drawn_card(name: str, number: str) -> Image.Image:
    image = Image.new("RGB", (1000, 630), (226, 236, 245))
    draw = ImageDraw.Draw(image)
    large, small = (ImageFont.truetype(str(FONT), size) for size in (44, 36))
    draw.text((60, 60), f"姓名 {name}", font=large, fill=0)
    draw.text((60, 140), "性别 男   民族 汉", font=small, fill=0)
    draw.text((60, 210), "出生 1995 年 6 月 17 日", font=small, fill=0)
    draw.text((60, 520), f"公民身份号码  {number}", font=large, fill=0)
    return image


def test_a_document_handed_in_is_looked_at_in_the_background(world: World) -> None:
    world.enter()
    jobs = DBTaskResult.objects.filter(task_path="zhiheng.enrolment.recognition.tasks.examine_document")
    assert jobs.count() == 5


def test_a_finding_is_kept_once_and_sealed(world: World) -> None:
    application = world.enter()
    document, reader = document_of(application, DocumentKind.ID_FRONT), Reader(told=["姓名测乙二"])
    kept = examine(document=document, reader=reader, finder=None)
    again = examine(document=document, reader=reader, finder=None)

    assert (kept is not None, again, reader.pictures, Finding.objects.count()) == (True, None, 1, 1)
    assert AuditLine.objects.get(act="document-examined").detail["engine"] == "reader"


def test_only_cards_certificates_and_photos_are_looked_at(world: World) -> None:
    application = world.enter()
    for kind in (DocumentKind.ID_BACK, DocumentKind.PROOF):
        document = document_of(application, kind)
        assert examine(document=document, reader=Reader(), finder=Finder()) is None
    for kind in (DocumentKind.ID_FRONT, DocumentKind.PHOTO):
        assert examine(document=document_of(application, kind), reader=None, finder=None) is None
    gone = document_of(application, DocumentKind.PHOTO)
    gone.superseded_at = clock.now()
    assert examine(document=gone, reader=Reader(), finder=Finder()) is None
    assert Finding.objects.count() == 0


def test_a_certificate_as_pdf_is_read_page_by_page(world: World) -> None:
    application, reader = world.submitted(), Reader(told=["毕业证书"])
    for content in (two_pages(), b"%PDF-1.4\nnothing\n%%EOF\n"):
        file = vault.keep(content, kind="education", name="a.pdf", by="test", media_type="application/pdf")
        document = Document.objects.create(application=application, kind=DocumentKind.EDUCATION, file=file)
        examine(document=document, reader=reader, finder=None)
    assert reader.pictures == 2


def test_hints_follow_the_form(world: World) -> None:
    application = world.submitted()
    person = application.person
    told = [f"姓名{person.name}", f"公民身份号码{person.id_number}"]
    examine(document=document_of(application, DocumentKind.ID_FRONT), reader=Reader(told=told), finder=None)
    examine(
        document=document_of(application, DocumentKind.EDUCATION),
        reader=Reader(told=["毕业证书", "学生王测五性别女", "会计学专业本科"]),
        finder=None,
    )
    examine(document=document_of(application, DocumentKind.PHOTO), reader=None, finder=Finder([MIDDLE]))
    hints = hints_for(application, documents_of(application))

    states = {kind: [(line.field, line.state) for line in hint.shown] for kind, hint in hints.items()}
    assert states == {
        "id_front": [("姓名", "一致"), ("身份证号码", "一致")],
        "education": [("姓名", "不一致"), ("学历", "不一致"), ("专业", "不一致")],
        "photo": [("人脸", "一张")],
    }
    assert hints["education"].differences[0] == "学历证复印件的姓名：读作“王测五”"

    page = client_of(world[Role.REVIEWER]).get(reverse("review_file", args=[application.id]))
    text = page.content.decode()
    assert ("读作“王测五”" in text, "认出 1 张人脸，位置适中" in text) == (True, True)
    assert reverse("put_aside", args=[application.id]) not in text
    look_through(world[Role.REVIEWER], application)
    unmet = together_decision(world[Role.REVIEWER], application).unmet
    assert [reason.code for reason in unmet] == ["together-compared"]


@pytest.mark.parametrize(
    ("able", "later", "words", "pending"),
    [
        (False, timedelta(), "未做人脸检查，请人工查看", False),
        (True, timedelta(), "机器核对还没有做完，稍后刷新可见", True),
        (True, timedelta(hours=2), "未做人脸检查，请人工查看", False),
    ],
)
def test_without_a_finding_the_page_says_why(
    world: World, monkeypatch: pytest.MonkeyPatch, able: bool, later: timedelta, words: str, pending: bool
) -> None:
    monkeypatch.setattr(seen, "can_find_faces", lambda: able)
    application = world.submitted()
    clock.move_to(clock.now() + later)
    hint = hints_for(application, documents_of(application))["photo"]
    assert (hint.words, hint.pending, hint.shown) == (words, pending, [])


def test_the_photo_tool_tells_what_was_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    application = world.enter()
    photo = document_of(application, DocumentKind.PHOTO)
    page = reverse("application", args=[application.id])
    institution = client_of(world[Role.INSTITUTION])
    monkeypatch.setattr(seen, "can_find_faces", lambda: False)
    assert face_hint_for(photo.id) == "未做人脸检查，请人工查看"
    assert "人脸检查（只作提示）：未做人脸检查" in institution.get(page).content.decode()
    monkeypatch.setattr(seen, "can_find_faces", lambda: True)
    assert face_hint_for(photo.id) == "正在检查人脸，稍后刷新可见"

    examine(document=photo, reader=None, finder=Finder([MIDDLE, MIDDLE]))
    assert "认出 2 张人脸，照片上应只有本人" in institution.get(page).content.decode()


def test_without_the_packages_there_is_no_machine(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    for cached in (engines.text_reader, engines.face_finder):
        cached.cache_clear()
    try:
        assert (engines.text_reader(), engines.face_finder()) == (None, None)
        photo = document_of(world.enter(), DocumentKind.PHOTO)
        examine_document.call(document_id=str(photo.id))
        examine_document.call(document_id="00000000-0000-4000-8000-000000000000")
        assert Finding.objects.count() == 0
    finally:
        for cached in (engines.text_reader, engines.face_finder):
            cached.cache_clear()


@needs_faces
def test_the_real_face_finder_sees_nobody_on_a_wall() -> None:
    finder = engines.face_finder()
    assert finder is not None
    with Image.open(io.BytesIO(picture(3))) as figure:
        assert finder.faces(figure.convert("RGB")) == []
    assert finder.faces(Image.new("RGB", (295, 413), "white")) == []


@needs_ocr
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_real_reader_reads_a_card_with_a_rare_name(world: World) -> None:
    reader = engines.text_reader()
    assert reader is not None
    application = world.submitted(name="龚喆堃")
    card = io.BytesIO()
    drawn_card("龚喆堃", application.person.id_number).save(card, "JPEG", quality=90)
    file = vault.store(card.getvalue(), kind="id_front", name="a.jpg", by="test")
    Document.objects.filter(application=application, kind=DocumentKind.ID_FRONT).update(file=file)
    examine(document=document_of(application, DocumentKind.ID_FRONT), reader=reader, finder=None)
    hint = hints_for(application, documents_of(application))["id_front"]

    assert [line.state for line in hint.shown] == ["一致", "一致"]
    assert reader.lines(Image.new("RGB", (400, 300), "white")) == []
