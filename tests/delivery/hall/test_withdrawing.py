"""A pass taken back is refused from then on: by the list itself, by the console's line, and after a restart."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery.hall.desks import EVERYWHERE, FIRST_ROOM, MINUTE, ROOMS, START, Office, office
from tests.delivery.hall.test_staff import Line
from zhiheng.delivery.core.attempt import Kind
from zhiheng.delivery.core.token import StaffPass
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.presence import HALL
from zhiheng.delivery.hall.seats import NEWS, SeatBoard
from zhiheng.delivery.hall.withdrawing import LONGEST_MS, Withdraw, Withdrawn, withdrawn_entry
from zhiheng.foundation.errors import Refused

TEN = 10 * MINUTE


def staff(who: str, expires: int, *rooms: str, sitting: str = "2026-11-28") -> StaffPass:
    return StaffPass(who, "演示监考甲", sitting, rooms, expires, looks=True)


def take_back(desk: Desk, who: str, until: int, *, now: int = START) -> None:
    made = withdrawn_entry(Withdraw(who=who, until=until), HALL, by="admin", now=now)
    desk.write(HALL, Kind.WITHDRAWN, made, lambda: None)


@pytest.fixture
def hall(tmp_path: Path) -> Office:
    return office(tmp_path)


def test_passes_given_before_are_taken_back_and_those_given_after_are_good(hall: Office) -> None:
    take_back(hall.desk, "w1", START + TEN)

    before, after = staff("w1", START + TEN), staff("w1", START + TEN + 1)
    assert [hall.desk.withdrawn.has(one) for one in (before, after)] == [True, False]
    assert hall.desk.withdrawn.has(staff("w2", START + TEN)) is False


def test_it_holds_after_a_restart_and_the_numbers_go_on(hall: Office) -> None:
    take_back(hall.desk, "w1", START + TEN)
    take_back(hall.desk, "w2", START + TEN)

    again = hall.reborn()
    take_back(again.desk, "w3", START + TEN)

    assert [again.desk.withdrawn.has(staff(f"w{n}", START + TEN)) for n in (1, 2, 3, 4)] == [
        True,
        True,
        True,
        False,
    ]
    assert [(row.attempt, row.item, row.seq) for row in hall.log.rows] == [
        (HALL, "#withdrawn", 0),
        (HALL, "#withdrawn", 1),
        (HALL, "#withdrawn", 2),
    ]
    assert again.desk.live(HALL).notes == {}  # nothing grows with what was taken back long ago


def test_another_hall_that_took_the_same_number_is_not_overwritten(hall: Office) -> None:
    other = hall.reborn()
    take_back(hall.desk, "w1", START + TEN)
    take_back(other.desk, "w2", START + TEN)
    hall.desk.remember(hall.log.rows)

    for desk in (hall.desk, other.desk):
        assert [desk.withdrawn.has(staff(who, START + TEN)) for who in ("w1", "w2", "w3")] == [
            True,
            True,
            False,
        ]


def test_a_line_that_is_open_ends_within_a_second_and_others_stay(hall: Office) -> None:
    board, theirs, others = SeatBoard(hall.desk), Line(), Line()
    board.watch(FIRST_ROOM, theirs, now=START)
    board.watch(EVERYWHERE, others, now=START)
    take_back(hall.desk, FIRST_ROOM.who, FIRST_ROOM.expires)

    board.tick(now=START + 1000)

    assert (theirs.closed, others.closed, board.consoles) == (True, False, 1)


@pytest.mark.parametrize(
    ("who", "until"),
    [
        ("", START + 1),
        ("w" * 81, START + 1),
        ("w\x00", START + 1),
        ("w", START),
        ("w", START - 1),
        ("w", START + LONGEST_MS + 1),
    ],
)
def test_what_makes_no_sense_is_refused(who: str, until: int) -> None:
    with pytest.raises(Refused) as why:
        withdrawn_entry(Withdraw(who=who, until=until), HALL, by="admin", now=START)
    assert why.value.code == "act"


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 40)), max_size=30), st.integers(1, 6))
def test_the_list_is_bounded_and_never_forgets_a_pass_that_still_runs(
    asked: list[tuple[str, int]], limit: int
) -> None:
    """Against a list without bounds: whatever it refuses is refused, and a pass that ends last is nobody's loss."""
    held, until = Withdrawn(limit), dict.fromkeys("abcdefgh", 0)
    for serial, (who, end) in enumerate(asked):
        made = withdrawn_entry(Withdraw(who=who, until=START + end), HALL, by="admin", now=START)
        held.take(made(serial))
        until[who] = max(until[who], START + end)
        assert len(held) <= limit
    for who, end in until.items():
        if end:
            assert held.has(staff(who, end)) is True
    longest = max(until.values(), default=0)
    assert [held.has(staff(who, longest + 1)) for who in until] == [False] * len(until)


def test_news_reach_the_consoles_of_the_rooms_and_nobody_else(hall: Office) -> None:
    board = SeatBoard(hall.desk)
    passes = {
        "the same room": FIRST_ROOM,
        "all rooms": EVERYWHERE,
        "another room": staff("w3", START + TEN, ROOMS[1]),
        "another sitting": staff("w4", START + TEN, ROOMS[0], sitting="2026-12-05"),
    }
    lines = {name: Line() for name in passes}
    for name, one in passes.items():
        board.watch(one, lines[name], now=START)
        lines[name].heard.clear()

    assert board.tell_news(FIRST_ROOM) == 2

    assert {name for name, line in lines.items() if line.heard == [NEWS]} == {"the same room", "all rooms"}
    assert [line.heard for name, line in lines.items() if name.startswith("another")] == [[], []]
    assert hall.log.rows == []
