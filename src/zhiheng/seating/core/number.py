"""Ticket numbers: YYMM, programme (2), level (1), centre (3), running sequence (4), ISO 7064 MOD 11-2 check.

The number is fixed once issued; room and seat are printed beside it, so re-seating never changes it.
"""

from dataclasses import dataclass
from datetime import date

from zhiheng.foundation.check_digit import mod11_2, mod11_2_holds
from zhiheng.foundation.errors import Refused

LENGTH = 15
LAST_SEQUENCE = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketParts:
    """programme, level: the rule set's ticket digits; centre: three digits; sequence: 1 to 9999."""

    sitting: date
    programme: str
    level: str
    centre: str
    sequence: int

    @property
    def series(self) -> str:
        """What the running sequence counts within."""
        return f"{self.sitting:%y%m}{self.programme}{self.level}{self.centre}"


def ticket_number(parts: TicketParts) -> str:
    """The 15 characters. Raises: Refused when the sequence is used up."""
    if not 1 <= parts.sequence <= LAST_SEQUENCE:
        raise Refused(
            what=f"考点 {parts.centre} 本考期的准考证流水号已用到 {LAST_SEQUENCE}",
            rule="准考证号：流水号四位",
            remedy="请为其余考生另设考点",
            code="ticket-sequence",
        )
    body = f"{parts.series}{parts.sequence:04d}"
    return body + mod11_2(body)


def is_ticket_number(text: str) -> bool:
    """Whether a text has the form and check character of a ticket number."""
    return len(text) == LENGTH and mod11_2_holds(text)
