"""What people do to running attempts, and what the console is told of the seats."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.hall.desks import EVERYWHERE, FIRST_ROOM, MINUTE, START, Office, attempt, office
from zhiheng.delivery.core.attempt import Entry
from zhiheng.delivery.core.token import StaffPass
from zhiheng.delivery.hall import staff
from zhiheng.delivery.hall.outages import outages, sitter_of
from zhiheng.delivery.hall.seats import SeatBoard
from zhiheng.foundation.errors import Refused

LATER = START + 10 * MINUTE


@pytest.fixture
def hall(tmp_path: Path) -> Office:
    return office(tmp_path)


class Line:
    """A console's end of the stream."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.closed = False
        self.on_close: Any = None

    def send(self, data: bytes) -> None:
        self.heard.append(data)

    def close(self) -> None:
        self.closed = True
        self.on_close()

    def seats(self) -> list[tuple[str, dict[str, str]]]:
        """(event, attempt -> state) of each piece."""
        told = []
        for piece in self.heard:
            if piece.startswith(b"event: "):
                event, data = piece.decode().strip().split("\n")
                seats = json.loads(data.removeprefix("data: "))["seats"]
                told.append(
                    (event.removeprefix("event: "), {one["ticket"][-1]: one["state"] for one in seats})
                )
        self.heard.clear()
        return told


def test_an_act_without_names_reaches_everybody_of_the_pass_and_nobody_else(hall: Office) -> None:
    done = hall.act_as(FIRST_ROOM, "grant", minutes=5, reason="断电")

    assert (done.done, done.refused) == (2, {})
    assert [hall.live(number).granted_minutes for number in (1, 2, 3)] == [5, 5, 0]
    assert {json.loads(row.body)["by"] for row in hall.log.rows} == {"account-2"}


def test_an_attempt_outside_the_pass_is_refused_the_others_are_not(hall: Office) -> None:
    done = hall.act_as(FIRST_ROOM, "grant", 1, 3, minutes=5, reason="断电")

    assert (done.done, done.refused) == (1, {attempt(3): "这名考生不在您监考的范围内。"})


@pytest.mark.parametrize(
    ("act", "prepared", "at", "sentence"),
    [
        ("grant", "submitted", LATER, "已经交卷，不能再延长时间。"),
        ("pause", "submitted", LATER, "已经交卷，无需暂停。"),
        ("pause", "paused", LATER, "已经处于暂停。"),
        ("pause", "", START - 1, "考试尚未开始，无需暂停。"),
        ("pause", "", START + 90 * MINUTE + 1, "作答时间已经结束，不能暂停。"),
        ("resume", "", LATER, "没有处于暂停。"),
        ("message", "submitted", LATER, "已经交卷，页面上不再显示消息，请当面告知。"),
        ("submit", "submitted", LATER, "已经交卷。"),
        ("submit", "", LATER, "考生没有登录过，没有可交的答卷。"),
        ("submit", "waiting", START - 1, "考试尚未开始，不能交卷。"),
        ("allow", "", LATER, "没有等待确认的登录。"),
        ("deny", "", LATER, "没有等待确认的登录。"),
    ],
)
def test_what_cannot_be_done_is_said(hall: Office, act: str, prepared: str, at: int, sentence: str) -> None:
    if prepared in ("submitted", "waiting"):
        token = hall.token(now=START - MINUTE)
        if prepared == "submitted":
            hall.desk.submit(token, now=START, done=lambda place: None)
    elif prepared == "paused":
        hall.act("pause", 1, now=at, reason="火警")

    done = hall.act(act, 1, now=at, minutes=5, reason="理由", text="话")
    assert (done.done, done.refused) == (0, {attempt(1): sentence})


