"""Group commit: whatever has arrived goes to storage in one transaction, then everyone is told.

Knows no transport and no database. `add` is called on the event loop; one writer thread calls the
store; the answers come back to the loop through `post`. Nobody is told anything before the store has
returned, and a writer that fails takes the whole service with it through `on_death`.
"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.hall.store import LogStore, Outcome

OnDurable = Callable[[Outcome], None]
Post = Callable[[Callable[[], None]], object]


@dataclass(slots=True)
class CommitFigures:
    """Since the start: batches, rows, and the seconds spent inside the store."""

    batches: int = 0
    rows: int = 0
    seconds: float = 0.0
    largest: int = 0


class Committer:
    def __init__(self, store: LogStore, *, post: Post, on_death: Callable[[BaseException], None]) -> None:
        """post: run a callable on the event loop, from any thread."""
        self._store = store
        self._post = post
        self._on_death = on_death
        self._pending: list[tuple[Entry, OnDurable]] = []
        self._work: queue.SimpleQueue[list[tuple[Entry, OnDurable]] | None] = queue.SimpleQueue()
        self._busy = False
        self.figures = CommitFigures()
        self._thread = threading.Thread(target=self._write, name="hall-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Rows accepted and not yet handed to the writer."""
        return len(self._pending)

    @property
    def idle(self) -> bool:
        return not self._busy and not self._pending

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def add(self, entry: Entry, on_durable: OnDurable) -> None:
        self._pending.append((entry, on_durable))
        if not self._busy:
            self._busy = True
            self._post(self._hand_over)  # at the end of this turn, so that its other rows come along

    def stop(self) -> None:
        """End the writer after the batch in hand; call when idle."""
        self._work.put(None)
        self._thread.join()

    def _hand_over(self) -> None:
        batch, self._pending = self._pending, []
        self._work.put(batch)

    def _write(self) -> None:
        try:
            while (batch := self._work.get()) is not None:
                began = time.perf_counter()
                outcomes = self._store.append([entry for entry, _ in batch])
                spent = time.perf_counter() - began
                self._post(_bound(self._tell, batch, outcomes, spent))
        except BaseException as error:  # whatever it was, nothing can be kept any more
            self._post(_bound(self._on_death, error))

    def _tell(self, batch: list[tuple[Entry, OnDurable]], outcomes: list[Outcome], spent: float) -> None:
        figures = self.figures
        figures.batches += 1
        figures.rows += len(batch)
        figures.seconds += spent
        figures.largest = max(figures.largest, len(batch))
        if self._pending:
            self._hand_over()
        else:
            self._busy = False
        for (_, on_durable), outcome in zip(batch, outcomes, strict=True):
            on_durable(outcome)


def _bound(act: Callable[..., None], *facts: object) -> Callable[[], None]:
    return lambda: act(*facts)
