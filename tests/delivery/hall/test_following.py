"""What a hall takes up from the log: all of it at start, others' rows afterwards, lot by lot."""

from collections.abc import Callable, Iterable

import msgspec
import pytest

from zhiheng.delivery.core.attempt import Entry, opened_entry
from zhiheng.delivery.hall import following as module
from zhiheng.delivery.hall.following import Following


class Log:
    """A log in memory that others may write to."""

    def __init__(self, rows: int, *, shared: bool, others: bool = False) -> None:
        self.rows: list[Entry] = []
        self.shared = shared
        self.there_are_others = others
        self.answer(rows)

    def answer(self, rows: int) -> None:
        for _ in range(rows):
            place = len(self.rows) + 1
            self.rows.append(
                Entry(
                    attempt="a",
                    epoch=1,
                    item="x",
                    seq=place,
                    kind="answer",
                    body='"a"',
                    server_time=1,
                    id=place,
                )
            )

    def open(self, epoch: int) -> None:
        opened = opened_entry("a", epoch=epoch, at=1)
        self.rows.append(msgspec.structs.replace(opened, id=len(self.rows) + 1))

    def append(self, entries: object) -> list[object]:
        raise NotImplementedError("nothing is written here")

    def attempt(self, attempt: str) -> list[Entry]:
        return []

    def control(self, *, after: int = 0) -> list[Entry]:
        return [row for row in self.rows if row.kind != "answer" and row.id > after]

    def answers(self, *, after: int, limit: int) -> list[Entry]:
        return [row for row in self.rows if row.kind == "answer" and row.id > after][:limit]

    def others(self) -> bool:
        return self.there_are_others

    def close(self) -> None:
        """Nothing was opened."""


class Loop:
    """Runs what is read and what is put off only when told to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []
        self.pauses = 0

    def read(self, act: Callable[[], object], then: Callable[[object], None]) -> None:
        self.waiting.append(lambda: then(act()))

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        self.pauses += 1
        self.waiting.append(act)

    def run(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


def follow(log: Log) -> tuple[Following, Loop, list[int]]:
    taken: list[int] = []
    loop = Loop()

    def remember(rows: Iterable[Entry]) -> None:
        taken.extend(row.id for row in rows)

    following = Following(log, remember=remember, read=loop.read, later=loop.later)  # type: ignore[arg-type]  # a log that only reads
    return following, loop, taken


@pytest.fixture(autouse=True)
def small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOT", 10)


def test_at_start_control_rows_come_first_and_answers_in_lots() -> None:
    log = Log(25, shared=False)
    log.open(1)
    following, loop, taken = follow(log)
    following.begin()
    assert taken == [26]
    loop.run()
    assert taken == [26, *range(1, 26)]
    assert loop.pauses == 2
    following.tick()
    loop.run()
    assert len(taken) == 26


def test_on_a_shared_log_control_rows_of_others_are_followed_and_answers_while_there_are_others() -> None:
    log = Log(3, shared=True)
    following, loop, taken = follow(log)
    following.begin()
    loop.run()
    log.open(2)
    log.answer(1)
    following.tick()
    following.tick()
    loop.run()
    assert taken == [1, 2, 3, 4]
    log.there_are_others = True
    log.answer(1)
    following.tick()
    loop.run()
    assert taken == [1, 2, 3, 4, 5, 6]


def test_a_row_that_cannot_be_taken_up_does_not_end_the_following() -> None:
    log = Log(0, shared=True)
    loop, taken = Loop(), list[int]()

    def remember(rows: Iterable[Entry]) -> None:
        for row in rows:
            if row.epoch == 1:
                raise ValueError("a row from a newer version")
            taken.append(row.id)

    following = Following(log, remember=remember, read=loop.read, later=loop.later)  # type: ignore[arg-type]  # a log that only reads
    following.begin()
    loop.run()
    log.open(1)
    following.tick()
    with pytest.raises(ValueError, match="newer version"):
        loop.run()
    log.open(2)
    following.tick()
    loop.run()
    assert taken == [2]
