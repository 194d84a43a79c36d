"""Importing a file: looked at first, good questions become drafts, the others are named, hostile files are refused."""

import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest

from tests.bank.sheets import as_csv, as_xlsx, row
from tests.factories.world import World
from zhiheng.bank.actions import submit_item
from zhiheng.bank.core.exchange.drafts import UNSORTED, Defaults
from zhiheng.bank.core.files import Place
from zhiheng.bank.importing.actions import bring_in, drop, look_at
from zhiheng.bank.models import ImportRun, ImportState, Item, ItemStatus, ItemVersion
from zhiheng.bank.queries import newest_version, question_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role

STANDARD = "4-01-02-07-2021"


@pytest.fixture
def writer(world: World) -> Account:
    return world[Role.ITEM_WRITER]


def seen(writer: Account, content: bytes, name: str = "题.csv", **changes: Any) -> ImportRun:
    defaults = changes.pop("defaults", None)
    place = Place(**{"pool": "live", "standard": STANDARD, "level": "5", **changes})
    return look_at(by=writer, content=content, name=name, place=place, defaults=defaults)


def bring(writer: Account, content: bytes, name: str = "题.csv", **changes: Any) -> ImportRun:
    return bring_in(by=writer, run=seen(writer, content, name, **changes))


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
    assert [(fault["where"], fault["reason"]) for fault in run.report["faults"]] == [
        ("第 4 行", "答案“E”不是选项。选择题的答案写字母，如 A 或 ACD"),
        ("第 3 行", f"考点代码 skill:99.9.9 须在标准 {STANDARD} 5 级 中。请对照职业标准改正代码"),
        ("第 6 行", "与第 2 行的题号相同（T-1）"),
    ]
    assert run.report["unsupported"] == [
        {
            "id": "T-4",
            "type": "fill-in",
            "reason": "填空题不在三种题型之内，请改写成单项选择题或简答题",
            "where": "第 5 行",
        }
    ]


def test_reading_a_sheet_again_keeps_nothing_twice(writer: Account) -> None:
    bring(writer, as_csv(row()))
    again = bring(writer, as_csv(row()))

    assert (again.accepted, again.rejected) == (0, 1)
    assert again.report["faults"][0]["reason"] == "题号 T-1 已在题库中，请换一个题号"
    assert ItemVersion.objects.count() == 1


def test_a_text_of_the_other_pool_is_reported(writer: Account) -> None:
    bring(writer, as_csv(row()), pool="practice")
    run = bring(writer, as_csv(row(题号="T-9")))

    assert run.rejected == 1
    assert run.report["faults"] == [
        {"where": "第 2 行", "reason": "与另一个题库的 T-1 题干相同，同一道题不能在两个题库"}
    ]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "file-empty"),
        (b"x" * (32 * 1024 * 1024 + 1), "a.csv", "file-too-large"),
        (b"%PDF-1.7 not a sheet", "a.pdf", "sheet-type"),
        (b"%PDF-1.7 not a sheet", "a.xlsx", "not-a-sheet"),
        (b"PK\x03\x04 broken", "a.xlsx", "not-a-sheet"),
        (b"\x00\x01\x02", "a.csv", "encoding"),
        (b"\xff\xff\xff", "a.csv", "encoding"),
        ("题干,答案\n甲,A\n".encode(), "a.csv", "sheet-headings"),
        (b"a\n" * 10_022, "a.csv", "sheet-too-large"),
        (b"," * 300, "a.csv", "sheet-too-large"),
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

    assert refused.value.code == "archive-bomb"


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


def test_nothing_enters_the_bank_before_somebody_says_so(writer: Account) -> None:
    run = seen(writer, as_csv(row()))

    assert (run.state, run.accepted, Item.objects.count()) == (ImportState.WAITING, 1, 0)
    dropped = drop(by=writer, run=run)
    assert (dropped.state, dropped.incoming, Item.objects.count()) == (ImportState.DROPPED, None, 0)
    with pytest.raises(Refused) as refused:
        bring_in(by=writer, run=run)
    assert refused.value.code == "import-state"


def test_a_run_is_brought_in_once(writer: Account) -> None:
    run = seen(writer, as_csv(row()))
    bring_in(by=writer, run=run)

    with pytest.raises(Refused) as refused:
        bring_in(by=writer, run=run)

    assert refused.value.code == "import-state"
    assert ItemVersion.objects.count() == 1


def test_a_name_taken_between_looking_and_bringing_in_keeps_the_whole_file_out(writer: Account) -> None:
    one, other = seen(writer, as_csv(row(题号="T-0", 题干="先？"), row())), seen(writer, as_csv(row()))
    bring_in(by=writer, run=other)

    with pytest.raises(Refused) as refused:
        bring_in(by=writer, run=one)

    assert refused.value.code == "item-taken"
    assert [item.name for item in Item.objects.all()] == ["T-1"]


def test_what_lacks_code_and_difficulty_comes_as_a_draft_that_cannot_be_submitted(writer: Account) -> None:
    gift = "::G-1::先核对哪一项？{=库存 ~音乐 ~昵称}".encode()
    run = bring(writer, gift, name="题.gift")

    item = Item.objects.get()
    assert (item.name, item.area, item.status) == ("G-1", UNSORTED, ItemStatus.DRAFT)
    assert question_of(newest_version(item)).options[0].text == "库存"
    assert run.report["accepted"][0]["missing"] == [
        "解析须有文字。请补写解析",
        "难度未填：及格线上考生的预期得分率，如 0.70",
        "须至少有一个考点代码。请填写考点代码",
    ]
    with pytest.raises(Refused) as refused:
        submit_item(by=writer, item=item)
    assert refused.value.code == "explanation-empty"


def test_what_the_officer_says_of_all_questions_holds_where_the_file_is_silent(writer: Account) -> None:
    defaults = Defaults(codes=("skill:4.1.1",), difficulty=Decimal("0.6"))
    bring(writer, as_csv(row(考点代码="", 难度="")), defaults=defaults)

    item = Item.objects.get()
    assert (item.area, item.difficulty) == ("livestream", Decimal("0.600"))
    assert submit_item(by=writer, item=item).status == ItemStatus.REVIEW


def test_a_question_without_a_name_is_named_after_its_text_and_found_again(writer: Account) -> None:
    bring(writer, as_csv(row(题号="1"), row(题号="2")))
    again = seen(writer, as_csv(row(题号="9")))

    assert ItemVersion.objects.count() == 1
    assert again.report["faults"] == [{"where": "第 2 行", "reason": "这道题已在题库中，没有重复收入"}]
