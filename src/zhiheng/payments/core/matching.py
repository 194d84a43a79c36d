"""Which row of a bank's statement pays which order."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhiheng.foundation.moment import chinese_day
from zhiheng.foundation.money import yuan
from zhiheng.payments.core.bank_csv import BankLine

_REFERENCE = re.compile(r"ZH(?:(?!ZH)[0-9A-Z])+")


class Outcome(StrEnum):
    """What a row is; only the first two settle anything."""

    MATCHED = "matched"
    PART = "part"
    OVERPAID = "overpaid"
    SETTLED = "settled"
    UNMATCHED = "unmatched"
    DUPLICATE = "duplicate"
    OUTGOING = "outgoing"
    UNREADABLE = "unreadable"


GOOD = (Outcome.MATCHED, Outcome.PART)
WORDS = {
    Outcome.MATCHED: "付清",
    Outcome.PART: "部分付款",
    Outcome.OVERPAID: "多付",
    Outcome.SETTLED: "订单已付清",
    Outcome.UNMATCHED: "未匹配",
    Outcome.DUPLICATE: "流水号重复",
    Outcome.OUTGOING: "不是收入",
    Outcome.UNREADABLE: "读不懂",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A row with what it is, why in words, and the order it pays ("" for none)."""

    line: BankLine
    outcome: Outcome
    reason: str
    reference: str = ""

    @property
    def good(self) -> bool:
        return self.outcome in GOOD


def references_in(remark: str) -> tuple[str, ...]:
    """Everything in a remark that looks like an order reference, also when the bank broke it by spaces."""
    plain = unicodedata.normalize("NFKC", remark).upper()
    closed = re.sub(r"[\s\-_]", "", plain)
    return tuple(dict.fromkeys(_REFERENCE.findall(plain) + _REFERENCE.findall(closed)))


def judge(
    lines: Sequence[BankLine], *, owed: Mapping[str, int], used: Mapping[str, str], today: date
) -> tuple[Judged, ...]:
    """Judge rows in their order; what an earlier row pays, a later one no longer finds owed.

    owed: order reference -> fen still owed, for every order the remarks may name.
    used: serial number -> the order it was confirmed for.
    """
    left, seen = dict(owed), dict(used)
    found = []
    for line in lines:
        judged = _judge(line, left, seen, today)
        if judged.good:
            left[judged.reference] -= line.amount_fen or 0
            seen[line.serial] = judged.reference
        found.append(judged)
    return tuple(found)


def _judge(line: BankLine, owed: Mapping[str, int], seen: Mapping[str, str], today: date) -> Judged:
    if line.problem or line.day is None or line.amount_fen is None:
        return Judged(line=line, outcome=Outcome.UNREADABLE, reason=line.problem or "缺少日期或金额")
    if line.amount_fen <= 0:
        return Judged(line=line, outcome=Outcome.OUTGOING, reason="支出或零金额，不是到账")
    if line.serial in seen:
        return Judged(
            line=line,
            outcome=Outcome.DUPLICATE,
            reason=f"流水号 {line.serial} 已用于订单 {seen[line.serial]}，不再计入",
            reference=seen[line.serial],
        )
    if line.day > today:
        return Judged(
            line=line, outcome=Outcome.UNREADABLE, reason=f"交易日期 {chinese_day(line.day)} 在今天之后"
        )
    named = [reference for reference in references_in(line.remark) if reference in owed]
    if len(named) != 1:
        return Judged(line=line, outcome=Outcome.UNMATCHED, reason=_why_unmatched(line.remark, named))
    return _against(line, line.amount_fen, named[0], owed[named[0]])


def _why_unmatched(remark: str, named: Sequence[str]) -> str:
    if named:
        return f"附言里有 {len(named)} 个订单号（{'、'.join(named)}），请人工分开确认"
    if looking := references_in(remark):
        return f"没有订单号为 {looking[0]} 的订单"
    return "附言里没有订单号"


def _against(line: BankLine, amount: int, reference: str, owed: int) -> Judged:
    if owed <= 0:
        outcome, reason = Outcome.SETTLED, f"订单 {reference} 已付清，这笔 {yuan(amount)} 元请核对后退回"
    elif amount > owed:
        outcome = Outcome.OVERPAID
        reason = f"订单 {reference} 尚欠 {yuan(owed)} 元，多付 {yuan(amount - owed)} 元，请核对后人工确认"
    elif amount < owed:
        outcome, reason = Outcome.PART, f"订单 {reference} 付后尚欠 {yuan(owed - amount)} 元"
    else:
        outcome, reason = Outcome.MATCHED, f"订单 {reference} 付清"
    return Judged(line=line, outcome=outcome, reason=reason, reference=reference)
