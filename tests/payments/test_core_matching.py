"""Which row pays which order, row by row; and what leaves the books when an order is given up."""

from dataclasses import replace
from datetime import date

import pytest

from zhiheng.payments.core.bank_csv import BankLine
from zhiheng.payments.core.ledger import Balance, Side, fee_cancelled
from zhiheng.payments.core.matching import Judged, Outcome, judge, references_in

TODAY = date(2026, 11, 10)
LINE = BankLine(number=2, serial="S1", day=TODAY, amount_fen=68000, remark="报名费 ZH26A1", payer="甲")
OWED = {"ZH26A1": 68000, "ZH26B2": 90000}


def judged(*lines: BankLine, used: dict[str, str] | None = None) -> list[tuple[Outcome, str, str]]:
    found = judge(lines, owed=OWED, used=used or {}, today=TODAY)
    assert [one.line for one in found] == list(lines)
    return [(one.outcome, one.reference, one.reason) for one in found]


@pytest.mark.parametrize(
    ("change", "outcome", "reference", "reason"),
    [
        ({}, Outcome.MATCHED, "ZH26A1", "订单 ZH26A1 付清"),
        ({"amount_fen": 60000}, Outcome.PART, "ZH26A1", "订单 ZH26A1 付后尚欠 80.00 元"),
        (
            {"amount_fen": 70000},
            Outcome.OVERPAID,
            "ZH26A1",
            "订单 ZH26A1 尚欠 680.00 元，多付 20.00 元，请核对后人工确认",
        ),
        ({"amount_fen": -68000}, Outcome.OUTGOING, "", "支出或零金额，不是到账"),
        ({"amount_fen": 0}, Outcome.OUTGOING, "", "支出或零金额，不是到账"),
        ({"problem": "没有流水号"}, Outcome.UNREADABLE, "", "没有流水号"),
        ({"day": None}, Outcome.UNREADABLE, "", "缺少日期或金额"),
        ({"amount_fen": None}, Outcome.UNREADABLE, "", "缺少日期或金额"),
        ({"day": date(2026, 11, 11)}, Outcome.UNREADABLE, "", "交易日期 2026年11月11日 在今天之后"),
        ({"remark": "报名费"}, Outcome.UNMATCHED, "", "附言里没有订单号"),
        ({"remark": "ZH99Z9"}, Outcome.UNMATCHED, "", "没有订单号为 ZH99Z9 的订单"),
        (
            {"remark": "ZH26A1，ZH26B2"},
            Outcome.UNMATCHED,
            "",
            "附言里有 2 个订单号（ZH26A1、ZH26B2），请人工分开确认",
        ),
    ],
)
def test_a_row_is_judged_with_its_reason(
    change: dict[str, object], outcome: Outcome, reference: str, reason: str
) -> None:
    assert judged(replace(LINE, **change)) == [(outcome, reference, reason)]  # type: ignore[arg-type]  # one field each


def test_what_an_earlier_row_paid_a_later_one_no_longer_finds_owed() -> None:
    found = judged(
        replace(LINE, amount_fen=60000),
        replace(LINE, amount_fen=8000),
        replace(LINE, serial="S2", amount_fen=8000),
        replace(LINE, serial="S3", amount_fen=100),
    )

    assert [(outcome, reference) for outcome, reference, _ in found] == [
        (Outcome.PART, "ZH26A1"),
        (Outcome.DUPLICATE, "ZH26A1"),
        (Outcome.MATCHED, "ZH26A1"),
        (Outcome.SETTLED, "ZH26A1"),
    ]
    assert found[1][2] == "流水号 S1 已用于订单 ZH26A1，不再计入"
    assert found[3][2] == "订单 ZH26A1 已付清，这笔 1.00 元请核对后退回"


def test_a_serial_confirmed_before_names_its_order() -> None:
    assert judged(LINE, used={"S1": "ZH26B2"}) == [
        (Outcome.DUPLICATE, "ZH26B2", "流水号 S1 已用于订单 ZH26B2，不再计入")
    ]


def test_only_what_settles_is_good() -> None:
    good = {outcome for outcome in Outcome if Judged(line=LINE, outcome=outcome, reason="").good}
    assert good == {Outcome.MATCHED, Outcome.PART}


@pytest.mark.parametrize(
    ("remark", "found"),
    [
        ("报名费", ()),
        ("zh26a1", ("ZH26A1",)),
        ("ＺＨ２６Ａ１", ("ZH26A1",)),
        ("ZH26A1 ZH26A1", ("ZH26A1",)),
        ("ZH26A1、ZH26B2", ("ZH26A1", "ZH26B2")),
        ("ZH26A1ZH26B2", ("ZH26A1", "ZH26B2")),
        ("Z H26-A1", ("ZH26A1",)),
    ],
)
def test_a_reference_is_found_however_the_bank_wrote_it(remark: str, found: tuple[str, ...]) -> None:
    assert references_in(remark) == found


def test_a_fee_that_is_given_up_leaves_both_sides() -> None:
    posting = fee_cancelled(institution="I", kind="exam", amount_fen=68000, reference="ZH26A1")

    assert posting.memo == "订单 ZH26A1 费用冲减"
    assert posting.sides == (
        Side(account="income:exam", amount_fen=68000),
        Side(account="institution:I", amount_fen=-68000),
    )


def test_what_is_owed_and_what_is_held() -> None:
    balance = Balance(ordered_fen=90000, cancelled_fen=10000, received_fen=70000, refunded_fen=5000)
    assert (balance.owed_fen, balance.held_fen) == (15000, 65000)
    assert (Balance().owed_fen, Balance().held_fen) == (0, 0)
