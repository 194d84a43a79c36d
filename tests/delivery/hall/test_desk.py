"""What the desk makes of an attempt's rows: one machine, deadlines that move, and a memory that can be rebuilt."""

from pathlib import Path

import pytest

from tests.delivery.hall.desks import EVERYWHERE, MINUTE, START, Office, attempt, office
from zhiheng.delivery.core.attempt import Entry, fold
from zhiheng.delivery.hall.staff import Act, Done, Staff
from zhiheng.foundation.errors import Refused

LATER = START + 10 * MINUTE


@pytest.fixture
def hall(tmp_path: Path) -> Office:
    return office(tmp_path)


def refused(hall: Office, **arrival: object) -> str:
    with pytest.raises(Refused) as why:
        hall.arrive(**arrival)  # type: ignore[arg-type]  # named by the caller
    return why.value.code


def test_a_second_machine_waits_until_the_invigilator_lets_it_in(hall: Office) -> None:
    first = hall.token(machine="a", now=LATER)

    assert hall.arrive(machine="b", peer="10.0.0.9", now=LATER + 5000) == "waiting"
    assert hall.arrive(machine="b", peer="10.0.0.9", now=LATER + 10_000) == "waiting"
    assert [row.kind for row in hall.log.rows] == ["opened", "asked"]
    assert hall.session(first, now=LATER + 11_000).epoch == 1
    assert hall.act("allow", 1, now=LATER + 12_000).done == 1
    second = hall.token(machine="b", now=LATER + 15_000)
    assert hall.session(second, now=LATER + 16_000).epoch == 2
    with pytest.raises(Refused) as elsewhere:
        hall.session(first, now=LATER + 17_000)
    assert elsewhere.value.code == "other-machine"
    assert hall.act("allow", 1, now=LATER + 18_000).refused == {attempt(1): "没有等待确认的登录。"}


def test_a_machine_sent_away_hears_so_once_and_may_ask_again(hall: Office) -> None:
    hall.token(machine="a", now=LATER)
    hall.arrive(machine="b", now=LATER + 1000)
    hall.act("deny", now=LATER + 2000)

    assert refused(hall, machine="b", now=LATER + 3000) == "denied"
    assert hall.arrive(machine="b", now=LATER + 4000) == "waiting"
    assert [row.kind for row in hall.log.rows] == ["opened", "asked", "denied", "asked"]


def test_the_same_machine_and_one_fallen_silent_need_no_leave(hall: Office) -> None:
    hall.token(machine="a", now=LATER)

    assert hall.arrive(machine="a", now=LATER + 1000).startswith("open")
    assert hall.arrive(machine="b", now=LATER + 61_000) == "waiting"
    assert hall.arrive(machine="b", now=LATER + 61_001).startswith("open")


def test_a_machine_without_a_name_is_never_taken_for_the_same(hall: Office) -> None:
    hall.token(machine="", now=LATER)

    assert hall.arrive(machine="", now=LATER + 1000) == "waiting"


def test_after_handing_in_any_machine_may_fetch_the_receipt(hall: Office) -> None:
    token = hall.token(machine="a", now=LATER)
    hall.desk.submit(token, now=LATER + 1, done=lambda place: None)

    assert hall.arrive(machine="b", now=LATER + 1000).startswith("open")


def test_a_sitting_may_let_the_second_machine_take_over(tmp_path: Path) -> None:
    hall = office(tmp_path, second_sign_in="allow")
    hall.token(machine="a", now=LATER)

    assert hall.arrive(machine="b", now=LATER + 1000).startswith("open")


def test_two_processes_never_open_the_same_session(hall: Office) -> None:
    other = hall.reborn()
    one, two = hall.token(machine="a", now=LATER), other.token(machine="b", now=LATER)

    assert (hall.session(one, now=LATER).epoch, other.session(two, now=LATER).epoch) == (1, 2)
    assert hall.session(two, now=LATER + 1).epoch == 2
    with pytest.raises(Refused):
        hall.session(one, now=LATER + 2)


def test_two_processes_grant_time_and_both_count(hall: Office) -> None:
    other = hall.reborn()
    hall.act("grant", 1, minutes=5, reason="断电")
    other.act("grant", 1, minutes=3, reason="断网")

    assert fold(hall.log.rows, ends_at=0).granted_minutes == 8
    hall.desk.remember(hall.log.rows)
    assert (hall.live().granted_minutes, hall.live().rev) == (8, 2)
    assert (other.live().granted_minutes, other.live().rev) == (8, 2)


