"""From component marks to pass or fail, by the pinned rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhiheng.foundation.decision import Decision, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentMark:
    """marks: None when the candidate was absent. rule: the document and clause of the pass mark."""

    key: str
    name: str
    marks: Decimal | None
    pass_marks: Decimal
    rule: str

    @property
    def passed(self) -> bool:
        return self.marks is not None and self.marks >= self.pass_marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """outcome: absent when no component was sat at all."""

    outcome: Literal["passed", "failed", "absent"]
    decision: Decision

    @property
    def reckoning(self) -> list[dict[str, object]]:
        """JSON form for keeping beside the result."""
        return [
            {
                "code": reason.code,
                "text": reason.text,
                "met": reason.met,
                "rule": reason.rule,
                "remedy": reason.remedy,
            }
            for reason in self.decision.reasons
        ]


def decide_pass(components: Sequence[ComponentMark], *, makeup: str) -> Standing:
    """Every component must reach its pass mark; marks are compared as they are, never rounded up.

    makeup: what a failed candidate can do, one sentence.
    """
    decision = Decision.all_of(*(_line(component, makeup) for component in components))
    if decision.granted:
        return Standing(outcome="passed", decision=decision)
    if all(component.marks is None for component in components):
        return Standing(outcome="absent", decision=decision)
    return Standing(outcome="failed", decision=decision)


def _line(component: ComponentMark, makeup: str) -> Reason:
    sign = "≥" if component.passed else "<"
    reached = (
        "缺考"
        if component.marks is None
        else f"{_plain(component.marks)} {sign} {_plain(component.pass_marks)}"
    )
    return Reason(
        code=component.key,
        text=f"{component.name} {reached}",
        met=component.passed,
        rule=component.rule,
        remedy="" if component.passed else makeup,
    )


def _plain(marks: Decimal) -> str:
    text = f"{marks:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
