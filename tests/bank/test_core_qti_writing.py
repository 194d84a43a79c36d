"""Questions out as QTI 3.0 and in again: nothing changes on the way."""

import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from urllib.parse import unquote
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bank.qti_files import png
from zhiheng.bank.core.exchange.drafts import travelling
from zhiheng.bank.core.exchange.qti import read_qti, write_qti3
from zhiheng.bank.core.exchange.terms import Choice, Media, Question
from zhiheng.bank.core.files import load_shipped
from zhiheng.bank.core.terms import Point
from zhiheng.foundation.errors import Refused

QTI = "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}"
CP = "{http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1}"

SINGLE = Question(
    type="single",
    stem="直播前应当公示哪一项？\n看图：［图：证照  1.png］［图：a.png］",
    options=(
        Choice(text="营业执照", correct=True),
        Choice(text="主播\n身份证", correct=False),
        Choice(text="<b>", correct=False),
    ),
    feedback="依法公示。",
    id="q-1",
    marks=Decimal("1.5"),
    codes=("skill:4.1.1", "basics:2.2.6.5"),
    difficulty=Decimal("0.70"),
    trades=frozenset("AB"),
    law=("《电子商务法》第十五条",),
    media=(Media(name="a.png", content=png(1)), Media(name="证照  1.png", content=png(2))),
)
SHORT = Question(
    type="short",
    stem="简述复盘的步骤。",
    answers=("先看数据。\n再找原因。", "另一种答法"),
    points=(Point(text="看数据", marks=Decimal(4)), Point(text="找原因", marks=Decimal("6.0"))),
    marks=Decimal(10),
)
MULTIPLE = Question(
    type="multiple",
    stem="哪些属于…",
    options=(
        Choice(text="甲", correct=True),
        Choice(text="乙", correct=True),
        Choice(text="丙", correct=False),
    ),
    marks=Decimal(2),
)


def returned(*questions: Question) -> tuple[Question, ...]:
    reading = read_qti(write_qti3(questions), name="题.zip")
    assert (reading.unsupported, reading.errors, reading.remarks) == ((), (), ())
    return tuple(replace(question, where="") for question in reading.questions)


@pytest.mark.parametrize("question", [SINGLE, SHORT, MULTIPLE], ids=lambda question: question.type)
def test_each_kind_comes_back(question: Question) -> None:
    assert returned(question) == (question,)


def test_no_question_at_all() -> None:
    assert returned() == ()


# Every character XML holds; the carriage return is a line break like any other and is written as one.
LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
WHITE = st.sampled_from(
    [
        "\n",
        "\t",
        " ",
        "  ",
        "\u00a0",
        "\u3000",
        "［图：图1.png］",
        "［图：no.png］",
        "<p>",
        "&amp;",
        "x²",
        "［图：",
    ]
)
TEXTS = st.lists(st.one_of(st.text(LETTERS, max_size=8), WHITE), max_size=6).map("".join)
STEMS = TEXTS.filter(lambda text: text.strip() != "")
MARKS = st.decimals(min_value="0.01", max_value=1000, places=2)
NAMES = st.sampled_from(["图1.png", "a&b.png", "50%25.png", "c#d?.png"])


@st.composite
def questions(draw: st.DrawFn) -> Question:
    kind = draw(st.sampled_from(["single", "multiple", "short"]))
    media = draw(st.lists(NAMES, unique=True, max_size=3))
    question = Question(
        type=kind,
        stem=draw(STEMS),
        feedback=draw(TEXTS),
        id=draw(st.text(LETTERS, max_size=10)),
        marks=draw(st.none() | MARKS),
        codes=tuple(
            draw(st.lists(st.from_regex(r"skill:\d\.\d\.\d", fullmatch=True), max_size=2, unique=True))
        ),
        difficulty=draw(st.none() | st.decimals(min_value=0, max_value=1, places=3)),
        trades=frozenset(draw(st.lists(st.sampled_from("ABCD")))),
        law=tuple(draw(st.lists(st.text(LETTERS, max_size=12), max_size=2))),
        media=tuple(Media(name=name, content=png(place)) for place, name in enumerate(media)),
    )
    if kind == "short":
        points = st.builds(Point, text=TEXTS, marks=MARKS)
        return replace(
            question,
            answers=tuple(draw(st.lists(TEXTS, max_size=2))),
            points=tuple(draw(st.lists(points, max_size=3))),
        )
    texts = draw(st.lists(TEXTS, min_size=2, max_size=6))
    right = draw(
        st.sets(st.integers(0, len(texts) - 1), min_size=1, max_size=1 if kind == "single" else None)
    )
    options = tuple(Choice(text=text, correct=place in right) for place, text in enumerate(texts))
    return replace(question, options=options)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(questions(), max_size=3))
def test_round_trips_are_identities(several: list[Question]) -> None:
    assert returned(*several) == tuple(several)


