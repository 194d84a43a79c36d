"""One question of each kind out and in again in every format, letter by letter where the format is plain text."""

from dataclasses import replace
from decimal import Decimal
from xml.etree.ElementTree import fromstring

import pytest

from tests.bank.core_items import single
from tests.bank.qti_files import png
from zhiheng.bank.core.exchange.blocks import joined, parted
from zhiheng.bank.core.exchange.formats import WRITERS, read, write
from zhiheng.bank.core.exchange.gift_writing import write_gift
from zhiheng.bank.core.exchange.qti import write_qti3
from zhiheng.bank.core.exchange.qti_rubric import read_rubric
from zhiheng.bank.core.exchange.terms import Choice, Media, Question
from zhiheng.bank.core.listing import columns_of, words_of
from zhiheng.bank.core.terms import Point

BARE = Question(type="short", stem="")
SINGLE = Question(
    type="single",
    stem="1+1={2}吗？\n看［图：a.png］与［图：没有.png］",
    options=(Choice(text="[html]对", correct=True), Choice(text="不对~", correct=False)),
    feedback="依法。",
    id="q:1",
    marks=Decimal("1.5"),
    codes=("skill:4.1.1",),
    difficulty=Decimal("0.7"),
    language="en",
    trades=frozenset("BA"),
    law=("《电子商务法》第十五条",),
    media=(
        Media(name="a.png", content=png(1), alt="一张证照"),
        Media(name="b.mp4", content=b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", alt="一段录像"),
    ),
)
MULTIPLE = Question(
    type="multiple",
    stem="哪些？",
    options=tuple(Choice(text=text, correct=text != "丁") for text in "甲乙丙丁"),
)
SHORT = Question(
    type="short",
    stem="  简述\t步骤。\r\n",
    answers=("先看数据。", "【另一答案】\n另一种"),
    points=(Point(text="看数据", marks=Decimal(4)), Point(text="找原因", marks=Decimal("0.5"))),
    marks=Decimal("4.5"),
)


def test_gift_is_written_sign_by_sign() -> None:
    assert write_gift([SINGLE, MULTIPLE, replace(SHORT, stem="简述", points=())]).decode() == (
        "::q\\:1::[plain]1+1\\=\\{2\\}吗？\\n看［图：a.png］与［图：没有.png］ {\n"
        "\t=%100%[plain][html]对\n"
        "\t~%0%不对\\~\n"
        "\t####依法。\n"
        "}\n\n"
        "[plain]哪些？ {\n\t~%33.33333%甲\n\t~%33.33333%乙\n\t~%33.33333%丙\n\t~%-100%丁\n}\n\n"
        "[plain]简述 {\n\t=%100%先看数据。\n\t=%100%【另一答案】\\n另一种\n}\n"
    )
    assert write_gift([BARE]) == b"[plain] {}\n"


@pytest.mark.parametrize("form", ["gift", "moodle-xml", "xlsx"])
def test_what_a_format_can_hold_comes_back(form: str) -> None:
    asked = [
        replace(SINGLE, media=(), stem="1+1=2 吗？"),
        replace(MULTIPLE, id="q2"),
        replace(SHORT, stem="简述", id="q3"),
    ]
    reading = read(write(asked, form=form), name="题", form=form)
    lost = {field: getattr(BARE, field) for field in WRITERS[form].lost}

    assert (reading.errors, reading.unsupported, reading.remarks) == ((), (), ())
    assert [replace(question, where="") for question in reading.questions] == [
        replace(question, **lost) for question in asked
    ]


@pytest.mark.parametrize(("form", "read_as"), [("moodle-xml", "moodle-xml"), ("qti3", "qti")])
def test_pictures_and_films_travel(form: str, read_as: str) -> None:
    asked = replace(SINGLE, stem="看［图：a.png］，再看［图：b.mp4］")
    reading = read(write([asked], form=form), name="题", form=read_as)
    (back,) = reading.questions

    assert (back.stem, sorted((medium.name, medium.content, medium.alt) for medium in back.media)) == (
        asked.stem,
        sorted((medium.name, medium.content, medium.alt) for medium in asked.media),
    )


def test_white_space_that_matters_comes_back_in_qti() -> None:
    bare = replace(BARE, stem="简述")
    told = replace(bare, answers=("先看数据。",))
    reading = read(write_qti3([SHORT, bare, told]), name="题.zip", form="qti")
    assert [replace(question, where="") for question in reading.questions] == [
        replace(SHORT, stem="  简述\t步骤。\n"),
        bare,
        told,
    ]


def test_answers_put_together_come_apart_again_even_if_a_line_looks_like_the_divider() -> None:
    answers = ("甲\n【另一答案】", "\\【采分点】", "乙")
    assert joined(answers) == "甲\n\\【另一答案】\n【另一答案】\n\\\\【采分点】\n【另一答案】\n乙"
    assert parted(joined(answers)) == answers
    assert parted("") == ()


def test_a_question_is_found_by_its_words_whatever_their_width_and_case() -> None:
    assert words_of(" ＡＢ　cd \n") == ("ab", "cd")
    columns = columns_of(single(trades=frozenset("BA")))
    assert columns["text"].startswith("t-s01 开播前应先核对哪一项? 库存数量 背景音乐 观众昵称 快递单号")
    assert {key: columns[key] for key in ("codes", "trades", "difficulty", "media", "language")} == {
        "codes": " skill:4.1.1 ",
        "trades": "AB",
        "difficulty": Decimal("0.700"),
        "media": "",
        "language": "zh",
    }


def test_a_point_of_the_marking_notes_may_hold_words_of_another_author() -> None:
    block = fromstring(
        '<div><ol class="zhiheng-points"><li><span>别人</span><span class="zhiheng-marks">2</span> 分：'
        '<span class="zhiheng-words">看数据</span></li><li/></ol></div>'
    )
    rubric = read_rubric([block], lambda element, where: f"{where}:{element.text}")

    assert rubric.ours
    assert rubric.points == (Point(text="采分点:看数据", marks=Decimal(2)), Point(text="", marks=Decimal(0)))
