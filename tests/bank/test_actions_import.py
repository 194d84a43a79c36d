"""Importing a sheet: good rows are kept, bad rows are named, hostile files are refused."""

import io
import zipfile

import pytest

from tests.bank.sheets import as_csv, as_xlsx, row
from tests.factories.world import World
from zhiheng.bank.actions import import_sheet
from zhiheng.bank.models import ImportRun, Item, ItemStatus, ItemVersion
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role

STANDARD = "4-01-02-07-2021"


@pytest.fixture
def writer(world: World) -> Account:
    return world[Role.ITEM_WRITER]


def bring(writer: Account, content: bytes, name: str = "题.csv", **changes: str) -> ImportRun:
    words = {"pool": "live", "standard": STANDARD, "level": "5", **changes}
    return import_sheet(by=writer, content=content, name=name, **words)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_good_csv_row_becomes_a_draft(writer: Account, encoding: str) -> None:
    run = bring(writer, as_csv(row(), encoding=encoding))

    item = Item.objects.get()
    assert (run.accepted, run.rejected, run.report["faults"]) == (1, 0, [])
    assert (item.name, item.area, item.status) == ("T-1", "livestream", ItemStatus.DRAFT)
    assert ItemVersion.objects.get().written_by == writer


def test_a_good_xlsx_row_becomes_a_draft(writer: Account) -> None:
    run = bring(writer, as_xlsx(row()), name="题.xlsx")

    assert run.accepted == 1
    assert ItemVersion.objects.get().body["difficulty"] == "0.7"


def test_bad_rows_are_reported_by_row_and_column_and_good_ones_kept(writer: Account) -> None:
    run = bring(
        writer,
        as_csv(
            row(),
            row(题号="T-2", 题干="第二题？", 考点代码="skill:99.9.9"),
            row(题号="T-3", 题干="第三题？", 答案="E"),
            row(题号="T-4", 题干="第四题？", 题型="填空"),
            row(题号="T-1", 题干="第五题？"),
        ),
    )

    assert (run.accepted, run.rejected) == (1, 4)
    assert [item.name for item in Item.objects.all()] == ["T-1"]
    assert [(fault["row"], fault["column"], fault["value"]) for fault in run.report["faults"]] == [
        (3, "考点代码", "skill:99.9.9"),
        (4, "答案", "E"),
        (5, "题型", "填空"),
        (6, "题号", "T-1"),
    ]
    assert run.report["faults"][1]["reason"] == "“E”不是选项"


def test_reading_a_sheet_again_keeps_nothing_twice(writer: Account) -> None:
    bring(writer, as_csv(row()))
    again = bring(writer, as_csv(row()))

    assert (again.accepted, again.rejected) == (0, 1)
    assert again.report["faults"][0]["reason"] == "题号已在题库中，请换一个题号"
    assert ItemVersion.objects.count() == 1


def test_a_text_of_the_other_pool_is_reported(writer: Account) -> None:
    bring(writer, as_csv(row()), pool="practice")
    run = bring(writer, as_csv(row(题号="T-9")))

    assert run.rejected == 1
    assert run.report["faults"][0]["column"] == "题干"


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "file-empty"),
        (b"x" * (8 * 1024 * 1024 + 1), "a.csv", "file-too-large"),
        (b"%PDF-1.7 not a sheet", "a.pdf", "sheet-type"),
        (b"%PDF-1.7 not a sheet", "a.xlsx", "not-a-sheet"),
        (b"PK\x03\x04 broken", "a.xlsx", "not-a-sheet"),
        (b"\x00\x01\x02", "a.csv", "not-a-sheet"),
        (b"\xff\xff\xff", "a.csv", "not-a-sheet"),
        ("题干,答案\n甲,A\n".encode(), "a.csv", "sheet-headings"),
        (b"a\n" * 5002, "a.csv", "sheet-too-large"),
        (b"," * 200, "a.csv", "sheet-too-large"),
        (b'"unclosed', "a.csv", "not-a-sheet"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(writer: Account, content: bytes, name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        bring(writer, content, name=name)

    assert refused.value.code == code
    assert not ImportRun.objects.exists()


def test_an_archive_that_unpacks_to_too_much_is_refused_unread(writer: Account) -> None:
    with pytest.raises(Refused) as refused:
        bring(writer, bomb(), name="a.xlsx")

    assert refused.value.code == "file-too-large"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pool": "secret"}, "pool-unknown"),
        ({"standard": "0-00"}, "standard-unknown"),
        ({"level": "9"}, "level-unknown"),
        ({"level": ""}, "level-unknown"),
    ],
)
def test_where_the_sheet_belongs_must_exist(writer: Account, changes: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        bring(writer, as_csv(row()), **changes)

    assert refused.value.code == code
    assert not Item.objects.exists()


def test_one_cell_far_out_does_not_make_room_for_all_before_it(writer: Account) -> None:
    with zipfile.ZipFile(io.BytesIO(as_xlsx(row()))) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    far = parts[sheet].replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"/></row></sheetData>')
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as book:
        for name, part in (parts | {sheet: far}).items():
            book.writestr(name, part)

    with pytest.raises(Refused) as refused:
        bring(writer, target.getvalue(), name="题.xlsx")

    assert refused.value.code == "sheet-rows"
    assert ImportRun.objects.count() == 0