def test_minutes_that_end_before_now_are_not_given_and_enough_of_them_open_the_paper_again(
    hall: Office,
) -> None:
    """90 minutes from 1,800,000,000,000 ms end at 17:30 in Shanghai."""
    ends = START + 90 * MINUTE
    hall.token(1, now=START)
    early = hall.act("grant", 1, 2, now=ends + 7 * MINUTE, minutes=7, reason="断电")

    said = "作答时间已于 17:30 结束，从那时算起至少延长 8 分钟，才能继续作答。"
    assert (early.done, early.refused) == (0, {attempt(1): said, attempt(2): said})
    assert [row.kind for row in hall.log.rows] == ["opened"]
    done = hall.act("grant", 1, now=ends + 7 * MINUTE, minutes=8, reason="断电")
    assert (done.done, hall.desk.deadline(hall.place()) - ends) == (1, 8 * MINUTE)


def test_minutes_of_a_form_are_given_once_and_make_up_for_a_break(hall: Office) -> None:
    """Unlike those of an accommodation, which have a key as well."""
    token = hall.token(1, now=LATER)
    hall.session(token, now=LATER + 4 * MINUTE)
    for _ in range(2):
        done = hall.act("grant", 1, now=LATER + 5 * MINUTE, minutes=4, reason="断网", key="form/x/4")
        assert (done.done, hall.live().granted_minutes) == (1, 4)

    assert outages(hall.desk, [hall.place()], now=LATER + 5 * MINUTE) == []
    own = hall.act("grant", 1, now=LATER + 5 * MINUTE, minutes=4, reason="考试便利", key="x")
    grants = sitter_of(hall.place(), hall.live(), now=LATER + 5 * MINUTE).grants
    assert (own.done, [(one.minutes, one.own) for one in grants]) == (1, [(4, False), (4, True)])


def test_while_the_clock_stands_minutes_may_be_given_at_any_time(hall: Office) -> None:
    hall.token(1, now=START)
    hall.act("pause", 1, now=LATER, reason="火警")

    assert hall.act("grant", 1, now=START + 300 * MINUTE, minutes=1, reason="火警").done == 1


@pytest.mark.parametrize(
    ("act", "more"),
    [
        ("grant", {"minutes": 0, "reason": "断电"}),
        ("grant", {"minutes": -5, "reason": "断电"}),
        ("grant", {"minutes": 5, "reason": " "}),
        ("pause", {}),
        ("submit", {}),
        ("message", {"text": ""}),
        ("message", {"text": "话\x00"}),
        ("message", {"text": "长" * 501}),
    ],
)
def test_an_act_that_is_not_whole_is_refused(hall: Office, act: str, more: dict[str, Any]) -> None:
    with pytest.raises(Refused) as why:
        hall.act(act, 1, **more)

    assert (why.value.code, hall.log.rows) == ("act", [])


def test_many_are_acted_on_in_lots_and_told_once(hall: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "AT_ONCE", 1)
    hall.desk.submit(hall.token(2, now=LATER), now=LATER, done=lambda place: None)
    hall.log.held = []
    told: list[staff.Done] = []
    act = staff.Act(act="grant", minutes=5, reason="断电")
    staff.Staff(hall.desk).act(EVERYWHERE, act, now=LATER, then=told.append)

    assert (told, len(hall.log.held)) == ([], 1)
    while hall.log.held:
        batch, hall.log.held = hall.log.held, []
        for entry, durable in batch:
            durable(hall.log.put(entry))
    assert [(one.done, list(one.refused)) for one in told] == [(2, [attempt(2)])]


def test_handing_in_by_somebody_else_is_one_handing_in(hall: Office) -> None:
    token = hall.token(now=LATER)
    assert hall.act("submit", 1, now=LATER, reason="违纪").done == 1
    again: list[object] = []
    hall.desk.submit(token, now=LATER + 1, done=again.append)

    submitted = [row for row in hall.log.rows if row.kind == "submitted"]
    assert (len(submitted), len(again), json.loads(submitted[0].body)) == (
        1,
        1,
        {"by": "account-1", "reason": "违纪"},
    )


