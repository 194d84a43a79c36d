"""Which fee holds for a candidate: the most particular approved row of the fee table, else the rule set's value."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhiheng.foundation.moment import chinese_day


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeFact:
    """An approved row of the fee table; "" or None = every one. valid_until is the last day it holds; makeup: a fee
    for sitting again instead of one for registering."""

    id: UUID
    rule_set: str
    programme: str
    level: str
    institution: UUID | None
    amount_fen: int
    valid_from: date
    valid_until: date | None
    approved_at: datetime
    makeup: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """basis: which fee this is and why, in words. row, since: the fee table's, None for the rule set's value."""

    amount_fen: int
    basis: str
    row: UUID | None = None
    since: date | None = None


def choose_fee(
    table: Iterable[FeeFact],
    *,
    rule_set: str,
    programme: str,
    level: str,
    institution: UUID | None,
    day: date,
    standard_fen: int,
    makeup: bool = False,
) -> Fee:
    """The row that names the institution before one that names the level, then the programme; of equals, the one
    that holds since the later day, then the one approved later. standard_fen: the rule set's value. Without an
    institution it is the fee of anybody, as the public reads it."""
    holding = [
        row
        for row in table
        if row.makeup == makeup
        and row.rule_set == rule_set
        and row.programme in ("", programme)
        and row.level in ("", level)
        and row.institution in (None, institution)
        and row.valid_from <= day
        and (row.valid_until is None or day <= row.valid_until)
    ]
    if not holding:
        return Fee(amount_fen=standard_fen, basis=f"规则集 {rule_set} 的{'补考费' if makeup else '报名费'}")
    row = max(holding, key=_rank)
    return Fee(
        amount_fen=row.amount_fen,
        basis=f"费用表：{scope_words(row)}，{_period(row)}",
        row=row.id,
        since=row.valid_from,
    )


def _rank(row: FeeFact) -> tuple[bool, bool, bool, date, datetime]:
    return (
        row.institution is not None,
        row.level != "",
        row.programme != "",
        row.valid_from,
        row.approved_at,
    )


def scope_words(row: FeeFact) -> str:
    parts = (
        "本机构" if row.institution else "",
        "本项目" if row.programme else "",
        "本等级" if row.level else "",
    )
    return f"规则集 {row.rule_set} {'、'.join(part for part in parts if part) or '各项目各等级'}"


def _period(row: FeeFact) -> str:
    until = f"至 {chinese_day(row.valid_until)}" if row.valid_until else "起"
    return f"{chinese_day(row.valid_from)} {until}执行"
