"""What waits for somebody: the one thing a role's home page shows."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One line of a home page.

    title: what is to be done, in words. url: where. count: how many. due: by when, None when no rule sets a time.
    rule: the document and clause behind the due time.
    """

    title: str
    url: str
    count: int = 1
    due: datetime | None = None
    rule: str = ""
