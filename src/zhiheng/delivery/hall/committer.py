"""Group commit: whatever has arrived goes to storage in one transaction, then everyone is told.

Knows no transport and no database. `add` is called on the event loop. While the store is quick it is
called there too, which spares two threads the struggle for the interpreter; when it is slow a writer
thread calls it, and the answers come back to the loop through `post`. One batch is written at a time.
Nobody is told anything before the store has returned, and a writer that fails takes the whole service
with it through `on_death`.
"""

import queue
import sys
import threading
import time
import traceback
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.hall.store import LogStore, Outcome

OnDurable = Callable[[Outcome], None]
Post = Callable[[Callable[[], None]], object]
Batch = tuple[list[Entry], list[OnDurable]]

BATCH_LIMIT = 4_096
"""Rows in one transaction, so that neither it nor the telling afterwards holds the loop for long."""
QUICK_SECONDS = 0.003
SLOW_SECONDS = 0.005
"""Waiting for the disk in an average batch: below the first the loop itself writes, above the second it hands over."""
STUCK_SECONDS = 20.0
"""A batch in hand for so long: the store hangs, as on a standby that does not answer."""
SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4096)


@dataclass(slots=True)
class CommitFigures:
    """Since the start: batches, rows, and the seconds spent inside the store.

    by_seconds, by_size: batches counted by the bounds `SECONDS` and `SIZES` (a batch is counted at the
    first bound it does not exceed), the last number those above every bound.
    """

    batches: int = 0
    rows: int = 0
    seconds: float = 0.0
    largest: int = 0
    by_seconds: list[int] = field(default_factory=lambda: [0] * (len(SECONDS) + 1))
    by_size: list[int] = field(default_factory=lambda: [0] * (len(SIZES) + 1))

    def count(self, rows: int, seconds: float) -> None:
        self.batches += 1
        self.rows += rows
        self.seconds += seconds
        self.largest = max(self.largest, rows)
        self.by_seconds[bisect_left(SECONDS, seconds)] += 1
        self.by_size[bisect_left(SIZES, rows)] += 1


class Committer:
    def __init__(
        self,
        store: LogStore,
        *,
        post: Post,
        on_death: Callable[[BaseException], None],
        soon: Post | None = None,
    ) -> None:
        """post: run a callable on the event loop, from any thread. soon: the same from the loop itself."""
        self._store = store
        self._post = post
        self._soon = soon or post
        self._on_death = on_death
        self._entries: list[Entry] = []
        self._tells: list[OnDurable] = []
        self._work: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._busy = False
        self._dead = False
        self._average = SLOW_SECONDS  # until the store has shown how quick it is
        self._inline = False
        self._took_up: float | None = None
        self.figures = CommitFigures()
        self._thread = threading.Thread(target=self._write, name="hall-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Rows accepted and not yet handed to the writer."""
        return len(self._entries)

    @property
    def idle(self) -> bool:
        return not self._busy and not self._entries

    @property
    def alive(self) -> bool:
        """Whether rows given now may be expected to become durable."""
        stuck = self._took_up is not None and time.monotonic() - self._took_up > STUCK_SECONDS
        return self._thread.is_alive() and not self._dead and not stuck

    def add(self, entry: Entry, on_durable: OnDurable) -> None:
        self._entries.append(entry)
        self._tells.append(on_durable)
        if not self._busy:
            self._busy = True
            self._soon(self._hand_over)  # at the end of this turn, so that its other rows come along

    def stop(self) -> None:
        """End the writer after the batch in hand; call when idle."""
        self._work.put(None)
        self._thread.join()

    def _hand_over(self) -> None:
        batch = self._entries[:BATCH_LIMIT], self._tells[:BATCH_LIMIT]
        del self._entries[:BATCH_LIMIT], self._tells[:BATCH_LIMIT]
        self._took_up = time.monotonic()
        if not self._inline:
            self._work.put(batch)
            return
        try:
            done = self._commit(batch)
        except BaseException as error:
            self._die(error)
        else:
            self._tell(*done)

    def _write(self) -> None:
        """The writer thread."""
        try:
            while (batch := self._work.get()) is not None:
                self._post(partial(self._tell, *self._commit(batch)))
        except BaseException as error:  # whatever it was, nothing can be kept any more
            self._post(partial(self._die, error))

    def _commit(self, batch: Batch) -> tuple[list[OnDurable], Sequence[Outcome], float, float]:
        """Whom to tell what; the seconds it took, and how many of them this thread did not work."""
        began, worked = time.perf_counter(), time.thread_time()
        outcomes = self._store.append(batch[0])
        took = time.perf_counter() - began
        return batch[1], outcomes, took, took - (time.thread_time() - worked)

    def _die(self, error: BaseException) -> None:
        self._dead = True
        self._on_death(error)

    def _measure(self, waited: float) -> None:
        if self._store.shared:
            return  # it is asked over a network, which may hang; the loop must not
        self._average += (min(waited, 10 * SLOW_SECONDS) - self._average) / 16
        self._inline = self._average < (SLOW_SECONDS if self._inline else QUICK_SECONDS)

    def _tell(self, tells: list[OnDurable], outcomes: Sequence[Outcome], took: float, waited: float) -> None:
        self.figures.count(len(tells), took)
        self._measure(waited)
        self._took_up = None
        if not self._entries:
            self._busy = False
        elif self._inline:
            self._soon(self._hand_over)
        else:
            self._hand_over()  # the writer works while these are told
        for tell, outcome in zip(tells, outcomes, strict=True):
            try:
                tell(outcome)
            except Exception:  # the row is durable; one whom it cannot be told must not silence the others
                traceback.print_exc(file=sys.stderr)
