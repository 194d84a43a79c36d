"""Slows down guessing at one ticket: five wrong tries, then half a minute of waiting."""

TRIES = 5
WAIT_MS = 30_000
REMEMBERED = 50_000


class Throttle:
    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, int]] = {}

    def wait(self, ticket: str, *, now: int) -> int:
        """Whole seconds until the ticket may be tried again; 0 when it may be now."""
        count, last = self._failures.get(ticket, (0, 0))
        if count < TRIES:
            return 0
        left = last + WAIT_MS - now
        if left <= 0:
            del self._failures[ticket]
            return 0
        return -(-left // 1000)

    def failed(self, ticket: str, *, now: int) -> None:
        if len(self._failures) >= REMEMBERED:
            self._failures.clear()
        count, _ = self._failures.get(ticket, (0, 0))
        self._failures[ticket] = (count + 1, now)

    def clear(self, ticket: str) -> None:
        self._failures.pop(ticket, None)
