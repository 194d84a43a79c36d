"""Halls on one database: news told to one reach the consoles of the other, once, and of their rooms only."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.delivery.hall.desks import EVERYWHERE, FIRST_ROOM, MINUTE, ROOMS, START, office
from tests.delivery.hall.test_staff import Line
from tests.postgres import temporary_cluster
from zhiheng.delivery.core.token import StaffPass
from zhiheng.delivery.hall.news import HOLDS_MS, News, NewsTable, Told
from zhiheng.delivery.hall.seats import NEWS, SeatBoard

LATER = START + 10 * MINUTE


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with temporary_cluster() as address:
        yield address


def at_once(act: Callable[[], list[Told]], then: Callable[[list[Told]], None]) -> None:
    then(act())


class Side:
    """One hall with three consoles: of the first room, of the second, of all."""

    def __init__(self, folder: Path, dsn: str, name: str) -> None:
        folder.mkdir()
        self.board = SeatBoard(office(folder).desk)
        self.table = NewsTable(dsn, hall=name)
        self.news = News(self.board, self.table, read=at_once)
        second = StaffPass("w2", "", FIRST_ROOM.sitting, (ROOMS[1],), FIRST_ROOM.expires)
        self.lines = [Line(), Line(), Line()]
        for staff, line in zip((FIRST_ROOM, second, EVERYWHERE), self.lines, strict=True):
            self.board.watch(staff, line, now=LATER)
            line.heard.clear()

    def heard(self) -> list[int]:
        """How often each console was told since last asked."""
        told = [line.heard.count(NEWS) for line in self.lines]
        for line in self.lines:
            line.heard.clear()
        return told


def test_news_cross_once_and_reach_their_rooms_only(tmp_path: Path, dsn: str) -> None:
    here, there = (Side(tmp_path / name, dsn, name) for name in ("one", "two"))
    try:
        assert here.board.tell_news(FIRST_ROOM) == 2
        for second in range(5):
            for side in (here, there):
                side.news.tick(now=LATER + second * 1000)
        assert (here.heard(), there.heard()) == ([1, 0, 1], [1, 0, 1])

        here.board.tell_news(FIRST_ROOM)  # again, within the same millisecond of the clock
        there.board.tell_news(EVERYWHERE)
        for side in (here, there, here, there):
            side.news.tick(now=LATER)
        assert (here.heard(), there.heard()) == ([2, 1, 2], [2, 1, 2])

        late = Side(tmp_path / "three", dsn, "three")  # a hall that starts later learns nothing old
        late.news.tick(now=LATER + HOLDS_MS + 5_000)
        assert late.heard() == [0, 0, 0]
        late.table.close()
    finally:
        here.table.close()
        there.table.close()


def test_alone_nothing_is_kept_for_others(tmp_path: Path) -> None:
    board = SeatBoard(office(tmp_path).desk)
    board.tell_news(FIRST_ROOM)
    assert board.news is None
