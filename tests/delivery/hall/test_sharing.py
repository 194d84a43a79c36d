"""Two halls on one database: whom one has heard from is not silent to the other."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.delivery.hall.desks import MINUTE, START, Office, attempt, office
from tests.postgres import temporary_cluster
from zhiheng.delivery.hall.presence import HEARTBEAT_FILE, SILENCE_FILE, Heartbeat, Presence, Silences
from zhiheng.delivery.hall.seats import SeatBoard
from zhiheng.delivery.hall.sharing import Heard, HeardTable, Sharing

LATER = START + 10 * MINUTE


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with temporary_cluster() as address:
        yield address


@pytest.fixture
def tables(dsn: str) -> Iterator[tuple[HeardTable, HeardTable]]:
    one, two = HeardTable(dsn), HeardTable(dsn)
    one._line.execute("TRUNCATE hall.heard")
    yield one, two
    one.close()
    two.close()


def at_once(act: Callable[[], Heard], then: Callable[[Heard], None]) -> None:
    then(act())


def test_what_one_hall_heard_the_other_knows(tmp_path: Path, tables: tuple[HeardTable, HeardTable]) -> None:
    here, there = _two(tmp_path)
    mine, theirs = (
        Sharing(desk, table, read=at_once)
        for desk, table in zip((here.desk, there.desk), tables, strict=True)
    )
    board = SeatBoard(there.desk)
    token = here.token(1, machine="a", now=LATER)
    there.desk.remember(here.log.rows)
    for second in range(0, 200, 20):
        now = LATER + second * 1000
        here.session(token, now=now)
        mine.tick(now=now)
        theirs.tick(now=now + 1000)
        board.tick(now=now + 1000)

    assert there.live().heard_at == LATER + 180_000
    assert (there.live().silent, there.arrive(1, machine="b", now=LATER + 190_000)) == (False, "waiting")
    there.session(token, now=LATER + 195_000)
    assert [row.kind for row in there.log.rows] == ["opened", "asked"]
    board.tick(now=LATER + 260_000)
    assert there.live().silent is True


def test_it_is_told_every_five_seconds_and_only_what_is_new(
    tmp_path: Path, tables: tuple[HeardTable, HeardTable]
) -> None:
    here, _ = _two(tmp_path)
    told: list[dict[str, int]] = []

    class Noting(HeardTable):
        def __init__(self) -> None:
            """No line of its own."""

        def exchange(self, mine: object, *, since: int) -> Heard:
            told.append(dict(mine))  # type: ignore[call-overload]  # a mapping
            return []

    sharing = Sharing(here.desk, Noting(), read=at_once)
    token = here.token(1, now=LATER)
    sharing.tick(now=LATER)
    here.session(token, now=LATER + 1000)
    sharing.tick(now=LATER + 4000)
    sharing.tick(now=LATER + 5000)
    sharing.tick(now=LATER + 10_000)

    assert told == [{attempt(1): LATER}, {attempt(1): LATER + 1000}, {}]


def test_a_later_moment_is_never_replaced_by_an_earlier_one(tables: tuple[HeardTable, HeardTable]) -> None:
    one, two = tables
    one.exchange({"a": 500, "b": 100}, since=0)

    assert dict(two.exchange({"a": 400, "c": 50}, since=60)) == {"a": 500, "b": 100}


def test_a_hall_that_comes_back_hears_first_whom_the_others_have_heard(
    tmp_path: Path, tables: tuple[HeardTable, HeardTable]
) -> None:
    """Its own file says that the machine is silent; meanwhile it went on at the other hall."""
    here, there = _two(tmp_path)
    token = here.token(1, machine="a", now=LATER)
    mine, theirs = (
        Sharing(desk, table, read=at_once)
        for desk, table in zip((here.desk, there.desk), tables, strict=True)
    )
    for second in range(0, 360, 30):
        here.session(token, now=LATER + second * 1000)
    mine.tick(now=LATER + 330_000)
    back = LATER + 335_000
    Silences(tmp_path / SILENCE_FILE).note({attempt(1): LATER + MINUTE})
    heartbeat = Heartbeat(tmp_path / HEARTBEAT_FILE)
    heartbeat.beat(LATER + 5 * MINUTE)
    there.desk.remember(here.log.rows)
    theirs.begin(now=back)
    presence = Presence(
        there.desk, heartbeat=heartbeat, silences=Silences(tmp_path / SILENCE_FILE), real=lambda now: now
    )
    presence.tick(now=back)
    there.session(token, now=back)

    assert [row.kind for row in there.log.rows] == ["opened"]
    assert Silences(tmp_path / SILENCE_FILE).last() == {}


def _two(folder: Path) -> tuple[Office, Office]:
    here = office(folder)
    return here, here.reborn()
