"""Columns by what institutions write above them, or by what somebody says."""

import pytest

from tests.enrolment.books import book
from zhiheng.enrolment.core import delimited
from zhiheng.enrolment.core.delimited import open_any_sheet, open_csv
from zhiheng.enrolment.core.headings import find_headings
from zhiheng.foundation.errors import Refused


def keys(*headings: str) -> list[str]:
    return [column.key for column in find_headings([list(headings)]).columns.values()]


def test_what_institutions_write() -> None:
    assert keys(
        "序号", "学员姓名", "证件号码（身份证）", "联系方式", "通信地址", "职业名称", "申报等级", "文化程度", "所学专业", "现工作单位",
    ) == [
        "name", "id_number", "phone", "address", "programme", "level", "education.0.level", "education.0.major",
        "employment.0.employer",
    ]  # fmt: skip


def test_a_title_above_and_the_richest_line_wins() -> None:
    found = find_headings(
        [["2026 年第一期报名表"], ["姓名"], ["姓名", "身份证号", "电话", "备注"], ["甲", "1", "2", ""]]
    )
    assert (found.top, found.missing, found.unknown, found.clear) == (2, (), (3,), True)


def test_what_is_missing_or_doubled_is_asked() -> None:
    found = find_headings([["姓名", "手机", "联系电话"]])
    assert [column.key for column in found.missing] == ["id_number"]
    assert [(column.key, places) for column, places in found.doubled.items()] == [("phone", (1, 2))]
    assert not found.clear
    with pytest.raises(Refused):
        found.require()


def test_what_somebody_chose_counts() -> None:
    cells = [["谁", "号", "手机", "联系电话"], ["甲", "1", "2", "3"]]
    assert find_headings(cells).columns.keys() == {2}
    found = find_headings(cells, {"0": "name", "1": "id_number", "2": "", "x": "name"})
    assert {place: column.key for place, column in found.columns.items()} == {
        0: "name",
        1: "id_number",
        3: "phone",
    }
    assert found.clear


@pytest.mark.parametrize(("cells", "top"), [([], 0), ([["", ""], ["甲"]], 0), ([["x"], ["a", "b"]], 1)])
def test_without_any_known_heading(cells: list[list[str]], top: int) -> None:
    found = find_headings(cells)  # type: ignore[arg-type]
    assert (found.top, len(found.missing)) == (top, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_tables(encoding: str, separator: str) -> None:
    lines = [["姓名", "号码", "备注"], ["测𠮷", '="999999199506170010"', "'007"]]
    content = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    assert open_any_sheet(content, name="A.CSV") == [
        ["姓名", "号码", "备注"],
        ["测𠮷", "999999199506170010", "007"],
    ]


def test_a_spreadsheet_is_no_text() -> None:
    assert open_any_sheet(book([]), name="a.xlsx")[0][0] == "姓名"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x00\xff",
        b"a\x00b,c",
        b"a" * (delimited.LIMIT_BYTES + 1),
        b"a," * 300,
        b'"' + b"a" * 200_000,
    ],
)
def test_text_that_is_no_table(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        open_csv(content, name="a.csv")
    assert refused.value.code == "sheet"


def test_a_table_of_too_many_lines() -> None:
    with pytest.raises(Refused) as refused:
        open_csv(b"a,b\n" * (delimited.LIMIT_ROWS + 30), name="a.csv")
    assert refused.value.code == "sheet-rows"
