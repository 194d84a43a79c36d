"""What the log holds beside what this process writes: taken up at start, and from other halls as they go on.

Control rows of other halls on the same database are known within a second. Answers matter here only to
the console, which counts them: those from before the start are taken up in the background, those of
other halls while there are any.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.hall.store import LogStore

LOT = 2_000
PAUSE_SECONDS = 0.05
"""Between two lots, so that a long log is taken up beside the candidates and not before them."""

Found = TypeVar("Found")
Read = Callable[[Callable[[], Found], Callable[[Found], None]], None]
Remember = Callable[[Iterable[Entry]], None]


class Following:
    """read(act, then): run `act` off the loop, then `then` with its result on it. later: as loop.call_later."""

    def __init__(
        self,
        store: LogStore,
        *,
        remember: Remember,
        read: "Read[tuple[list[Entry], list[Entry]]]",
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self._store = store
        self._remember = remember
        self._read = read
        self._later = later
        self._control = 0
        self._answers = 0
        self._reading = False
        self._caught_up = False

    def begin(self) -> None:
        """Take up every control row before the first request; answers afterwards."""
        rows = self._store.control()
        self._remember(rows)
        self._control = rows[-1].id if rows else 0
        self._look()

    def tick(self) -> None:
        """Once a second: what other halls have written."""
        if self._store.shared and not self._reading:
            self._look()

    def _look(self) -> None:
        self._reading = True
        control, answers, behind = self._control, self._answers, not self._caught_up

        def act() -> tuple[list[Entry], list[Entry]]:
            """Off the loop."""
            follow = behind or self._store.others()
            return (
                self._store.control(after=control) if self._store.shared else [],
                self._store.answers(after=answers, limit=LOT) if follow else [],
            )

        self._read(act, self._take)

    def _take(self, found: tuple[list[Entry], list[Entry]]) -> None:
        control, answers = found
        if control:
            self._control = control[-1].id
        if answers:
            self._answers = answers[-1].id
        if len(answers) == LOT:
            self._later(PAUSE_SECONDS, self._look)
        else:
            self._reading = False
            self._caught_up = True
        self._remember(control)
        self._remember(answers)
