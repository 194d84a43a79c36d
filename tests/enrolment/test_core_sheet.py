"""A sheet of candidates: what is read, what is refused, and with which words."""

import io
import struct
import zipfile
from datetime import date, datetime
from typing import Any

import pytest

from tests.enrolment.books import HEADINGS, book, package, replaced, student
from tests.factories.world import id_number
from zhiheng.enrolment.core import workbook
from zhiheng.enrolment.core.asking import asked_fields
from zhiheng.enrolment.core.columns import COLUMNS
from zhiheng.enrolment.core.sheet import SheetRead, Wanted, read_sheet
from zhiheng.enrolment.core.template import template
from zhiheng.enrolment.core.words import level_word
from zhiheng.enrolment.core.workbook import open_sheet
from zhiheng.foundation.errors import Refused
from zhiheng.standards.core.conditions import load_conditions

SHEET = "xl/worksheets/sheet1.xml"
NATIONAL = Wanted(
    conditions=load_conditions("nos-4-01-02-07-2021"),
    programme="internet-marketer",
    level="5",
    trade="B",
    today=date(2026, 11, 10),
)
ASSOCIATION = Wanted(
    conditions=load_conditions("ccia-000"),
    programme="internet-marketing",
    level="junior",
    trade="",
    today=date(2026, 11, 10),
)


def read(content: bytes, wanted: Wanted = ASSOCIATION) -> SheetRead:
    return read_sheet(open_sheet(content, name="报名.xlsx"), wanted=wanted)


def one(wanted: Wanted = ASSOCIATION, **cells: Any) -> SheetRead:
    """A sheet of one good candidate with these cells added or changed."""
    row = dict(zip(HEADINGS, student(7), strict=True)) | cells
    return read(book([list(row.values())], headings=list(row)), wanted)


def columns(found: SheetRead) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in found.faults]


def code_of(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        open_sheet(content, name="报名.xlsx")
    return refused.value.code


def test_a_student_is_read() -> None:
    found = read(book([student(1)]))

    assert found.faults == ()
    assert [(row.row, row.name, row.id_number, row.phone) for row in found.rows] == [
        (2, "测学生1", id_number(1), "13900000001")
    ]
    assert found.rows[0].profile == {
        "education": [{"level": "大专", "status": "在读", "major": "电子商务", "major_related": True}]
    }


def test_every_kind_of_record_is_read() -> None:
    found = one(
        NATIONAL,
        **{
            "申报项目": "互联网营销师",
            "申报级别": "五级",
            "申报工种": "b",
            "报名条件": "（1）",
            "通讯地址": "示范路 1 号",
            "工作开始日": datetime(2023, 1, 1),
            "工作结束日": "2023年12月31日",
            "工作与职业关系": "本职业",
            "工作开始日 2": "20240301",
            "相关领域2": "否",
            "证书种类": "国家职业资格或职业技能等级证书",
            "证书级别": "5",
            "发证日期": "2024/5/6",
            "培训级别": "五级",
            "培训学时": 80,
            "结业证书": True,
            "学徒期满": "是",
            "学徒与职业关系": "本职业",
        },
    )

    assert found.faults == ()
    row = found.rows[0]
    assert (row.condition, row.address) == ("1", "示范路 1 号")
    assert row.profile["employment"] == [
        {"start": "2023-01-01", "end": "2023-12-31", "relation": "本职业"},
        {"start": "2024-03-01", "related_field": False},
    ]
    assert row.profile["certificates"] == [{"kind": "national", "level": "五级", "issued": "2024-05-06"}]
    assert row.profile["training"] == [{"level": "五级", "hours": 80, "completion_certificate": True}]
    assert row.profile["apprenticeship"] == {"completed": True, "relation": "本职业"}


def test_headings_may_stand_below_a_title_and_be_worded_otherwise() -> None:
    cells: list[list[Any]] = [
        ["2026 年报名表"],
        [],
        ["考生姓名 *", "身份证号（18位）", "联系电话：", "备注", "姓名"],
        ["测某", id_number(3), 13900000003.0, "随便", "另一个"],
        ["短"],
        ["", "", ""],
    ]
    found = read_sheet(cells, wanted=ASSOCIATION)

    assert {fault.row for fault in found.faults} == {5}
    assert [(row.row, row.name, row.phone) for row in found.rows] == [(4, "测某", "13900000003")]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"姓名": ""}, "姓名"),
        ({"姓名": "长" * 101}, "姓名"),
        ({"身份证号码": "99999919950617001X"}, "身份证号码"),
        ({"身份证号码": 999999199506170010}, "身份证号码"),
        ({"手机号": "12"}, "手机号"),
        ({"申报项目": "糕点师"}, "申报项目"),
        ({"申报项目": "全媒体运营师"}, "申报项目"),
        ({"申报级别": "高级"}, "申报级别"),
        ({"申报级别": "九段"}, "申报级别"),
        ({"申报工种": "A"}, "申报工种"),
        ({"报名条件": "99"}, "报名条件"),
        ({"学历": "幼儿园"}, "学历"),
        ({"毕业状态": None}, "毕业状态"),
        ({"专业相关": "也许"}, "专业相关"),
        ({"工作开始日": "去年"}, "工作开始日"),
        ({"工作开始日": "2026-02-30"}, "工作开始日"),
        ({"工作开始日": "2026-11-11"}, "工作开始日"),
        ({"工作结束日": "2025-01-01"}, "工作开始日"),
        ({"工作开始日": "2025-02-01", "工作结束日": "2025-01-01"}, ""),
        ({"培训学时": "许多", "培训级别": "五级"}, "培训学时"),
    ],
)
def test_a_bad_cell_is_named_with_row_and_column(cells: dict[str, Any], column: str) -> None:
    found = one(**cells)

    assert found.rows == ()
    assert (2, column) in columns(found)
    assert all(fault.reason for fault in found.faults)


