"""Spreadsheet rows: headings as people write them, and every fault with row, column and value."""

from decimal import Decimal

import pytest

from tests.bank.core_items import STANDARD
from zhiheng.bank.core.files import Place
from zhiheng.bank.core.sheet import TEMPLATE, missing_headings, read_sheet
from zhiheng.bank.core.terms import Point

PLACE = Place(standard=STANDARD, level="5", area="livestream", pool="live")
SINGLE = {
    "题号": "T-1",
    "题型": "单选题",
    "题干": "开播前应先核对哪一项？",
    "选项A": "库存",
    "选项B": "音乐",
    "选项C": "昵称",
    "答案": "a",
    "解析": "先核对库存。",
    "难度": "0.7",
    "考点代码": "skill:4.1.1，knowledge:4.1.1",
    "适用工种": "a、B",
    "法规": "《电子商务法》；《广告法》",
}
SHORT = {
    "题型": "简答题",
    "题干": "简述开播前的准备。",
    "答案": "核对库存，试播。",
    "难度": "65%",
    "考点代码": "skill:4.1.1",
    "采分点": "1. 核对库存（6分）\n2. 试播|4",
}


def faults(*rows: dict[str, str]) -> list[tuple[int, str, str, str]]:
    read = read_sheet(rows, place=PLACE)
    return [(fault.row, fault.column, fault.value, fault.reason) for fault in read.faults]


def test_rows_become_items() -> None:
    read = read_sheet([SINGLE, {"题型": " ", "题干": ""}, SHORT], place=PLACE)
    one, two = read.items
    assert read.faults == ()
    assert (one.id, one.type, one.key, str(one.difficulty)) == ("T-1", "single", ("A",), "0.7")
    assert [code.label for code in one.codes] == ["skill:4.1.1", "knowledge:4.1.1"]
    assert (one.trades, one.law) == (frozenset("AB"), ("《电子商务法》", "《广告法》"))
    assert [(option.letter, option.text) for option in one.options] == [
        ("A", "库存"),
        ("B", "音乐"),
        ("C", "昵称"),
    ]
    assert (two.type, two.answer, two.key, two.difficulty) == (
        "short",
        "核对库存，试播。",
        (),
        Decimal("0.65"),
    )
    assert two.points == (Point(text="核对库存", marks=Decimal(6)), Point(text="试播", marks=Decimal(4)))
    assert (two.standard, two.level, two.area, two.pool) == (STANDARD, "5", "livestream", "live")


def test_a_row_without_number_gets_the_same_name_each_time() -> None:
    names = {read_sheet([SHORT], place=PLACE).items[0].id for _ in range(2)}
    assert len(names) == 1
    assert names.pop().startswith("X-")


def test_headings_are_matched_as_people_write_them() -> None:
    written = {
        "编号*": "T-2",
        "题目类型": "多项选择题",
        "试题内容（必填）": "应核对？",
        "A": "库存",
        "选项 b": "音乐",
        "C": "价格",
        "正确答案": "A、C",
        "难度系数": "0.6",
        "知识点": "skill:4.1.1",
        "出题人": "甲",
    }
    read = read_sheet([written], place=PLACE)
    assert read.faults == ()
    assert (read.items[0].id, read.items[0].type, read.items[0].key) == ("T-2", "multiple", ("A", "C"))


def test_every_fault_of_a_row_is_told_at_once() -> None:
    row = {
        "题型": "判断题",
        "题干": "",
        "选项A": "甲",
        "选项C": "丙",
        "答案": "D",
        "难度": "难",
        "考点代码": "4.1.1",
    }
    form = "考点代码“4.1.1”读不懂。请写成“skill:4.1.1”“knowledge:4.1.1”或“basics:2.2.6.5”的样子。"
    assert faults(row) == [
        (2, "题型", "判断题", "只能是单项选择题、多项选择题、简答题"),
        (2, "题干", "", "未填写"),
        (2, "难度", "难", "不是数字，请写及格线上考生的预期得分率，例如 0.70"),
        (2, "考点代码", "4.1.1", form),
        (2, "选项B", "", "中间的选项为空，请依次填写"),
    ]
    assert faults({**SINGLE, "答案": "AD，E"}) == [(2, "答案", "AD，E", "“D、E”不是选项")]


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"难度": ""}, "难度", "未填写"),
        ({"难度": "1.2"}, "难度", "须在 0 与 1 之间"),
        ({"难度": "nan"}, "难度", "须在 0 与 1 之间"),
        ({"难度": "%"}, "难度", "不是数字，请写及格线上考生的预期得分率，例如 0.70"),
        ({"题型": ""}, "题型", "未填写"),
        ({"考点代码": ""}, "考点代码", "未填写"),
        ({"采分点": "核对库存"}, "采分点", "“核对库存”没有分值，请写成“要点（2分）”，一行一个"),
        ({"采分点": ""}, "采分点", "未填写"),
    ],
)
def test_a_fault_names_row_column_and_value(changes: dict[str, str], column: str, reason: str) -> None:
    assert faults(SINGLE, {**SHORT, **changes}) == [(3, column, changes.get(column, ""), reason)]


def test_a_number_used_twice_is_told_with_the_earlier_row() -> None:
    assert faults(SINGLE, SINGLE) == [(3, "题号", "T-1", "与第 2 行的题号相同")]


def test_missing_columns_are_named() -> None:
    assert missing_headings(TEMPLATE) == ()
    assert missing_headings(["类型", "题目", "A", "难度"]) == ("答案", "考点代码")
