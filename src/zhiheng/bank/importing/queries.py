"""What a looked-at file holds, question by question in the order of the file."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from zhiheng.bank.core.checks import check_item
from zhiheng.bank.core.terms import Item as Question
from zhiheng.bank.models import ImportRun
from zhiheng.bank.queries import area_of_codes
from zhiheng.foundation.decision import Reason

_NUMBER = re.compile(r"\d+")
Fate = Literal["accepted", "unsupported", "fault", "remark"]


@dataclass(slots=True, kw_only=True)
class Line:
    """One question of the file. facts: what the report keeps of it; remarks: what it had to leave behind."""

    where: str
    fate: Fate
    facts: dict[str, Any]
    remarks: list[str] = field(default_factory=list)


def lines_of(run: ImportRun) -> list[Line]:
    """Every question in its place; a remark that belongs to none of them stands as a line of its own."""
    report = run.report
    lines = [
        *(Line(where=_where(facts), fate="accepted", facts=facts) for facts in report.get("accepted", ())),
        *(
            Line(where=_where(facts), fate="unsupported", facts=facts)
            for facts in report.get("unsupported", ())
        ),
        *(Line(where=_where(facts), fate="fault", facts=facts) for facts in report.get("faults", ())),
    ]
    by_place = {line.where: line for line in lines}
    for facts in report.get("remarks", ()):
        line = by_place.get(facts["where"])
        if line is None:
            lines.append(Line(where=facts["where"], fate="remark", facts=facts))
        else:
            line.remarks.append(facts["reason"])
    heads = {head: place for place, head in enumerate(dict.fromkeys(_head(line.where) for line in lines))}
    return sorted(lines, key=lambda line: (heads[_head(line.where)], _number(line.where)))


def _where(facts: dict[str, Any]) -> str:
    return str(facts.get("where") or f"第 {facts.get('row', 0)} 行")  # reports of earlier days number rows


def _head(where: str) -> str:
    return where.rpartition("：")[0]


def _number(where: str) -> int:
    numbers = _NUMBER.findall(where)
    return int(numbers[-1][:9]) if numbers else 0


def lacks(question: Question) -> tuple[Reason, ...]:
    """What a draft must still be given before it may be submitted."""
    return tuple(check_item(question, area_of=area_of_codes(question.standard)).unmet)
