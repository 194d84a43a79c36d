"""Who was not there, and since when: candidates who fell silent, a hall that was away, a clock that was moved."""

from pathlib import Path
from typing import Any

import pytest

from tests.delivery.hall.desks import EVERYWHERE, MINUTE, ROOMS, START, Office, attempt, office
from zhiheng.delivery.core.outage import OutageKind
from zhiheng.delivery.hall.outages import outages, told
from zhiheng.delivery.hall.presence import HEARTBEAT_FILE, Heartbeat, Presence
from zhiheng.delivery.hall.seats import SeatBoard
from zhiheng.delivery.hall.staff import Staff
from zhiheng.delivery.hall.wire import moment

LATER = START + 10 * MINUTE


@pytest.fixture
def hall(tmp_path: Path) -> Office:
    return office(tmp_path)


def proposed(hall: Office, *, now: int) -> list[dict[str, Any]]:
    return [told(one) for one in outages(hall.desk, Staff(hall.desk).places(EVERYWHERE), now=now)]


def breaks(hall: Office) -> list[tuple[str, str]]:
    return [(row.attempt, row.body) for row in hall.log.rows if row.kind == "away"]


def test_a_silence_is_noted_when_it_ends_and_time_is_proposed_until_it_is_given(hall: Office) -> None:
    token = hall.token(1, now=LATER)
    hall.session(token, now=LATER + MINUTE)
    assert breaks(hall) == []
    hall.session(token, now=LATER + 4 * MINUTE + 1)

    back = LATER + 4 * MINUTE + 1
    assert breaks(hall) == [(attempt(1), f'{{"from":{LATER + MINUTE},"until":{back}}}')]
    assert [(one["kind"], one["attempts"], one["minutes"]) for one in proposed(hall, now=back)] == [
        (OutageKind.ONE, (attempt(1),), 4)
    ]
    hall.act("grant", 1, now=back + 1, minutes=4, reason="断网")
    assert proposed(hall, now=back + 2) == []


def test_a_machine_that_is_still_away_is_told_with_its_minutes_so_far_and_again_when_it_is_back(
    hall: Office,
) -> None:
    token = hall.token(1, now=LATER)
    assert proposed(hall, now=LATER + MINUTE) == []
    assert proposed(hall, now=LATER + 4 * MINUTE + 1) == [
        {
            "kind": OutageKind.ONE,
            "from": moment(LATER),
            "until": moment(LATER + 4 * MINUTE + 1),
            "attempts": (attempt(1),),
            "minutes": 5,
            "room": ROOMS[0],
            "still": True,
        }
    ]
    hall.act("grant", 1, now=LATER + 5 * MINUTE, minutes=5, reason="断网")
    assert proposed(hall, now=LATER + 5 * MINUTE + 30_000) == []
    assert [one["minutes"] for one in proposed(hall, now=LATER + 8 * MINUTE)] == [3]

    back = LATER + 12 * MINUTE
    hall.session(token, now=back)
    (one,) = proposed(hall, now=back)
    assert (one["minutes"], one["until"], "still" in one) == (7, moment(back), False)
    hall.act("grant", 1, now=back, minutes=7, reason="断网")
    assert (proposed(hall, now=back + 1), hall.live().granted_minutes) == ([], 12)


def test_nobody_is_away_before_the_start_after_handing_in_or_an_hour_after_the_end(hall: Office) -> None:
    ends = START + 90 * MINUTE
    hall.token(1, now=START - 20 * MINUTE)
    hall.desk.submit(hall.token(2, now=LATER), now=LATER, done=lambda place: None)
    assert proposed(hall, now=START - MINUTE) == []
    assert [(one["attempts"], one["minutes"]) for one in proposed(hall, now=START + 2 * MINUTE)] == [
        ((attempt(1),), 2)
    ]
    assert [one["minutes"] for one in proposed(hall, now=ends)] == [90]
    assert [one["minutes"] for one in proposed(hall, now=ends + 60 * MINUTE)] == [150]
    assert proposed(hall, now=ends + 60 * MINUTE + 1) == []


def test_before_the_start_after_the_end_and_after_handing_in_nothing_was_missed(hall: Office) -> None:
    early = hall.token(1, now=START - 20 * MINUTE)
    hall.session(early, now=START + 30_000)
    done = hall.token(2, now=LATER)
    hall.desk.submit(done, now=LATER, done=lambda place: None)
    hall.session(done, now=LATER + 20 * MINUTE)
    late = hall.token(3, now=LATER)
    hall.session(late, now=START + 89 * MINUTE)
    hall.session(late, now=START + 90 * MINUTE)
    hall.session(late, now=START + 99 * MINUTE)

    assert [name for name, _ in breaks(hall)] == [attempt(3)]


def test_a_second_machine_after_a_long_silence_brings_the_break_with_it(hall: Office) -> None:
    hall.token(1, machine="a", now=LATER)
    hall.token(1, machine="b", now=LATER + 3 * MINUTE)

    assert [one["minutes"] for one in proposed(hall, now=LATER + 3 * MINUTE)] == [3]