def test_the_bank_that_ships_comes_back_whole() -> None:
    shipped = tuple(travelling(item) for item in load_shipped(standard="4-01-02-07-2021", level="5"))
    assert len(shipped) > 300
    assert returned(*shipped) == tuple(replace(question, where="") for question in shipped)


def test_the_same_questions_give_the_same_bytes() -> None:
    assert write_qti3([SINGLE, SHORT]) == write_qti3([SINGLE, SHORT])


def test_a_carriage_return_becomes_a_line_break() -> None:
    written = returned(replace(SHORT, stem="一\r\n二\r三"))
    assert written[0].stem == "一\n二\n三"


def test_a_character_xml_cannot_hold_is_refused_with_its_question() -> None:
    with pytest.raises(Refused) as refused:
        write_qti3([SHORT, replace(SINGLE, feedback="甲\x0b乙")])
    assert refused.value.code == "qti-character"
    assert refused.value.sentence == (
        "第 2 题（q-1）的文字里有 XML 写不下的字符 U+000B。请在题目里删去这个看不见的字符。"
    )


def parts(*questions: Question) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(write_qti3(questions))) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_the_list_names_every_file_of_the_package() -> None:
    files = parts(SINGLE, SHORT, replace(MULTIPLE, media=SINGLE.media[:1]))
    listed = fromstring(files.pop("imsmanifest.xml"))
    assert [child.tag for child in listed] == [f"{CP}metadata", f"{CP}organizations", f"{CP}resources"]
    assert [child.text for child in listed[0]] == ["QTI Package", "3.0.0"]
    resources = listed.findall(f"{CP}resources/{CP}resource")
    assert [resource.get("type") for resource in resources] == ["imsqti_item_xmlv3p0"] * 3
    assert len({resource.get("identifier") for resource in resources}) == 3
    assert {unquote(file.get("href", "")) for file in listed.iter(f"{CP}file")} == set(files)
    assert all(resource.get("href") == resource[1].get("href") for resource in resources)
    assert sorted(len(content) for name, content in files.items() if name.startswith("media/")) == sorted(
        len(medium.content) for medium in SINGLE.media
    )


# The order the schema of an item asks for, of those parts that are written.
ORDER = [
    "qti-response-declaration",
    "qti-outcome-declaration",
    "qti-item-body",
    "qti-response-processing",
    "qti-modal-feedback",
]
NEEDED = {
    "qti-assessment-item": {"identifier", "title", "time-dependent"},
    "qti-response-declaration": {"identifier", "cardinality", "base-type"},
    "qti-outcome-declaration": {"identifier", "cardinality", "base-type"},
    "qti-choice-interaction": {"response-identifier", "max-choices"},
    "qti-simple-choice": {"identifier"},
    "qti-extended-text-interaction": {"response-identifier"},
    "qti-map-entry": {"map-key", "mapped-value"},
    "qti-rubric-block": {"view"},
    "qti-modal-feedback": {"outcome-identifier", "identifier", "show-hide"},
}


def items(*questions: Question) -> list[Element]:
    return [fromstring(content) for name, content in parts(*questions).items() if name.startswith("items/")]


@pytest.mark.parametrize("question", [SINGLE, SHORT, MULTIPLE, replace(MULTIPLE, marks=None)])
def test_an_item_is_built_as_the_schema_asks(question: Question) -> None:
    (item,) = items(question)
    assert item.tag == f"{QTI}qti-assessment-item"
    kinds = [child.tag.removeprefix(QTI) for child in item]
    assert kinds == sorted(kinds, key=ORDER.index)
    for element in item.iter():
        name = element.tag.removeprefix(QTI)
        assert NEEDED.get(name, set()) <= set(element.attrib)
    identifiers = [element.get("identifier") for element in item.iter(f"{QTI}qti-simple-choice")]
    assert len(set(identifiers)) == len(identifiers)
    declared = {element.get("identifier") for element in item.iter(f"{QTI}qti-outcome-declaration")}
    assert {
        element.get("outcome-identifier") for element in item.iter(f"{QTI}qti-modal-feedback")
    } <= declared


def test_how_each_kind_is_scored() -> None:
    single, bare, multiple, marked, short = items(
        SINGLE, replace(SINGLE, marks=None), replace(MULTIPLE, marks=None), MULTIPLE, SHORT
    )

    def template(item: Element) -> str | None:
        processing = item.find(f"{QTI}qti-response-processing")
        return None if processing is None else processing.get("template", "").rpartition("/")[2]

    assert [template(item) for item in (single, bare, multiple, marked, short)] == [
        "map_response.xml",
        "match_correct.xml",
        "match_correct.xml",
        "",
        None,
    ]
    entry = single.find(f".//{QTI}qti-map-entry")
    assert entry is not None
    assert entry.attrib == {"map-key": "A", "mapped-value": "1.5"}
    assert marked.find(f".//{QTI}qti-match") is not None
    score = next(short.iter(f"{QTI}qti-outcome-declaration"))
    assert score.get("external-scored") == "human"