def test_a_trade_without_the_level_is_refused_in_words() -> None:
    senior = Wanted(
        conditions=NATIONAL.conditions,
        programme="internet-marketer",
        level="1",
        trade="A",
        today=NATIONAL.today,
    )

    assert [fault.reason for fault in one(senior, 申报工种="D").faults] == [
        "平台管理员不设一级/高级技师，只设五级/初级工、四级/中级工、三级/高级工。"
        f"依据：{NATIONAL.conditions.title}。请改报该工种设有的级别，或改报其他工种。"
    ]
    assert columns(one(NATIONAL, 申报工种="视频创推员")) == [(2, "申报工种")]


def test_one_bad_row_does_not_hold_up_the_others() -> None:
    found = read(book([student(1), student(2, name="，" * 60), student(3), student(1)]))

    assert [row.row for row in found.rows] == [2, 4]
    assert columns(found) == [(3, "姓名"), (5, "身份证号码")]


def test_a_moment_counts_as_its_day() -> None:
    cells: list[list[Any]] = [
        ["姓名", "身份证号码", "手机号", "工作开始日"],
        ["测某", id_number(3), "13900000003", datetime(2024, 3, 1, 8, 30)],
    ]
    found = read_sheet(cells, wanted=ASSOCIATION)

    assert found.rows[0].profile == {"employment": [{"start": "2024-03-01"}]}


@pytest.mark.parametrize(("said", "meant"), [("已毕业", "毕业"), ("在校生", "在读")])
def test_words_people_usually_write_are_understood(said: str, meant: str) -> None:
    found = one(毕业状态=said, 学历="大学专科")
    assert found.faults == ()
    assert [(record["level"], record["status"]) for record in found.rows[0].profile["education"]] == [
        ("大专", meant)
    ]


def test_formulas_are_not_run() -> None:
    found = one(专业="=1+1", 学校='=HYPERLINK("http://x")')

    assert found.rows[0].profile["education"][0]["major"] == "0"  # the value kept in the file, never computed


def test_the_template_reads_back_as_an_empty_sheet() -> None:
    for wanted in (NATIONAL, ASSOCIATION):
        content = template(wanted, title="某科")
        cells = open_sheet(content, name="模板.xlsx")

        assert [str(cell).rstrip("*") for cell in cells[0]] == [column.heading for column in COLUMNS]
        assert str(cells[1][0]).startswith("示例")
        assert read_sheet(cells, wanted=wanted) == SheetRead(rows=(), faults=())


def test_a_sheet_without_headings_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read(book([student(1)], headings=["甲", "乙"]))
    assert refused.value.code == "sheet-headings"


