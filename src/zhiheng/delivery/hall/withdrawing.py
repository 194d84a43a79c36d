"""Passes taken back before they run out.

Passes are not kept, so none can be struck off. What is kept is: of this account, every pass that runs out at this
moment or before is no good. A pass given afterwards runs out later, so whoever is appointed anew simply gets one.
"""

from collections.abc import Callable

import msgspec

from zhiheng.delivery.core.attempt import Entry, Kind, control_entry
from zhiheng.delivery.core.token import StaffPass
from zhiheng.foundation.errors import Refused

LIMIT = 10_000
LONGEST_MS = 24 * 60 * 60_000
WHO_LIMIT = 80


class Withdraw(msgspec.Struct, frozen=True, kw_only=True):
    """who: the account. until: milliseconds since 1970 UTC; its passes that run out by then are taken back."""

    who: str
    until: int


class Withdrawn:
    """Who may no longer use which passes. No larger than `limit`, however many are taken back.

    When there are more, those next to run out are remembered without a name: then everybody's passes up to that
    moment are refused. Pages ask for a new one by themselves, and nobody keeps a pass that was taken back.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._until: dict[str, int] = {}
        self._everybody = 0

    def __len__(self) -> int:
        return len(self._until)

    def take(self, row: Entry) -> None:
        """Take up a durable row; twice is once, and an earlier word never shortens a later one."""
        asked = msgspec.json.decode(row.body, type=Withdraw)
        self._until[asked.who] = max(asked.until, self._until.get(asked.who, 0))
        if len(self._until) > self._limit:
            self._make_room(now=row.server_time)

    def has(self, staff: StaffPass) -> bool:
        """Whether this pass was taken back."""
        return staff.expires <= max(self._until.get(staff.who, 0), self._everybody)

    def _make_room(self, *, now: int) -> None:
        self._until = {who: until for who, until in self._until.items() if until > now}
        while len(self._until) > self._limit:
            first = min(self._until, key=self._until.__getitem__)
            self._everybody = max(self._everybody, self._until.pop(first))


def withdrawn_entry(asked: Withdraw, hall: str, *, by: str, now: int) -> Callable[[int], Entry]:
    """The row that takes passes back, once it has its number. Raises: Refused, code "act", when it makes no sense."""
    named = asked.who.isprintable() and 0 < len(asked.who) <= WHO_LIMIT
    if not named or not now < asked.until <= now + LONGEST_MS:
        raise Refused(what="收回监考凭证的请求无法识别", remedy="请由后台发出", code="act")
    body = {"who": asked.who, "until": asked.until, "by": by}
    return lambda serial: control_entry(Kind.WITHDRAWN, hall, serial=serial, body=body, at=now)
