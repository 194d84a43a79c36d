"""Pictures and recordings on their way in and out: kept where they can be, named with the reason where not."""

import base64
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.bank.core_items import single
from tests.bank.documents import document, paragraph
from tests.bank.media_files import film, moving_picture, picture, recording
from tests.bank.sheets import as_xlsx, row
from tests.factories.world import World
from zhiheng.bank.actions import submit_item
from zhiheng.bank.core.exchange.formats import read, write
from zhiheng.bank.core.exchange.markup import html_of, text_of, told_words
from zhiheng.bank.core.exchange.showing import marked, settle
from zhiheng.bank.core.exchange.terms import Choice, Fault, Media, Question
from zhiheng.bank.core.files import Place
from zhiheng.bank.core.media.shipped import shipped_content
from zhiheng.bank.core.terms import Medium
from zhiheng.bank.exporting.actions import take_out
from zhiheng.bank.importing.actions import bring_in, look_at
from zhiheng.bank.media.queries import contents_of
from zhiheng.bank.models import ImportRun, Item, MediaFile
from zhiheng.bank.queries import newest_version, question_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role

STANDARD = "4-01-02-07-2021"


def kept(name: str = "a.png") -> Medium:
    return Medium(
        id="", kind="image", media_type="image/png", sha256=name.encode().hex().ljust(64, "0"), size=9
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("看图［图：a.png］", "看图"),
        ("［图：a.png］看图", "看图"),
        ("看图\n［图：a.png］\n回答", "看图\n回答"),
        ("如［图：a.png］所示", "如（见图）所示"),
        ("如 ［图：a.png］［图：b.png］ 所示［图：b.png］", "如（见图）所示"),
        ("［图：a.png］", "（见图）"),
        ("看［图：c.png］\n\n空行", "看［图：c.png］\n\n空行"),
    ],
)
def test_a_mark_leaves_no_hole_in_the_text(text: str, left: str) -> None:
    found = settle(Question(type="short", stem=text), {"a.png": kept("a"), "b.png": kept("b")})
    assert found.question.stem == left


def test_everything_stands_where_it_was_shown() -> None:
    question = Question(
        type="single",
        stem="看图［图：b.png］［图：b.png］",
        options=(Choice(text="［图：a.png］", correct=True), Choice(text="乙［图：b.png］", correct=False)),
        feedback="见［图：c.png］",
    )
    media: dict[str, Medium | str] = {
        "a.png": kept("a"),
        "b.png": kept("b"),
        "c.png": kept("c"),
        "d.png": kept("d"),
        "e.emf": "认不出来",
    }
    found = settle(question, media)

    assert [option.text for option in found.question.options] == ["图 A", "乙"]
    assert [(entry.id, bytes.fromhex(entry.sha256)[:1], entry.where) for entry in found.media] == [
        ("m1", b"b", "stem"),
        ("m2", b"d", "stem"),
        ("m3", b"a", "A"),
        ("m4", b"b", "B"),
    ]
    assert found.notes == (
        "“c.png”在解析、答案或采分点里，没有收入：题库的图片和录音只放在题干或选项",
        "“e.emf”没有收入：认不出来",
    )


def test_a_file_whose_bytes_are_not_given_leaves_its_mark() -> None:
    item = single(media=(replace(kept(), id="m1"),))
    assert marked(item, {}).stem == "开播前应先核对哪一项？\n［图：m1.png］"
    assert marked(item, {}).media == ()


def test_players_and_words_are_read_from_markup() -> None:
    markup = (
        '<p>听<audio src="a.mp3" title="一段 &quot;口播&quot;"></audio>看<video controls><source src="b.mp4">放不出</video>'
        '<video>没有</video><img src="c.png" alt="曲线"><img src="c.png" alt="另一句"><img src="d.png" alt=""></p>'
    )
    assert text_of(markup) == "听［图：a.mp3］看［图：b.mp4］［图：c.png］［图：c.png］［图：d.png］"
    assert told_words(markup) == {"a.mp3": '一段 "口播"', "c.png": "曲线"}
    assert html_of("［图：a.mp3］［图：x.png］", pictures={"a.mp3": "甲"}, folder="f/") == (
        '<audio src="f/a.mp3" title="甲" controls="true"></audio>［图：x.png］'
    )


def test_a_picture_written_into_a_moodle_text_is_taken_out_of_it() -> None:
    inside = base64.b64encode(picture()).decode()
    text = f'看图<img src="data:image/png;base64,{inside}" alt="方块"><img src="data:image/png;base64,*">'
    quiz = f'<quiz><question type="essay"><questiontext format="html"><text><![CDATA[{text}]]></text></questiontext></question></quiz>'
    reading = read(quiz.encode(), name="a.xml")

    [question] = reading.questions
    assert question.media == (Media(name="picture-1.png", content=picture(), alt="方块"),)
    assert question.stem.startswith("看图［图：picture-1.png］")
    assert Fault(where="第 1 题", reason="有一张内嵌的图片损坏，没有收入") in reading.remarks


