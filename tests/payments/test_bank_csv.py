"""Reading one row of a bank's statement, without a database."""

from datetime import date

import pytest

from zhiheng.foundation.errors import Refused
from zhiheng.payments.core.bank_csv import MOST_BYTES, MOST_ROWS, BankLine, read_statement

BOTH = "交易日期,流水号,收入金额,金额,附言"


def only(heading: str, row: str) -> BankLine:
    (line,) = read_statement(f"{heading}\n{row}".encode())
    return line


@pytest.mark.parametrize(
    ("row", "amount"),
    [
        ("2026-11-10,S,680.00,680.00,x", 68000),
        ("2026-11-10,S,,680.00,x", 0),
        ("2026-11-10,S,,,x", 0),
        ("2026-11-10,S,,六百,x", None),
        ("2026-11-10,S", 0),
    ],
)
def test_an_empty_income_is_money_that_went_the_other_way(row: str, amount: int | None) -> None:
    assert only(BOTH, row).amount_fen == amount


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",S,1,x", "交易日期“”读不懂"),
        ("昨天,S,1,x", "交易日期“昨天”读不懂"),
        ("2026-02-30,S,1,x", "交易日期“2026-02-30”读不懂"),
        ("2026-11-10,,1,x", "没有流水号"),
        (f"2026-11-10,{'9' * 65},1,x", "流水号超过 64 个字符"),
        ("2026-11-10,S,,x", "金额读不懂"),
        ("2026-11-10,S,1.005,x", "金额读不懂"),
        ("2026-11-10,S,1.05,x", ""),
    ],
)
def test_a_row_that_cannot_be_read_says_why(row: str, problem: str) -> None:
    assert only("交易日期,流水号,金额,附言", row).problem == problem


def test_everything_said_about_a_row_is_its_remark() -> None:
    line = only("日期,流水号,金额,附言,摘要,对方户名", "20261110,S,1,甲,乙,丙")
    assert (line.day, line.remark, line.payer) == (date(2026, 11, 10), "甲 乙", "丙")


def test_a_cell_without_end_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read_statement(b'"' + b"x" * 200_000)
    assert refused.value.code == "statement-encoding"


HEADING = "交易日期,流水号,金额,附言"
ROW = "2026-11-10,S,680.00,ZH1"


def read(*rows: str) -> tuple[BankLine, ...]:
    return read_statement("\n".join((HEADING, *rows)).encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_either_encoding_is_read(encoding: str) -> None:
    (line,) = read_statement(f"{HEADING}\n{ROW}".encode(encoding))
    assert (line.number, line.serial, line.amount_fen, line.remark) == (2, "S", 68000, "ZH1")


def test_what_stands_above_the_heading_and_sums_below_are_passed_over() -> None:
    content = f"账号,1234\n期间,2026-11\n{HEADING}\n{ROW}\n,,,\n合计,,680.00,\n"
    assert [line.number for line in read_statement(content.encode())] == [4]


def test_a_statement_of_too_many_rows_is_refused_and_of_the_most_is_read() -> None:
    assert len(read(*[ROW] * MOST_ROWS)) == MOST_ROWS
    with pytest.raises(Refused) as refused:
        read(*[ROW] * (MOST_ROWS + 1))
    assert (refused.value.code, refused.value.what) == ("statement-too-long", "文件有 5001 行，超过 5000 行")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HEADING.encode(), "statement-empty"),
        (f"{HEADING}\n合计,,0,".encode(), "statement-empty"),
        (b"x" * (MOST_BYTES + 1), "statement-too-long"),
        (b"\xff\xff", "statement-encoding"),
        (f"{HEADING}\n\0".encode(), "statement-encoding"),
        (b"", "statement-heading"),
    ],
)
def test_what_is_no_statement_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_statement(content)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("heading", "says"),
    [
        ("甲,乙", "文件里找不到表头“交易日期”、“流水号”、“金额或收入金额”、“摘要或附言”"),
        ("甲,乙\n交易日期,流水号,附言", "文件里找不到表头“金额或收入金额”"),
        ("交易日期,流水号,金额\n日期,乙", "文件里找不到表头“摘要或附言”"),
    ],
)
def test_the_columns_missing_from_the_likeliest_heading_are_named(heading: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read_statement(heading.encode())
    assert refused.value.what == says


def test_numbers_guarded_from_the_spreadsheet_are_read_without_their_guards() -> None:
    lines = read('2026-11-10,"=""0012""",680.00,x', "2026-11-10,'0013,680.00,x")
    assert [line.serial for line in lines] == ["0012", "0013"]
