"""Facts in, decision out: the answer every core function gives, with its reasons."""

from dataclasses import dataclass
from typing import Self

from zhiheng.foundation.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One line of a reckoning.

    text: the arithmetic or the fact in Chinese, e.g. "大专；连续 2 年 0 天 ≥ 2 年".
    rule: the document and clause it rests on, e.g. "ccia-000 中级(2)".
    remedy: what to do, and by when, if it is not met.
    """

    code: str
    text: str
    met: bool
    rule: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Yes or no, and why. A "no" is a value; nothing is raised until someone insists (`require`)."""

    granted: bool
    reasons: tuple[Reason, ...] = ()

    @classmethod
    def yes(cls, *reasons: Reason) -> Self:
        return cls(granted=True, reasons=reasons)

    @classmethod
    def no(cls, *reasons: Reason) -> Self:
        return cls(granted=False, reasons=reasons)

    @classmethod
    def all_of(cls, *reasons: Reason) -> Self:
        """Granted when every reason is met."""
        return cls(granted=all(reason.met for reason in reasons), reasons=reasons)

    @property
    def unmet(self) -> tuple[Reason, ...]:
        return tuple(reason for reason in self.reasons if not reason.met)

    def require(self) -> None:
        """Stop an action whose decision is no, so that its transaction is rolled back.

        Raises: Refused, carrying the first unmet reason's words.
        """
        if self.granted:
            return
        first = self.unmet[0] if self.unmet else Reason(code="refused", text="未获准许", met=False)
        raise Refused(
            what="；".join(reason.text for reason in self.unmet) or first.text,
            rule=first.rule,
            remedy=first.remedy,
            code=first.code,
        )
