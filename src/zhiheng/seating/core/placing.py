"""Who sits where: rooms filled in order, people mixed so that neighbours did not enrol together."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from zhiheng.foundation.decision import Decision, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFacts:
    id: str
    name: str
    free_seats: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    ticket: str
    room: str
    seat: int


def decide_capacity(tickets: int, rooms: Sequence[RoomFacts]) -> Decision:
    """Whether everybody gets a seat."""
    seats = sum(len(room.free_seats) for room in rooms)
    return Decision.all_of(
        Reason(
            code="seats",
            text=f"空余座位 {seats} 个，待编排考生 {tickets} 人",
            met=seats >= tickets,
            rule="一人一座",
            remedy="" if seats >= tickets else f"请再增加至少 {tickets - seats} 个座位的考场",
        )
    )


def plan_seats(tickets: Sequence[str], rooms: Sequence[RoomFacts], *, rng: random.Random) -> tuple[Seat, ...]:
    """A seat for every ticket, in a random order, filling the rooms in the order given.

    Callers check `decide_capacity` first.
    """
    mixed = sorted(tickets)
    rng.shuffle(mixed)
    places = [(room.id, seat) for room in rooms for seat in room.free_seats]
    return tuple(
        Seat(ticket=ticket, room=room, seat=seat) for ticket, (room, seat) in zip(mixed, places, strict=False)
    )
