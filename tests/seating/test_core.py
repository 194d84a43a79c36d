"""Ticket numbers and seats."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.foundation.errors import Refused
from zhiheng.seating.core.number import TicketParts, is_ticket_number, ticket_number
from zhiheng.seating.core.placing import RoomFacts, decide_capacity, plan_seats


def parts(sequence: int) -> TicketParts:
    return TicketParts(sitting=date(2026, 11, 28), programme="01", level="1", centre="001", sequence=sequence)


def test_a_number_is_built_from_its_parts() -> None:
    assert ticket_number(parts(7))[:14] == "26110110010007"


@pytest.mark.parametrize("sequence", [0, 10_000])
def test_a_used_up_sequence_is_refused(sequence: int) -> None:
    with pytest.raises(Refused) as refused:
        ticket_number(parts(sequence))

    assert refused.value.code == "ticket-sequence"


@given(st.integers(1, 9999), st.integers(0, 13), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_noticed(sequence: int, place: int, digit: str) -> None:
    number = ticket_number(parts(sequence))
    changed = number[:place] + digit + number[place + 1 :]

    assert is_ticket_number(changed) == (changed == number)


def test_other_texts_are_not_ticket_numbers() -> None:
    assert [is_ticket_number(text) for text in ("", "26110110010007", "x" * 15)] == [False] * 3


def test_too_few_seats_say_how_many_are_missing() -> None:
    room = RoomFacts(id="r", name="一号", free_seats=(1, 2))

    assert decide_capacity(2, [room]).granted
    assert decide_capacity(5, [room]).unmet[0].remedy == "请再增加至少 3 个座位的考场"


@given(
    st.sets(st.text("abc", min_size=1), max_size=12), st.integers(0, 10), st.integers(0, 10), st.integers()
)
def test_everybody_gets_one_seat_of_their_own(tickets: set[str], first: int, second: int, seed: int) -> None:
    rooms = [
        RoomFacts(id="1", name="一", free_seats=tuple(range(1, first + 1))),
        RoomFacts(id="2", name="二", free_seats=tuple(range(1, second + 1))),
    ]
    if not decide_capacity(len(tickets), rooms).granted:
        return
    seats = plan_seats(list(tickets), rooms, rng=random.Random(seed))

    assert {seat.ticket for seat in seats} == tickets
    assert len({(seat.room, seat.seat) for seat in seats}) == len(tickets)
    assert seats == plan_seats(sorted(tickets, reverse=True), rooms, rng=random.Random(seed))


def test_one_seat_each_the_rooms_in_their_order() -> None:
    rooms = [
        RoomFacts(id="甲", name="一", free_seats=(1, 3)),
        RoomFacts(id="乙", name="二", free_seats=(2, 4, 5)),
    ]
    seats = plan_seats(["t3", "t1", "t2"], rooms, rng=random.Random(7))

    assert [(seat.room, seat.seat) for seat in seats] == [("甲", 1), ("甲", 3), ("乙", 2)]
    assert sorted(seat.ticket for seat in seats) == ["t1", "t2", "t3"]
    assert seats == plan_seats(["t1", "t2", "t3"], rooms, rng=random.Random(7))