def test_more_rows_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhiheng.enrolment.core.sheet.LIMIT_ROWS", 2)
    assert len(read(book([student(1), student(2)])).rows) == 2

    with pytest.raises(Refused) as refused:
        read(book([student(1), student(2), student(3)]))
    assert refused.value.code == "sheet-rows"


def test_hostile_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    good = book([student(1)])
    assert code_of(b"") == "sheet"
    assert code_of(b"name,id\n1,2") == "sheet"
    assert code_of(good[:400]) == "sheet"
    assert code_of(package({"a.txt": b"x"})) == "sheet"
    assert code_of(package({"[Content_Types].xml": b"<x/>"})) == "sheet"
    assert code_of(package({f"{place}": b"" for place in range(501)})) == "sheet"
    assert code_of(package({"bomb": b"0" * (workbook.UNPACKED_BYTES + 1)})) == "sheet"
    assert code_of(replaced(good, SHEET, (b'r="B2"', b'r="XFD2"'))) == "sheet"
    assert code_of(replaced(good, SHEET, (b'r="B2"', b'r="B1048576"'))) == "sheet-rows"
    assert code_of(with_sheet(good, b"<row/>" * 10_021)) == "sheet-rows"
    assert code_of(with_sheet(good, b"<row>" + b"<c><v>1</v></c>" * 201 + b"</row>")) == "sheet"
    assert (
        code_of(with_sheet(good, b'<row r="1"><c r="XFD1"/></row>', name="xl/elsewhere/one.xml")) == "sheet"
    )
    with zipfile.ZipFile(io.BytesIO(good)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    assert code_of(package(parts | {"content.xml": b"<x/>"})) == "sheet"
    assert code_of(smaller_than_it_is(package(parts | {"xl/zz.xml": b"a" * 5000}))) == "sheet"
    monkeypatch.setattr(workbook, "LIMIT_BYTES", 10)
    assert code_of(good) == "sheet"


def with_sheet(content: bytes, rows: bytes, *, name: str = SHEET) -> bytes:
    """The same package with these rows, placed or not, as one of its sheets."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = {entry: file.read(entry) for entry in file.namelist()}
    return package(parts | {name: b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"})


def smaller_than_it_is(content: bytes) -> bytes:
    """The last part claims to unpack to ten bytes, in its own heading and in the directory."""
    changed = bytearray(content)
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", changed, content.rfind(mark) + offset, 10)
    return bytes(changed)


def test_what_a_level_asks_for() -> None:
    assert asked_fields(ASSOCIATION.conditions, "junior") == {
        "certificates",
        "education",
        "employment",
        "major",
        "major_related",
        "related_field",
    }
    assert asked_fields(NATIONAL.conditions, "五级") == {
        "apprenticeship",
        "employment",
        "relation",
        "training",
    }
    assert {"school_type", "final_year", "assessed_skill_target"} <= asked_fields(NATIONAL.conditions, "4")


def test_levels_have_one_form() -> None:
    assert [level_word(level) for level in (5, "5", "五级", "初级")] == ["五级", "五级", "五级", "初级"]


class ByWords:
    """Two offerings: the words say which; whoever says neither is read against the first."""

    fallback = ASSOCIATION

    def choose(self, *, programme: str, level: str, trade: str) -> Wanted:
        if level == "初级":
            return ASSOCIATION
        raise Refused(what=f"没有“{level}”", remedy="请填写初级", code="unknown-level")


def of_offering(**cells: Any) -> SheetRead:
    row = dict(zip(HEADINGS, student(7), strict=True)) | cells
    content = book([list(row.values())], headings=list(row))
    return read_sheet(open_sheet(content, name="报名.xlsx"), wanted=ByWords())


def test_a_row_says_itself_which_offering_it_means() -> None:
    assert [row.id_number for row in of_offering(申报级别="初级").rows] == [id_number(7)]


@pytest.mark.parametrize(("cells", "column"), [({"申报级别": "九级"}, "申报级别"), ({}, "")])
def test_a_row_that_means_no_offering_is_blamed_where_it_says_so(cells: dict[str, str], column: str) -> None:
    found = of_offering(**cells)
    assert found.rows == ()
    assert columns(found) == [(2, column)]
