"""When a ticket may be printed, how its number is read aloud, and what a number says by itself."""

from datetime import datetime, timedelta

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.moment import SHANGHAI

ENTRY_OPENS_BEFORE = timedelta(minutes=30)
"""Rooms and the exam address open this long before the start."""

_GROUPS = (4, 3, 3, 5)


def decide_printable(*, opens: datetime, moment: datetime, source: str) -> Decision:
    """Whether candidates and institutions may print tickets yet. source: the clause that sets the day."""
    local = opens.astimezone(SHANGHAI)
    words = f"{local:%Y}年{local.month}月{local.day}日 {local:%H:%M}"
    return Decision.all_of(
        Reason(
            code="tickets-closed",
            text=f"准考证自 {words} 起可以打印" if moment >= opens else f"准考证要到 {words} 才能打印",
            met=moment >= opens,
            rule=source,
            remedy="" if moment >= opens else f"请在 {words} 之后打印",
        )
    )


def grouped(number: str) -> str:
    """261101100100012 -> "2611 011 001 00012": sitting month, programme and level, centre, sequence and check."""
    parts, at = [], 0
    for length in _GROUPS:
        parts.append(number[at : at + length])
        at += length
    return " ".join(part for part in parts if part)
