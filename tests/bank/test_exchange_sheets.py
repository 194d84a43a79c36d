"""Spreadsheets in the layouts teachers use."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

import pytest
import xlsxwriter

from zhiheng.bank.core.exchange.answers import read_key
from zhiheng.bank.core.exchange.formats import read, write
from zhiheng.bank.core.exchange.sheet_layouts import split_options
from zhiheng.bank.core.exchange.terms import Choice, Question, Reading
from zhiheng.bank.core.terms import Point
from zhiheng.foundation.errors import Refused

HEAD = ["题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析", "分值", "难度"]
ONE = ["单选题", "先核对哪一项？", "库存", "音乐", "昵称", "单号", "A", "先核对库存。", "1", "0.7"]


def sheet(*rows: Sequence[str], encoding: str = "utf-8-sig", separator: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(encoding)


def taken(*rows: Sequence[str]) -> Reading:
    return read(sheet(*rows), name="题.csv")


def key(question: Question) -> str:
    return "".join("ABCDEFGH"[place] for place, option in enumerate(question.options) if option.correct)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_sheets_in_any_encoding_and_separator(encoding: str, separator: str) -> None:
    reading = read(sheet(HEAD, ONE, encoding=encoding, separator=separator), name="题.csv")

    [question] = reading.questions
    assert question == Question(
        type="single",
        stem="先核对哪一项？",
        options=tuple(Choice(text=text, correct=text == "库存") for text in ("库存", "音乐", "昵称", "单号")),
        feedback="先核对库存。",
        marks=Decimal(1),
        difficulty=Decimal("0.7"),
        where="第 2 行",
    )


@pytest.mark.parametrize(
    "answer", ["AC", "A,C", "A、C", "A，C", "a c", "ＡＣ", "1,3", "①③", "13", "A|C", "A和C", "CA"]
)
def test_keys_as_they_are_written(answer: str) -> None:
    assert read_key(answer, ["甲", "乙", "丙", "丁"]) == (0, 2)


@pytest.mark.parametrize(
    ("answer", "options", "places"),
    [
        ("库存", ["库存", "音乐"], (0,)),
        ("库存\n昵称", ["库存", "音乐", "昵称"], (0, 2)),
        ("2", ["2", "3", "4"], None),
        ("2", ["1", "2", "3"], (1,)),
        ("E", ["甲", "乙"], None),
        ("AA", ["甲", "乙"], None),
        ("9", ["甲", "乙"], None),
        ("对", ["甲", "乙"], None),
        ("1.5", ["1.5", "2.5"], (0,)),
        ("A。", ["甲", "乙"], (0,)),
    ],
)
def test_keys_that_name_texts_or_nothing(
    answer: str, options: list[str], places: tuple[int, ...] | None
) -> None:
    assert read_key(answer, options) == places


@pytest.mark.parametrize(
    "cell",
    [
        "库存\n音乐\n昵称",
        "库存|音乐|昵称",
        "A．库存\nB．音乐\nC．昵称",
        "A.库存 B.音乐 C.昵称",
        "A、库存；B、音乐；C、昵称",
        "库存；音乐；昵称",
        "Ａ．库存\nＢ．音乐\nＣ．昵称",
    ],
)
def test_options_in_one_cell(cell: str) -> None:
    assert split_options(cell) == ("库存", "音乐", "昵称")
    [question] = taken(["题干", "选项", "答案"], ["甲？", cell, "BC"]).questions
    assert (question.type, key(question)) == ("multiple", "BC")


def test_a_title_above_sections_between_and_headings_repeated() -> None:
    reading = taken(
        ["2026 年秋季题库", "", "", "", ""],
        ["题　干", "选项 A", "选项（B）", "选项Ｃ", "正确答案"],
        ["一、单选题"],
        ["甲？", "一", "二", "三", "B"],
        [],
        ["题　干", "选项 A", "选项（B）", "选项Ｃ", "正确答案"],
        ["二、多选题"],
        ["乙？", "一", "二", "三", "C"],
        ["三、判断题"],
        ["丙。", "", "", "", "对"],
    )

    assert [(q.type, q.stem, key(q), q.where) for q in reading.questions] == [
        ("single", "甲？", "B", "第 4 行"),
        ("multiple", "乙？", "C", "第 8 行"),
    ]
    assert [(entry.type, entry.where) for entry in reading.unsupported] == [("truefalse", "第 10 行")]


@pytest.mark.parametrize("answer", ["对", "错误", "√", "×", "正确", "FALSE"])
def test_right_or_wrong_is_a_kind_of_its_own(answer: str) -> None:
    reading = taken(["题干", "选项A", "选项B", "答案"], ["天是蓝的。", "", "", answer])
    assert [entry.type for entry in reading.unsupported] == ["truefalse"]
    assert reading.questions == ()


def test_several_sheets_one_kind_each_and_words_merged_beside_rows() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        first = book.add_worksheet("单选题")
        first.merge_range(0, 0, 0, 4, "题库（单选）")
        first.write_row(1, 0, ["题干", "选项A", "选项B", "选项C", "答案"])
        first.write_row(2, 0, ["甲？", "一", "二", 3, "C"])
        second = book.add_worksheet("其他")
        second.write_row(0, 0, ["题型", "题干", "选项A", "选项B", "选项C", "答案"])
        second.merge_range(1, 0, 2, 0, "多选题")
        second.write_row(1, 1, ["乙？", "一", "二", "三", "AB"])
        second.write_row(2, 1, ["丙？", "一", "二", "三", "BC"])
        book.add_worksheet("空")
        book.add_worksheet("说明").write(0, 0, "随便写的")
    reading = read(out.getvalue(), name="题.xlsx")

    assert [(q.type, q.stem, key(q), q.where) for q in reading.questions] == [
        ("single", "甲？", "C", "单选题：第 3 行"),
        ("multiple", "乙？", "AB", "其他：第 2 行"),
        ("multiple", "丙？", "BC", "其他：第 3 行"),
    ]
    assert reading.questions[0].options[2].text == "3"
    assert [remark.reason for remark in reading.remarks] == ["工作表“说明”没有题目的列名，没有读"]


def test_what_has_no_place_is_remarked_and_what_is_wrong_is_named() -> None:
    head = [*HEAD, "出题人", "考点"]
    reading = taken(
        head,
        [*ONE, "甲一", "直播"],
        [*ONE[:6], "E", "", "", "", "", ""],
        ["单选题", "缺一个？", "一", "", "三", "", "A", "", "", "", "", ""],
        ["看图说话", "甲？", "一", "二", "三", "", "A", "", "", "", "", ""],
        ["单选题", "", "一", "二", "三", "", "A", "", "", "", "", ""],
        ["单选题", "两个？", "一", "二", "三", "", "AB", "", "两分", "难", "", ""],
        ["简答题", "怎样？", "一", "", "", "", "先看。", "", "", "70%", "", ""],
    )

    assert [question.where for question in reading.questions] == ["第 2 行", "第 8 行"]
    assert reading.questions[1].difficulty == Decimal("0.7")
    assert [(fault.where, fault.reason) for fault in reading.errors] == [
        ("第 3 行", "答案“E”不是选项。选择题的答案写字母，如 A 或 ACD"),
        ("第 4 行", "“选项B”为空而后面还有选项，请依次填写"),
        ("第 6 行", "题干是空的，请补写"),
        ("第 7 行", "单选题标了 2 个正确答案，请改正答案或题型"),
    ]
    assert [(entry.where, entry.type) for entry in reading.unsupported] == [("第 5 行", "看图说话")]
    assert [(remark.where, remark.reason) for remark in reading.remarks] == [
        ("第 1 行", "“出题人”一列没有收入"),
        ("第 2 行", "考点“直播”不是考点代码，没有收入"),
        ("第 7 行", "分值“两分”不是数字，没有收入"),
        ("第 7 行", "难度“难”不是 0 与 1 之间的预期得分率，没有收入"),
        ("第 8 行", "简答题的选项没有收入"),
    ]


@pytest.mark.parametrize(
    ("cell", "points"),
    [
        ("看（6分）；说（4分）", [("看", 6), ("说", 4)]),
        ("1. 看：6分\n2. 说：4分", [("看", 6), ("说", 4)]),
        ("先看；再说（10分）", [("先看；再说", 10)]),
        ("", []),
    ],
)
def test_points_of_a_short_answer(cell: str, points: list[tuple[str, int]]) -> None:
    reading = taken(["题型", "题干", "答案", "采分点"], ["简答题", "怎样？", "先看。", cell])
    [question] = reading.questions
    assert question.points == tuple(Point(text=text, marks=Decimal(marks)) for text, marks in points)


def test_points_without_marks_are_a_fault() -> None:
    reading = taken(["题型", "题干", "答案", "采分点"], ["简答题", "怎样？", "先看。", "看；说"])
    assert [fault.reason for fault in reading.errors] == ["采分点没有分值，请写成“要点（2分）”，一行一个"]


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "{=1+1}", "https://a.invalid"]
)
def test_formulas_leave_as_text(text: str) -> None:
    from python_calamine import CalamineWorkbook

    asked = Question(type="short", stem=text, answers=(text,))
    content = write([asked], form="xlsx")

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.get_sheet_by_index(0).to_python()[1][2] == text
    import zipfile

    markup = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert (b"<f>" in markup, b"hyperlink" in markup) == (False, False)
    assert read(content, name="a.xlsx").questions[0].stem == text


def test_a_text_too_long_for_a_cell_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        write([Question(type="short", stem="长" * 40_000)], form="xlsx")
    assert refused.value.code == "cell-too-long"
