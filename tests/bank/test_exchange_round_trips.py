"""What is written comes back as it was, as far as the format can hold it; the rest is named in the report."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bank.core_items import STANDARD, code, single
from tests.bank.travelling import FILES, PICTURE, alts, pictured, questions
from zhiheng.bank.core.exchange.drafts import draft_of, travelling
from zhiheng.bank.core.exchange.formats import WRITERS, losses, read, write
from zhiheng.bank.core.exchange.markup import picture_mark
from zhiheng.bank.core.exchange.terms import Question
from zhiheng.bank.core.files import Place
from zhiheng.bank.core.media.kinds import KIND_OF, told_type
from zhiheng.bank.core.media.placing import in_order
from zhiheng.bank.core.terms import Language, Medium

READ_AS = {"gift": "gift", "moodle-xml": "moodle-xml", "xlsx": "xlsx"}
AREAS = {code("skill:4.1.1"): "livestream"}
BARE = Question(type="short", stem="")


def held(question: Question, form: str) -> Question:
    """The question without what the table says the format cannot hold, and without the place it was read at."""
    lost = {field: getattr(BARE, field) for field in WRITERS[form].lost}
    return replace(question, where="", **lost)


@pytest.mark.parametrize("form", READ_AS)
@settings(max_examples=60, deadline=None)
@given(asked=st.lists(questions(), min_size=1, max_size=4))
def test_what_is_written_is_read_back(form: str, asked: list[Question]) -> None:
    reading = read(write(asked, form=form), name="题", form=READ_AS[form])

    assert (reading.errors, reading.unsupported, reading.remarks) == ((), (), ())
    assert [replace(question, where="") for question in reading.questions] == [
        held(question, form) for question in asked
    ]


@pytest.mark.parametrize(("form", "read_as"), [("moodle-xml", "moodle-xml"), ("qti3", "qti")])
@settings(max_examples=60, deadline=None)
@given(asked=st.lists(pictured(), min_size=1, max_size=3))
def test_what_questions_show_travels_with_them(form: str, read_as: str, asked: list[Question]) -> None:
    reading = read(write(asked, form=form), name="题", form=read_as)

    assert (reading.errors, reading.unsupported, reading.remarks) == ((), (), ())
    back = [
        replace(question, where="", media=tuple(sorted(question.media, key=lambda medium: medium.name)))
        for question in reading.questions
    ]
    assert back == [held(question, form) for question in asked]


@pytest.mark.parametrize(("form", "read_as"), [("moodle-xml", "moodle-xml"), ("qti3", "qti")])
@settings(max_examples=40, deadline=None)
@given(
    places=st.lists(st.sampled_from(["stem", "A", "C"]), max_size=4),
    alt=alts(),
    language=st.sampled_from(["zh", "en"]),
)
def test_an_item_leaves_and_comes_back_as_it_was(
    form: str, read_as: str, places: list[str], alt: str, language: Language
) -> None:
    contents = {hashlib.sha256(content).hexdigest(): content for content in FILES.values()}
    media = [
        Medium(
            id="", kind=KIND_OF[told], media_type=told, sha256=sha256, size=len(content), alt=alt, where=where
        )
        for (sha256, content), where in zip(contents.items(), places, strict=False)
        for told in [told_type(content, name="m")]
    ]
    item = single(media=in_order(media), language=language)

    [back] = read(write([travelling(item, contents=contents)], form=form), name="题", form=read_as).questions
    kept: dict[str, Medium | str] = {
        medium.name: replace(known, id="", alt=medium.alt, where="stem")
        for medium in back.media
        for known in media
        if contents[known.sha256] == medium.content
    }
    draft = draft_of(back, place=Place(standard=STANDARD, level="5"), area_of=AREAS, kept=kept)

    assert (draft.item, draft.missing, draft.faults) == (replace(item, law=()), (), ())


def test_pictures_travel_in_moodle_xml() -> None:
    mark = picture_mark(PICTURE.name)
    asked = Question(
        type="short", id="P-1", stem=f"看图\n 一\n  二\n   三\n{mark}  回答 <是> & 否", media=(PICTURE,)
    )

    [back] = read(write([asked], form="moodle-xml"), name="a.xml").questions

    assert replace(back, where="") == asked


@pytest.mark.parametrize("form", [*READ_AS, "qti3"])
def test_a_question_without_an_id_comes_back_without_one(form: str) -> None:
    asked = Question(type="short", stem=f"{'很长的题干' * 20}\n第二行")

    [back] = read(write([asked], form=form), name="题", form=READ_AS.get(form, "qti")).questions

    assert (back.id, back.stem) == ("", asked.stem)


def test_a_name_of_its_own_stays_the_id_of_a_moodle_question() -> None:
    def named(name: str) -> str:
        asked = f"<name><text>{name}</text></name><questiontext><text>选品时先看什么</text></questiontext>"
        file = f'<quiz><question type="essay">{asked}</question></quiz>'
        [back] = read(file.encode(), name="a.xml", form="moodle-xml").questions
        return back.id

    assert [named(name) for name in ("Q-7", "选品时先看什么", " 选品时 ", "")] == ["Q-7", "", "", ""]


def test_what_a_format_cannot_hold_is_counted() -> None:
    asked = [
        Question(type="short", stem="一", law=("《电子商务法》第十七条",), media=(PICTURE,)),
        Question(type="short", stem="二", law=("《广告法》第九条",)),
    ]

    assert losses(asked, form="moodle-xml") == ["2 道题的法规依据没有写入：Moodle 没有放它的地方"]
    assert losses(asked, form="xlsx") == ["1 道题的图片与声音没有写入，原文处留有标记"]
    assert losses([], form="gift") == []