def test_a_console_hears_all_seats_and_then_only_what_changed(hall: Office) -> None:
    board, line = SeatBoard(hall.desk), Line()
    board.tick(now=START - 10 * MINUTE)
    board.watch(EVERYWHERE, line, now=START - 10 * MINUTE)

    assert line.seats() == [("all", {"1": "absent", "2": "absent", "3": "absent"})]
    board.tick(now=START - 10 * MINUTE)
    assert line.seats() == []
    token = hall.token(1, now=START - 20_000)
    board.tick(now=START - 20_000)
    assert line.seats() == [("changed", {"1": "waiting"})]
    board.tick(now=START)
    assert line.seats() == [("changed", {"1": "answering", "2": "absent", "3": "absent"})]
    hall.session(token, now=START + 30_000)
    board.tick(now=START + 30_000)
    assert line.seats() == []
    board.tick(now=START + 60_000)
    board.tick(now=START + 91_001)
    assert line.seats() == [("changed", {"1": "away"})]
    board.tick(now=START + 200_000)
    assert line.seats() == []
    hall.session(token, now=START + 201_000)
    board.tick(now=START + 201_000)
    assert line.seats() == [("changed", {"1": "answering"})]
    hall.act("pause", 1, now=START + 202_000, reason="火警")
    board.tick(now=START + 202_000)
    assert line.seats() == [("changed", {"1": "paused"})]
    hall.desk.submit(token, now=START + 203_000, done=lambda place: None)
    board.tick(now=START + 203_000)
    assert line.seats() == [("changed", {"1": "submitted"})]
    board.tick(now=START + 900_000)
    assert line.seats() == []


def test_a_room_s_console_hears_of_its_room(hall: Office) -> None:
    board, line = SeatBoard(hall.desk), Line()
    board.tick(now=LATER)
    board.watch(FIRST_ROOM, line, now=LATER)
    hall.token(3, now=LATER)
    board.tick(now=LATER)

    assert line.seats() == [("all", {"1": "absent", "2": "absent"})]


def test_a_quiet_console_hears_that_the_line_lives_and_an_old_pass_ends(hall: Office) -> None:
    board, line = SeatBoard(hall.desk), Line()
    short = StaffPass("a", "b", EVERYWHERE.sitting, (), LATER + 40_000)
    board.tick(now=LATER)
    board.watch(short, line, now=LATER)
    line.heard.clear()
    board.tick(now=LATER + 14_000)
    assert line.heard == []
    board.tick(now=LATER + 15_000)
    assert line.heard == [b": ok\n\n"]
    board.tick(now=LATER + 40_000)
    assert (line.closed, board.consoles) == (True, 0)


