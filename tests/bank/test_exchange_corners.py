"""The corners of the readers: what is rare, broken or half there."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from tests.bank.core_items import STANDARD, code, short, single
from tests.bank.documents import DOCX_NAMESPACES, document, package, paragraph
from zhiheng.bank.core.exchange.drafts import UNSORTED, Defaults, draft_of, travelling
from zhiheng.bank.core.exchange.formats import read, told_apart
from zhiheng.bank.core.exchange.incoming import decoded
from zhiheng.bank.core.exchange.terms import Choice, Question
from zhiheng.bank.core.files import Place
from zhiheng.foundation.errors import Refused

AREAS = {code("skill:4.1.1"): "livestream"}
PLACE = Place(standard=STANDARD, level="5", pool="live")


def bare(body: str) -> bytes:
    """A document without numbering, styles or pictures."""
    text = f"<w:document {DOCX_NAMESPACES}><w:body>{body}</w:body></w:document>"
    return package({"word/document.xml": text})


def test_formulas_lost_pictures_and_odd_signs() -> None:
    run = "<w:p><w:hyperlink><w:r><w:t>1．甲</w:t></w:r></w:hyperlink><w:r><w:tab/><w:noBreakHyphen/></w:r><w:del><w:r><w:t>去</w:t></w:r></w:del>"
    math = "<m:oMath xmlns:m='m'><m:r><m:t>x+1</m:t></m:r></m:oMath>"
    lost = "<w:r><w:pict><v:imagedata xmlns:v='v' r:id='rId1'/></w:pict></w:r></w:p>"
    wrapped = f"<w:sdt><w:sdtContent>{paragraph('答案：乙')}</w:sdtContent></w:sdt><w:sectPr/>"
    reading = read(bare(run + math + lost + wrapped), name="a.docx")

    assert [(question.stem, question.answers) for question in reading.questions] == [("甲\t-x+1", ("乙",))]
    assert [remark.reason for remark in reading.remarks] == [
        "公式按普通文字收入，请核对",
        "有图片不在文件里，没有收入",
    ]


def test_a_document_without_questions_says_so() -> None:
    assert [fault.where for fault in read(document("只有一段话"), name="a.docx").errors] == ["a.docx"]
    assert read(bare(""), name="a.docx").errors == ()


def test_a_paper_s_odd_lines() -> None:
    reading = read(
        document(
            "1．甲（　）",
            "",
            "A．一",
            "还是一",
            "B．二",
            "C．三",
            "（二）附言",
            "2．【判断】乙。",
            "答案：√",
            "3．丙（对）",
            "A．对 B．错",
            "4．丁。",
            "答案：错",
            "5．【简答】戊，任选一项作答：",
            "A．一 B．二",
            "答案：都可以",
            "评分标准：酌情给分",
            "难度：难　考点：直播　分值：5分",
            "参考答案",
            "1．B",
        ),
        name="a.docx",
    )

    assert [(q.type, q.stem, q.answers, q.marks) for q in reading.questions] == [
        ("single", "甲（　）", (), None),
        ("short", "戊，任选一项作答：\nA．一\nB．二", ("都可以\n酌情给分",), Decimal(5)),
    ]
    assert reading.questions[0].options[0] == Choice(text="一\n还是一", correct=False)
    assert [entry.type for entry in reading.unsupported] == ["truefalse"] * 3
    assert [remark.reason for remark in reading.remarks] == [
        "“（二）附言”不属于任何一题，没有收入",
        "评分标准没有写明各点的分值，并入参考答案",
        "考点“直播”不是考点代码，没有收入",
        "难度“难”不是 0 与 1 之间的预期得分率，没有收入",
    ]


def test_keys_by_place_of_their_section_with_explanations() -> None:
    ask = ["A．一 B．二 C．三"]
    reading = read(
        document(
            "一、选择题",
            "1．甲（　）",
            *ask,
            "二、选择题",
            "1．乙（　）",
            *ask,
            "答案",
            "一、第一部分",
            "",
            "1．A",
            "解析：因为一",
            "就是一",
            "二、第二部分",
            "1-3 AB",
            "1．B",
        ),
        name="a.docx",
    )

    assert [(q.stem, [o.correct for o in q.options].index(True), q.feedback) for q in reading.questions] == [
        ("甲（　）", 0, "因为一\n就是一"),
        ("乙（　）", 1, ""),
    ]


def test_sheets_with_dates_truths_and_no_headings() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["题干", "选项A", "选项B", "选项C", "答案"])
        sheet.write_row(1, 0, ["甲？", True, False, 1.5, "A"])
        sheet.write_datetime(2, 0, date(2026, 11, 21), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(2, 1, ["长" * 21_000, "二", "三", "A"])
        sheet.write_row(3, 0, ["乙？", "", "", "", "先看。"])
    reading = read(out.getvalue(), name="a.xlsx")

    assert [option.text for option in reading.questions[0].options] == ["正确", "错误", "1.5"]
    assert [question.type for question in reading.questions] == ["single", "short"]
    assert [fault.reason for fault in reading.errors] == ["“选项A”超过 20000 字"]


@pytest.mark.parametrize(
    ("content", "name", "code_"),
    [
        (b"a,b\n1,2", "a.csv", "sheet-headings"),
        (b'"open', "a.csv", "not-a-sheet"),
        (b"PK\x03\x04 broken", "a.xlsx", "not-a-sheet"),
        (b"," * 300, "a.csv", "sheet-too-large"),
        (package({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}), "a.xlsx", "not-a-sheet"),
    ],
)
def test_sheets_that_are_none(content: bytes, name: str, code_: str) -> None:
    with pytest.raises(Refused) as refused:
        read(content, name=name)
    assert refused.value.code == code_


def test_a_book_of_too_many_sheets_is_refused() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for number in range(51):
            book.add_worksheet(str(number))
    with pytest.raises(Refused) as refused:
        read(out.getvalue(), name="a.xlsx")
    assert refused.value.code == "sheet-too-large"


def test_what_says_nothing_of_itself_is_taken_for_gift() -> None:
    assert told_apart(b"x", name="x") == "gift"


def test_moodle_s_leftovers() -> None:
    text = (
        '<quiz><question type="essay"><questiontext format="html"><text>甲</text>'
        '<file name="" encoding="base64">AAAA</file><file name="x.png" encoding="base64">AAAA</file></questiontext>'
        "<responsetemplate><text>模板</text></responsetemplate></question></quiz>"
    )
    reading = read(text.encode(), name="a.xml")

    assert [entry.name for entry in reading.questions[0].media] == ["x.png"]
    assert [remark.reason for remark in reading.remarks] == [
        "附件“x.png”在题目里没有出现的位置，随题保留",
        "作答模板没有收入",
    ]


def test_an_aiken_question_without_words_is_a_fault() -> None:
    reading = read("甲？\nA.\nB. 二\nANSWER: B\n".encode(), name="a.aiken")
    assert [fault.reason for fault in reading.errors] == ["第 1 个选项是空的，请补写或删去"]


def test_an_item_of_the_bank_leaves_and_comes_back_as_it_was() -> None:
    for item in (single(), short()):
        draft = draft_of(travelling(item), place=PLACE, area_of=AREAS)
        assert (draft.item, draft.missing, draft.faults) == (item, (), ())


def test_without_its_key_nothing_gives_it_away() -> None:
    left = travelling(short(), with_key=False)
    assert (left.answers, left.points, left.feedback) == ((), (), "")
    assert not any(option.correct for option in travelling(single(), with_key=False).options)
    assert travelling(replace(single(), difficulty=Decimal(0))).difficulty is None


def test_what_a_draft_lacks_and_what_keeps_it_out() -> None:
    question = travelling(single())
    lacking = draft_of(replace(question, codes=(), difficulty=None), place=PLACE, area_of=AREAS)
    assert lacking.item is not None
    assert (lacking.item.area, len(lacking.missing)) == (UNSORTED, 2)
    given = Defaults(codes=("skill:4.1.1",), difficulty=Decimal("0.5"))
    filled = draft_of(
        replace(question, codes=(), difficulty=None), place=PLACE, area_of=AREAS, defaults=given
    )
    assert filled.missing == ()
    seven = tuple(Choice(text=str(number), correct=number == 0) for number in range(7))
    assert draft_of(replace(question, options=seven), place=PLACE, area_of=AREAS).item is None
    assert draft_of(replace(question, codes=("skill:x",)), place=PLACE, area_of=AREAS).item is None
    assert draft_of(replace(question, codes=("skill:9.9.9",)), place=PLACE, area_of=AREAS).item is None
    seen = draft_of(replace(question, stem="看［图：a.png］"), place=PLACE, area_of=AREAS)
    assert seen.missing == (
        "文字里还留着没有收入的“［图：a.png］”。请在题目页重新加上图片或录音，并删去这个标记",
    )
    assert draft_of(Question(type="short", stem="甲"), place=PLACE, area_of=AREAS).item is not None


def test_uneven_weights_are_remarked_and_answers_may_have_their_own_format() -> None:
    reading = read("甲？{~%60%[html]<b>一</b> ~%40%二 ~三}".encode(), name="a.gift")

    assert [(option.text, option.correct) for option in reading.questions[0].options] == [
        ("一", True),
        ("二", True),
        ("三", False),
    ]
    assert [remark.reason for remark in reading.remarks] == [
        "选项的部分得分或扣分没有收入：本平台按题型统一计分"
    ]


def test_an_empty_text_is_refused_by_its_reader_too() -> None:
    with pytest.raises(Refused) as refused:
        decoded(b"", name="a")
    assert refused.value.code == "file-empty"


def test_a_picture_of_a_drawing_is_kept_and_an_ordinary_table_is_read_line_by_line() -> None:
    from tests.bank.documents import table

    reading = read(document(table([["1．甲▣（　）"], ["A．一 B．二"], ["答案：A"]])), name="a.docx")
    assert [question.stem for question in reading.questions] == ["甲［图：image1.png］（　）"]