def test_a_pause_is_not_lost_time(hall: Office) -> None:
    token = hall.token(1, now=LATER)
    hall.act("pause", 1, now=LATER, reason="火警")
    hall.act("resume", 1, now=LATER + 5 * MINUTE)
    hall.act("pause", 1, now=LATER + 7 * MINUTE, reason="火警")
    hall.session(token, now=LATER + 10 * MINUTE)

    assert [one["minutes"] for one in proposed(hall, now=LATER + 10 * MINUTE)] == [2]


class Clocks:
    """The three clocks of a hall: its own, the machine's, and the one that only goes on."""

    def __init__(self, now: int) -> None:
        self.now = self.real = self.steady = now

    def go(self, milliseconds: int) -> None:
        self.now, self.real, self.steady = (one + milliseconds for one in (self.now, self.real, self.steady))


def presence(hall: Office, folder: Path, clocks: Clocks) -> Presence:
    return Presence(
        hall.desk,
        heartbeat=Heartbeat(folder / HEARTBEAT_FILE),
        real=lambda: clocks.real,
        steady=lambda: clocks.steady,
    )


def test_when_the_hall_was_away_everybody_who_sat_is_proposed_the_time(hall: Office, tmp_path: Path) -> None:
    clocks = Clocks(LATER)
    watch = presence(hall, tmp_path, clocks)
    watch.tick(now=LATER)
    first = hall.token(1, now=LATER)
    hall.token(3, now=LATER)
    hall.desk.submit(hall.token(2, now=LATER), now=LATER, done=lambda place: None)
    clocks.go(1000)
    watch.tick(now=clocks.now)
    clocks.go(3 * MINUTE)
    after = hall.reborn()
    presence(after, tmp_path, clocks).tick(now=clocks.now)
    after.session(first, now=clocks.now + 30_000)

    assert [name for name, _ in breaks(after)] == ["#hall"]
    (one,) = proposed(after, now=clocks.now)
    assert (one["kind"], one["attempts"], one["minutes"]) == (OutageKind.SERVER, (attempt(1), attempt(3)), 3)
    again = after.reborn()
    presence(again, tmp_path, clocks).tick(now=clocks.now)
    assert proposed(again, now=clocks.now) == [one]
    after.act("grant", 1, 3, now=clocks.now, minutes=3, reason="服务中断")
    assert proposed(after, now=clocks.now) == []


def test_a_short_restart_and_one_with_nobody_sitting_are_no_break(hall: Office, tmp_path: Path) -> None:
    clocks = Clocks(LATER)
    presence(hall, tmp_path, clocks).tick(now=LATER)
    clocks.go(10 * MINUTE)
    presence(hall.reborn(), tmp_path, clocks).tick(now=clocks.now)
    hall.token(1, now=clocks.now)
    presence(hall, tmp_path, clocks).tick(now=clocks.now)
    clocks.go(30_000)
    presence(hall.reborn(), tmp_path, clocks).tick(now=clocks.now)

    assert breaks(hall) == []


def test_without_the_file_the_last_row_tells_when_the_hall_lived(hall: Office, tmp_path: Path) -> None:
    hall.token(1, now=LATER)
    clocks = Clocks(LATER + 2 * MINUTE)
    after = hall.reborn()
    presence(after, tmp_path, clocks).tick(now=clocks.now)

    assert breaks(after) == [("#hall", f'{{"from":{LATER},"until":{clocks.now}}}')]


def test_a_heartbeat_that_cannot_be_written_stops_nothing(hall: Office, tmp_path: Path) -> None:
    clocks, full = Clocks(LATER), Path("/dev/full")
    beat = Heartbeat(full)
    watch = Presence(hall.desk, heartbeat=beat, real=lambda: clocks.real, steady=lambda: clocks.steady)

    assert [watch.tick(now=LATER) for _ in range(2)] == [0, 0]


def test_a_moved_clock_is_nobody_s_silence(hall: Office, tmp_path: Path) -> None:
    clocks, board = Clocks(LATER), SeatBoard(hall.desk)
    watch = presence(hall, tmp_path, clocks)
    watch.tick(now=LATER)
    token = hall.token(1, now=LATER)
    board.tick(now=LATER)
    clocks.go(1000)
    assert watch.tick(now=LATER + 1000) == 0
    clocks.go(1000)
    moved = LATER + 2000 + 30 * MINUTE
    assert watch.tick(now=moved) == 30 * MINUTE
    board.clock_moved()
    board.tick(now=moved)
    hall.session(token, now=moved + 1000)

    assert (breaks(hall), hall.live().silent) == ([], False)
    board.tick(now=moved + 63_000)
    assert hall.live().silent is True


def test_who_does_not_come_back_after_a_restart_is_found_silent(hall: Office, tmp_path: Path) -> None:
    hall.token(1, now=LATER)
    clocks = Clocks(LATER + 2 * MINUTE)
    after = hall.reborn()
    board = SeatBoard(after.desk)
    presence(after, tmp_path, clocks).tick(now=clocks.now)
    board.tick(now=clocks.now)
    assert after.arrive(1, machine="b", now=clocks.now + 1000) == "waiting"
    board.tick(now=clocks.now + 62_000)

    assert after.live().silent is True