def test_a_large_sitting_is_told_in_lots(hall: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhiheng.delivery.hall.seats.LOT", 2)
    board, line = SeatBoard(hall.desk), Line()
    board.tick(now=LATER)
    board.watch(EVERYWHERE, line, now=LATER)
    board.tick(now=LATER + 1000)

    assert line.seats() == [("all", {"1": "absent", "2": "absent"}), ("changed", {"3": "absent"})]
    board.tick(now=LATER + 2000)
    assert line.seats() == []
    hall.act("message", text="请安静", now=LATER + 2500)
    for second in (3, 4, 5):
        board.tick(now=LATER + second * 1000)
    told = [sorted(seats) for _, seats in line.seats()]
    assert ([len(lot) for lot in told], sorted(told[0] + told[1])) == ([2, 1], ["1", "2", "3"])


def test_a_seat_shows_its_answers_its_machines_and_who_asks(hall: Office) -> None:
    hall.token(1, machine="a", now=LATER)
    hall.arrive(1, machine="b", now=LATER + 1000)
    hall.desk.remember(
        [Entry(attempt=attempt(1), epoch=1, item="s1", seq=1, kind="answer", body='"a"', server_time=LATER)]
    )
    board, line = SeatBoard(hall.desk), Line()
    board.tick(now=LATER + 2000)
    board.watch(FIRST_ROOM, line, now=LATER + 2000)
    (first, _) = json.loads(line.heard[0].split(b"data: ")[1])["seats"]

    assert (first["answered"], first["total"], first["asked"], first["machines"]) == (1, 5, True, 1)
    hall.act("allow", 1, now=LATER + 3000)
    hall.token(1, machine="b", now=LATER + 4000)
    board.tick(now=LATER + 4000)
    (first,) = json.loads(line.heard[1].split(b"data: ")[1])["seats"]
    assert (first["asked"], first["machines"]) == (False, 2)


WORDS = {"zh": "延长时间 30 %", "en": "30 % more time"}


def test_a_grant_under_a_key_is_given_once_also_by_another_process(hall: Office) -> None:
    first = hall.act("grant", 1, minutes=27, reason="考试便利", key="k1")
    again = hall.act("grant", 1, minutes=27, reason="考试便利", key="k1")
    reborn = hall.reborn()
    once_more = reborn.act("grant", 1, minutes=27, reason="考试便利", key="k1")

    assert [one.done for one in (first, again, once_more)] == [1, 1, 1]
    assert (reborn.live().granted_minutes, len(hall.log.rows)) == (27, 1)
    assert reborn.act("grant", 1, minutes=3, reason="断电").done == 1
    assert reborn.live().granted_minutes == 30


def test_an_accommodation_is_no_minute_given_for_a_break(hall: Office) -> None:
    hall.act("grant", 1, minutes=27, reason="考试便利", key="k1")
    hall.act("grant", 1, minutes=3, reason="断电")

    grants = sitter_of(hall.place(), hall.live(), now=LATER).grants
    assert [(one.minutes, one.own) for one in grants] == [(27, True), (3, False)]


def test_two_askings_under_one_key_while_the_row_is_not_durable_write_one_row(hall: Office) -> None:
    hall.log.held = []
    told: list[int] = []
    act = staff.Act(act="grant", attempts=(attempt(1),), minutes=5, reason="考试便利", key="k1")
    for _ in range(2):
        staff.Staff(hall.desk).act(EVERYWHERE, act, now=LATER, then=lambda done: told.append(done.done))
    assert told == []

    hall.log.let_go()

    assert (told, len(hall.log.rows), hall.live().granted_minutes) == ([1, 1], 1, 5)


def test_a_handed_in_attempt_gets_no_time_under_a_key_but_what_was_done_stays_done(hall: Office) -> None:
    hall.act("grant", 1, minutes=5, reason="考试便利", key="k1")
    token = hall.token(now=START)
    hall.desk.submit(token, now=LATER, done=lambda place: None)

    assert hall.act("grant", 1, minutes=5, reason="考试便利", key="k1").done == 1
    assert hall.act("grant", 1, minutes=5, reason="考试便利", key="k2").refused == {
        attempt(1): "已经交卷，不能再延长时间。"
    }


def test_what_is_granted_replaces_the_words_of_the_pack(hall: Office) -> None:
    assert hall.live().accommodation() is None
    rev = hall.live().rev
    hall.act("adjust", 1, key="k1", **WORDS)
    assert (hall.live().accommodation(), hall.live().rev) == (("延长时间 30 %", "30 % more time"), rev + 1)

    hall.act("adjust", 1, key="k2")
    assert hall.live().accommodation() == ("", "")
    assert hall.reborn().live().accommodation() == ("", "")
    assert hall.live(2).accommodation() is None


@pytest.mark.parametrize(
    ("act", "numbers", "more"),
    [
        ("adjust", (1,), WORDS),
        ("adjust", (), {"key": "k1", **WORDS}),
        ("adjust", (1, 2), {"key": "k1", **WORDS}),
        ("adjust", (1,), {"key": "k" * 65, **WORDS}),
        ("adjust", (1,), {"key": "k1", "zh": "字" * 501}),
        ("adjust", (1,), {"key": "k1", "zh": "a\x00b"}),
        ("message", (1,), {"key": "k1", "text": "请保持安静"}),
    ],
)
def test_an_adjustment_that_is_not_whole_is_refused(
    hall: Office, act: str, numbers: tuple[int, ...], more: dict[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        hall.act(act, *numbers, **more)
    assert (refused.value.code, hall.log.rows) == ("act", [])