def test_two_grants_in_one_batch_both_count(hall: Office) -> None:
    hall.log.held = []
    told: list[Done] = []
    for minutes in (5, 3):
        act = Act(act="grant", attempts=(attempt(1),), minutes=minutes, reason="断电")
        Staff(hall.desk).act(EVERYWHERE, act, now=LATER, then=told.append)
    hall.log.let_go()

    assert (len(told), hall.live().granted_minutes) == (2, 8)


def test_a_pause_stops_the_clock_and_the_deadline_moves_by_as_much(hall: Office) -> None:
    hall.token(now=LATER)
    place, ends = hall.place(), START + 90 * MINUTE
    hall.act("pause", 1, now=LATER, reason="火警")

    assert hall.desk.deadline(place, now=LATER + 4 * MINUTE) == ends + 4 * MINUTE
    hall.act("resume", 1, now=LATER + 7 * MINUTE)
    assert hall.desk.deadline(place, now=LATER + 60 * MINUTE) == ends + 7 * MINUTE
    assert fold(hall.log.rows, ends_at=ends).deadline == ends + 7 * MINUTE


def test_everything_can_be_rebuilt_from_the_rows_however_often_they_come(hall: Office) -> None:
    hall.token(machine="a", now=LATER)
    hall.act("grant", 1, minutes=5, reason="断电")
    hall.act("message", text="请保持安静")
    hall.act("pause", 1, now=LATER, reason="火警")
    hall.arrive(machine="b", now=LATER + 1000)
    hall.act("allow", 1, now=LATER + 2000)
    other = hall.reborn()
    other.desk.remember(reversed(hall.log.rows))
    other.desk.remember(hall.log.rows)
    mine, theirs = hall.live(), other.live()

    for name in ("epoch", "rev", "granted_minutes", "paused_at", "notes", "machine", "machines", "events"):
        assert getattr(mine, name) == getattr(theirs, name), name
    assert (theirs.asking is not None and theirs.asking.decision) == "allowed"
    assert other.arrive(machine="b", now=LATER + 3000).startswith("open")


def test_which_questions_have_an_answer_is_known_from_answer_rows_too(hall: Office) -> None:
    def answer(item: str, body: str, seq: int) -> Entry:
        return Entry(
            attempt=attempt(1),
            epoch=1,
            item=item,
            seq=seq,
            kind="answer",
            body=body,
            server_time=LATER,
            id=seq,
        )

    hall.desk.remember(
        [answer("s1", '"a"', 1), answer("s2", '"b"', 2), answer("s1", "null", 3), answer("zz", '"a"', 4)]
    )

    assert hall.live().answered.bit_count() == 1
    hall.desk.remember(
        [Entry(attempt="unknown", epoch=1, item="s1", seq=1, kind="answer", body='"a"', server_time=1)]
    )
    assert hall.desk.peek("unknown").epoch == 0


def test_time_granted_by_the_pack_never_takes_back_what_people_gave(tmp_path: Path) -> None:
    hall = office(tmp_path)
    hall.act("grant", 1, minutes=5, reason="断电")
    hall.desk.log_grants(now=LATER)

    assert hall.live().granted_minutes == 5


def test_who_guesses_is_slowed_down_and_strangers_hear_nothing(hall: Office) -> None:
    hall.door._throttle.failed("20261128000001", "10.0.0.1", exists=True, now=LATER)  # one wrong try before

    assert refused(hall, number=9, now=LATER) == "sign-in"
    assert hall.arrive(1, now=LATER).startswith("open")


def test_one_ticket_cannot_fill_the_log(hall: Office) -> None:
    for number in range(500):
        hall.token(machine="a", now=LATER + number)
    assert refused(hall, machine="a", now=LATER + 1000) == "sign-in-throttled"

    hall.token(2, machine="a", now=LATER)
    for number in range(100):
        assert hall.arrive(2, machine=f"b{number}", now=LATER + number) == "waiting"
    assert refused(hall, number=2, machine="c", now=LATER + 200) == "sign-in-throttled"


def test_who_asks_without_a_name_is_known_by_the_address(hall: Office) -> None:
    hall.token(machine="a", now=LATER)
    hall.arrive(machine="", peer="10.0.0.1", now=LATER)
    hall.act("allow", 1, now=LATER)

    assert hall.arrive(machine="", peer="10.0.0.2", now=LATER + 1000) == "waiting"
    hall.act("allow", 1, now=LATER + 2000)
    assert hall.arrive(machine="", peer="10.0.0.2", now=LATER + 3000).startswith("open")
