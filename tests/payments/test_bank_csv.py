"""Reading one row of a bank's statement, without a database."""

from datetime import date

import pytest

from zhiheng.foundation.errors import Refused
from zhiheng.payments.core.bank_csv import BankLine, read_statement

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