def test_words_of_a_drawing_come_with_it() -> None:
    drawing = '<w:p><w:r><w:t>1．看图</w:t></w:r><w:r><w:drawing><w:docPr descr=" 三级  漏斗 "/><a:blip r:embed="rId7"/></w:drawing></w:r></w:p>'
    lines = (paragraph("A．甲 B．乙 C．丙"), paragraph("答案：B"))
    [question] = read(document(drawing, *lines, shown=picture()), name="a.docx").questions

    assert question.media == (Media(name="image1.png", content=picture(), alt="三级 漏斗"),)


def with_pictures(content: bytes, count: int) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(count):
            archive.writestr(f"xl/media/image{number}.png", picture())
    return out.getvalue()


def test_pictures_of_a_sheet_are_told() -> None:
    reading = read(with_pictures(as_xlsx(row()), 2), name="a.xlsx")
    assert len(reading.questions) == 1
    assert [remark.reason[:14] for remark in reading.remarks] == ["表格里的 2 张图片没有收入"]


def test_shipped_files_are_found_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"a")
    (tmp_path / "b.png").write_bytes(b"b")
    wanted = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert shipped_content([wanted, "0"], folder=tmp_path) == {wanted: b"a"}
    assert shipped_content([], folder=tmp_path / "none") == {}


# Into the bank and out of it


@pytest.fixture
def writer(world: World) -> Account:
    return world[Role.ITEM_WRITER]


def shown(**more: Any) -> Question:
    plain: dict[str, Any] = {
        "type": "single",
        "id": "P-1",
        "stem": "看图［图：m1.png］",
        "options": tuple(Choice(text=text, correct=text == "甲") for text in ("甲", "乙", "丙")),
        "feedback": "见图。",
        "codes": ("skill:4.1.1",),
        "media": (Media(name="m1.png", content=picture(), alt="红色方块"),),
    }
    return Question(**{**plain, **more})


def brought(writer: Account, content: bytes, name: str, *, pool: str = "live") -> ImportRun:
    place = Place(standard=STANDARD, level="5", pool="live" if pool == "live" else "practice")
    return bring_in(by=writer, run=look_at(by=writer, content=content, name=name, place=place))


@pytest.mark.parametrize(("form", "name"), [("moodle-xml", "a.xml"), ("qti3", "a.zip")])
def test_a_draft_keeps_its_pictures_and_gives_them_back(writer: Account, form: str, name: str) -> None:
    media = (
        Media(name="m1.png", content=picture(), alt="红色方块"),
        Media(name="m2.wav", content=recording(), alt="口播"),
        Media(name="m3.mp4", content=film()),
    )
    content = write([shown(media=media, stem="看图［图：m1.png］［图：m2.wav］［图：m3.mp4］")], form=form)
    run = brought(writer, content, name)

    question = question_of(newest_version(Item.objects.get()))
    assert run.report["accepted"][0]["media"] == 3
    assert [(one.kind, one.alt, one.where) for one in question.media] == [
        ("image", "红色方块", "stem"),
        ("audio", "口播", "stem"),
        ("video", "", "stem"),
    ]
    assert question.stem == "看图"
    [back] = read(take_out(by=writer, form=form, pool="live", status="draft").content, name=name).questions
    contents = dict(contents_of(question.media))
    assert [medium.content for medium in back.media] == [contents[medium.sha256] for medium in question.media]

    Item.objects.filter(name="P-1").update(name="P-0")
    brought(writer, take_out(by=writer, form=form, pool="live", status="draft").content, name)
    assert question_of(newest_version(Item.objects.get(name="P-1"))).media == question.media
    assert MediaFile.objects.count() == 3


def test_what_could_not_be_kept_is_said_and_the_rest_comes(writer: Account) -> None:
    media = (
        Media(name="moving.gif", content=moving_picture()),
        Media(name="m2.png", content=picture()),
        Media(name="again.gif", content=moving_picture()),
    )
    question = shown(media=media, stem="看［图：moving.gif］和［图：m2.png］再看［图：again.gif］")
    run = brought(writer, write([question], form="qti3"), "a.zip")

    missing = run.report["accepted"][0]["missing"]
    assert "“moving.gif”没有收入：图片“moving.gif”是动图。请截取一帧，或改用短视频" in missing
    assert any("没有替代文字" in line for line in missing)
    item = Item.objects.get()
    assert len(question_of(newest_version(item)).media) == 1
    with pytest.raises(Refused) as refused:
        submit_item(by=writer, item=item)
    assert refused.value.code in ("difficulty-range", "media-mark")


def test_the_same_words_about_another_picture_are_another_question(writer: Account) -> None:
    other = (Media(name="m1.png", content=picture(size=(90, 60)), alt="另一张"),)
    content = write([shown(id=""), shown(id="", media=other)], form="moodle-xml")
    assert brought(writer, content, "a.xml").accepted == 2


def test_a_picture_that_leaves_as_a_sheet_is_counted(writer: Account) -> None:
    brought(writer, write([shown()], form="qti3"), "a.zip")
    taken = take_out(by=writer, form="xlsx", pool="live", status="draft")
    assert taken.lost == ("1 道题的图片与声音没有写入，原文处留有标记",)
