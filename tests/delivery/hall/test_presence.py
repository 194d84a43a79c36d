"""Who was not there, and since when: candidates who fell silent, a hall that was away, a clock that was moved."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.hall.desks import EVERYWHERE, MINUTE, ROOMS, START, Office, attempt, office
from zhiheng.delivery.core.outage import OutageKind
from zhiheng.delivery.hall.outages import outages, told
from zhiheng.delivery.hall.presence import HEARTBEAT_FILE, SILENCE_FILE, Heartbeat, Presence, Silences
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
        silences=Silences(folder / SILENCE_FILE),
        real=lambda now: clocks.real,
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


def test_killed_before_its_row_was_kept_the_hall_finds_the_silence_again(
    hall: Office, tmp_path: Path
) -> None:
    clocks = Clocks(LATER)
    presence(hall, tmp_path, clocks).tick(now=LATER)
    hall.token(1, now=LATER)
    clocks.go(3 * MINUTE)
    killed = hall.reborn()
    killed.log.held = []
    watch = presence(killed, tmp_path, clocks)
    for _ in range(3):
        watch.tick(now=clocks.now)
        clocks.go(1000)
    after = killed.reborn()
    after.log.held = None
    watch = presence(after, tmp_path, clocks)
    for _ in range(3):
        watch.tick(now=clocks.now)
        clocks.go(1000)

    assert breaks(after) == [("#hall", f'{{"from":{LATER},"until":{clocks.now - 3000}}}')]
    clocks.go(1000)
    presence(after.reborn(), tmp_path, clocks).tick(now=clocks.now)  # the heart beats again
    assert len(breaks(after)) == 1


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
    watch = Presence(
        hall.desk,
        heartbeat=beat,
        silences=Silences(full),
        real=lambda now: clocks.real,
        steady=lambda: clocks.steady,
    )
    hall.desk.silences = {attempt(1): LATER}

    assert [watch.tick(now=LATER) for _ in range(2)] == [0, 0]
    assert hall.desk.silences == {}


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


@dataclass
class Watched:
    """A hall that is killed and comes back; minutes after ten in the exam."""

    hall: Office
    folder: Path
    clocks: Clocks

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.board = SeatBoard(self.hall.desk)
        self.watch = presence(self.hall, self.folder, self.clocks)
        self.tick()

    def tick(self) -> None:
        self.watch.tick(now=self.clocks.now)
        self.board.tick(now=self.clocks.now)

    def live_until(self, minute: float, *tokens: str) -> None:
        """Tick by tick, with those machines heard from at the end of each minute."""
        while self.clocks.now < LATER + minute * MINUTE:
            for token in tokens:
                self.hall.session(token, now=self.clocks.now)
            self.clocks.go(30_000)
            self.tick()

    def killed_and_back(self, minute: float) -> None:
        self.clocks.go(round(LATER + minute * MINUTE) - self.clocks.now)
        self.hall = self.hall.reborn()
        self.begin()

    def proposed(self) -> list[tuple[str, tuple[str, ...], int, bool]]:
        found = proposed(self.hall, now=self.clocks.now)
        return [(one["kind"], one["attempts"], one["minutes"], one.get("still", False)) for one in found]


def test_after_a_restart_a_machine_that_was_away_before_it_is_away_since_then(
    hall: Office, tmp_path: Path
) -> None:
    """Away from 0, the hall from 10 to 13: thirteen lost minutes when it comes back at 16 are 13 + 3, none twice."""
    away, here = hall.token(1, now=LATER), hall.token(3, now=LATER)
    one = Watched(hall, tmp_path, Clocks(LATER))
    one.live_until(10, here)
    assert one.proposed() == [(OutageKind.ONE, (attempt(1),), 10, True)]

    one.killed_and_back(13)
    both = (OutageKind.SERVER, (attempt(1), attempt(3)), 3, False)
    assert one.proposed() == [(OutageKind.ONE, (attempt(1),), 10, True), both]
    one.live_until(16, here)
    one.hall.session(away, now=one.clocks.now)
    assert one.proposed() == [(OutageKind.ONE, (attempt(1),), 13, False), both]
    assert breaks(one.hall)[1] == (attempt(1), f'{{"from":{LATER},"until":{LATER + 16 * MINUTE}}}')

    one.killed_and_back(16.5)
    one.hall.session(away, now=one.clocks.now)
    assert (one.proposed(), len(breaks(one.hall))) == ([(OutageKind.ONE, (attempt(1),), 13, False), both], 2)


def test_two_restarts_while_a_machine_is_away_forget_nothing(hall: Office, tmp_path: Path) -> None:
    away = hall.token(1, now=LATER)
    one = Watched(hall, tmp_path, Clocks(LATER))
    one.live_until(5)
    one.killed_and_back(5.5)
    one.killed_and_back(6)
    one.live_until(8)
    one.killed_and_back(8.1)
    one.hall.session(away, now=one.clocks.now)

    assert one.proposed() == [(OutageKind.ONE, (attempt(1),), 9, False)]


def test_what_was_given_before_the_restart_is_not_proposed_again(hall: Office, tmp_path: Path) -> None:
    hall.token(1, now=LATER)
    one = Watched(hall, tmp_path, Clocks(LATER))
    one.live_until(5)
    one.hall.act("grant", 1, now=one.clocks.now, minutes=5, reason="断网")
    one.killed_and_back(5.5)
    one.live_until(7)

    assert one.proposed() == [(OutageKind.ONE, (attempt(1),), 2, True)]


def test_whose_time_was_over_before_the_restart_is_not_taken_for_having_left_early(
    hall: Office, tmp_path: Path
) -> None:
    """Only the row of the sign-in is in the log; the page was there to the end, and then it was closed."""
    token = hall.token(1, now=LATER)
    one = Watched(hall, tmp_path, Clocks(LATER))
    one.live_until(81, token)
    one.killed_and_back(85)

    assert one.proposed() == []


def test_silences_are_kept_by_the_machines_clock(hall: Office, tmp_path: Path) -> None:
    """Somebody moves the hall's clock on by half an hour while it is away."""
    hall.token(1, now=LATER)
    one = Watched(hall, tmp_path, Clocks(LATER))
    one.live_until(5)
    one.clocks.now += 30 * MINUTE
    one.clocks.go(30_000)
    one.hall = one.hall.reborn()
    one.begin()

    assert [(kind, minutes) for kind, _, minutes, _ in one.proposed()] == [(OutageKind.ONE, 6)]


def test_a_file_of_silences_that_was_torn_or_tampered_with_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / SILENCE_FILE
    path.write_bytes(b"\xff\x00 7\na 00000000000000000005\nb 00000000000000000007\nb 000000000")
    silences = Silences(path)
    assert silences.last() == {"a": 5, "b": 7}
    silences.note({"a": 0, "c": 9})
    assert silences.last() == {"b": 7, "c": 9}
    silences.note({}, anew=True)
    assert silences.last() == {}
