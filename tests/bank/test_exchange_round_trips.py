"""What is written comes back as it was, as far as the format can hold it; the rest is named in the report."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bank.travelling import PICTURE, questions
from zhiheng.bank.core.exchange.formats import WRITERS, losses, read, write
from zhiheng.bank.core.exchange.markup import picture_mark
from zhiheng.bank.core.exchange.terms import Question

READ_AS = {"gift": "gift", "moodle-xml": "moodle-xml", "xlsx": "xlsx"}
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


def test_pictures_travel_in_moodle_xml() -> None:
    mark = picture_mark(PICTURE.name)
    asked = Question(type="short", id="P-1", stem=f"看图\n{mark}  回答 <是> & 否", media=(PICTURE,))

    [back] = read(write([asked], form="moodle-xml"), name="a.xml").questions

    assert replace(back, where="") == asked


def test_what_a_format_cannot_hold_is_counted() -> None:
    asked = [
        Question(type="short", stem="一", law=("《电子商务法》第十七条",), media=(PICTURE,)),
        Question(type="short", stem="二", law=("《广告法》第九条",)),
    ]

    assert losses(asked, form="moodle-xml") == ["2 道题的法规依据没有写入：Moodle 没有放它的地方"]
    assert losses(asked, form="xlsx") == ["1 道题的图片与声音没有写入，原文处留有标记"]
    assert losses([], form="gift") == []
