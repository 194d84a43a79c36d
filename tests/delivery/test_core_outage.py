"""What breaks in the line have cost, and that giving it back settles the matter."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.delivery.core.outage import Grant, Outage, OutageKind, Sitter, Span, propose

M = 60_000
STARTS, ENDS = 100 * M, 190 * M


def sitter(name: str = "a", *breaks: tuple[float, float], **more: Any) -> Sitter:
    """breaks: in minutes after the start."""
    facts: dict[str, Any] = {
        "attempt": name,
        "room": "甲",
        "starts_at": STARTS,
        "ends_at": ENDS,
        "opened_at": STARTS - 5 * M,
        "breaks": tuple(span(*one) for one in breaks),
    }
    return Sitter(**(facts | more))


def span(since: float, until: float) -> Span:
    return Span(since=STARTS + round(since * M), until=STARTS + round(until * M))


def grant(at: float, minutes: int) -> Grant:
    return Grant(at=STARTS + round(at * M), minutes=minutes)


def minutes(*people: Sitter, server: tuple[Span, ...] = ()) -> list[int]:
    return [one.minutes for one in propose(people, server=server)]


def test_nobody_lost_anything() -> None:
    assert propose([]) == []
    assert propose([sitter()], server=[span(5, 5.9)]) == []


def test_one_break_of_one_candidate() -> None:
    assert propose([sitter("a", (10, 13.1)), sitter("b"), sitter("c")]) == [
        Outage(
            kind=OutageKind.ONE,
            room="甲",
            since=STARTS + 10 * M,
            until=STARTS + round(13.1 * M),
            attempts=("a",),
            minutes=4,
        )
    ]


@pytest.mark.parametrize(
    ("lost", "owed"),
    [((10, 10.99), []), ((10, 11), [1]), ((10, 11.01), [2]), ((-3, 2), [2]), ((-3, 0.5), [])],
)
def test_a_minute_is_the_least_and_minutes_are_rounded_up(lost: tuple[float, float], owed: list[int]) -> None:
    assert minutes(sitter("a", lost)) == owed


def test_an_accommodation_makes_up_for_no_break_and_moves_the_end() -> None:
    own = replace(grant(40, 27), own=True)
    assert minutes(sitter("a", (10, 15), grants=(own,))) == [5]
    assert minutes(sitter("a", (85, 120), grants=(own,))) == [32]


def test_time_after_the_end_was_not_lost() -> None:
    assert minutes(sitter("a", (85, 120))) == [5]
    assert minutes(sitter("a", (91, 120))) == []
    assert minutes(sitter("a", (85, 120), grants=(grant(50, 10),))) == [15]


def test_whoever_handed_in_or_whose_time_is_long_over_is_proposed_nothing_but_was_there() -> None:
    """Nobody could use the minutes; whether it was the whole room's break is reckoned with them all the same."""
    assert minutes(sitter("a", (10, 13), submitted_at=STARTS + 40 * M)) == []
    assert minutes(sitter("a", (10, 13), over=60 * M + 1)) == []
    gone = [sitter("b", (10, 13), submitted_at=STARTS + 40 * M), sitter("c", (10, 13), over=61 * M)]
    found = propose([sitter("a", (10, 14)), *gone, *(sitter(name) for name in "def")])
    assert [(one.kind, one.attempts, one.minutes) for one in found] == [(OutageKind.ROOM, ("a",), 4)]


def test_what_is_proposed_after_the_end_reaches_beyond_now() -> None:
    """Given minutes count from the end: for the three that were lost to be had, the time since the end comes on top."""
    assert minutes(sitter("a", (10, 13), over=7 * M)) == [10]
    assert minutes(sitter("a", (10, 13), over=7 * M + 1)) == [11]
    assert minutes(sitter("a", (85, 120), over=30 * M)) == [35]
    assert minutes(sitter("a", (10, 13), over=7 * M, grants=(grant(20, 3),))) == []


def test_time_after_handing_in_or_before_coming_was_not_lost() -> None:
    def kind(handed_in: float) -> list[str]:
        gone = sitter("a", (10, 20), submitted_at=STARTS + round(handed_in * M))
        return [one.kind for one in propose([gone, sitter("b", (10, 20)), sitter("c"), sitter("d")])]

    assert (kind(11), kind(10.9)) == ([OutageKind.ROOM], [OutageKind.ONE])
    assert minutes(sitter("a", opened_at=STARTS + 12 * M), server=(span(10, 20),)) == []


def test_while_the_clock_stood_nothing_was_lost() -> None:
    assert minutes(sitter("a", (10, 20), pauses=(span(12, 16),))) == [6]
    assert minutes(sitter("a", (10, 20), pauses=(span(5, 30),))) == []
    assert minutes(sitter("a", (88, 100), pauses=(span(20, 25),))) == [7]


def test_a_room_cut_off_together_is_one_break() -> None:
    people = [sitter("a", (10, 13)), sitter("b", (11, 15)), sitter("c"), sitter("d", room="乙")]

    assert [(one.kind, one.room, one.attempts, one.minutes) for one in propose(people)] == [
        (OutageKind.ROOM, "甲", ("a", "b"), 4)
    ]
    others = [sitter(name) for name in "efghi"]
    assert [one.kind for one in propose([*people, *others])] == [OutageKind.ONE, OutageKind.ONE]
    gone = [replace(one, submitted_at=STARTS + 5 * M) for one in others]
    assert [one.kind for one in propose([*people, *gone])] == [OutageKind.ROOM]


def test_breaks_apart_in_time_are_two() -> None:
    assert minutes(sitter("a", (10, 13), (30, 35))) == [3, 5]


def test_when_the_hall_was_away_all_who_sat_then_lost_the_same() -> None:
    people = [sitter("a"), sitter("b", room="乙"), sitter("c", submitted_at=STARTS + 5 * M)]

    assert [
        (one.kind, one.room, one.attempts, one.minutes) for one in propose(people, server=[span(10, 12)])
    ] == [(OutageKind.SERVER, "", ("a", "b"), 2)]


def test_no_minute_of_a_machine_that_was_away_too_is_reckoned_twice() -> None:
    """Away from 5 to 20, the hall from 10 to 13: three minutes with all, twelve of its own; pauses may overlap both."""
    one = sitter("a", (5, 20))

    assert minutes(one, server=(span(10, 13),)) == [12, 3]
    assert minutes(one, server=(span(10, 13), span(12, 15))) == [10, 3, 3]
    assert minutes(replace(one, pauses=(span(12, 16),)), server=(span(10, 13),)) == [9, 2]
    assert minutes(sitter("a", (10, 13)), server=(span(9, 14),)) == [5]
    assert minutes(sitter("a", still=span(5, 20)), server=(span(10, 13),)) == [12, 3]


def test_a_later_grant_makes_up_for_what_came_before_it() -> None:
    broken = sitter("a", (10, 13), (30, 35))

    assert minutes(replace(broken, grants=(grant(20, 3),))) == [5]
    assert minutes(replace(broken, grants=(grant(20, 9),))) == [5]
    assert minutes(replace(broken, grants=(grant(40, 8),))) == []
    assert minutes(replace(broken, grants=(grant(40, 4),))) == [4]
    assert minutes(replace(broken, grants=(grant(5, 20),))) == [3, 5]
    assert minutes(sitter("a", (10, 13.2), grants=(grant(20, 3),))) == []


def away(since: float, now: float, name: str = "a", **more: Any) -> Sitter:
    return sitter(name, still=span(since, now), **more)


def test_a_machine_that_is_still_away_has_lost_what_it_lost_so_far() -> None:
    assert propose([away(10, 14.5), sitter("b"), sitter("c")]) == [
        Outage(
            kind=OutageKind.ONE,
            room="甲",
            since=STARTS + 10 * M,
            until=STARTS + round(14.5 * M),
            attempts=("a",),
            minutes=5,
            still=True,
        )
    ]
    assert minutes(away(10, 10.9)) == []
    assert minutes(away(85, 120)) == [5]
    assert minutes(away(10, 20, pauses=(span(12, 16),))) == [6]


def test_those_who_came_back_and_those_who_did_not_are_two_matters_of_one_break() -> None:
    people = [sitter("a", (10, 13)), away(10, 15, "b"), away(11, 15, "c"), sitter("d")]

    found = [(one.kind, one.attempts, one.minutes, one.still) for one in propose(people)]
    assert found == [
        (OutageKind.ROOM, ("a",), 3, False),
        (OutageKind.ROOM, ("b", "c"), 5, True),
    ]
    others = [sitter(name) for name in "efghi"]
    assert [(one.kind, one.attempts, one.still) for one in propose([*people, *others])] == [
        (OutageKind.ONE, ("a",), False),
        (OutageKind.ONE, ("b",), True),
        (OutageKind.ONE, ("c",), True),
    ]


def test_what_was_given_while_away_is_not_given_again_on_return() -> None:
    given = (grant(14.2, 5),)

    assert minutes(away(10, 14.2, grants=given)) == []
    assert minutes(away(10, 18, grants=given)) == [3]
    assert minutes(sitter("a", (10, 20), grants=given)) == [5]
    assert minutes(sitter("a", (10, 15.5), grants=given)) == []
    assert minutes(sitter("a", (2, 5), (10, 20), grants=given)) == [8]


def test_time_given_during_a_break_and_lost_in_it_was_lost_too() -> None:
    """Five minutes were left when the line broke; four were given at 89; at 92 two of them are left."""
    assert minutes(sitter("a", (85, 92), grants=(grant(89, 4),))) == [3]


_break = st.tuples(st.integers(-10 * M, 100 * M), st.integers(0, 20 * M)).map(
    lambda one: Span(since=STARTS + one[0], until=STARTS + one[0] + one[1])
)
_grants = st.lists(st.builds(Grant, at=st.integers(STARTS, ENDS), minutes=st.integers(1, 10)), max_size=3)


@st.composite
def _sitters(draw: st.DrawFn) -> list[Sitter]:
    return [
        sitter(
            str(number),
            room=draw(st.sampled_from("甲乙")),
            breaks=tuple(draw(st.lists(_break, max_size=3))),
            grants=tuple(draw(_grants)),
            submitted_at=draw(st.none() | st.integers(STARTS, ENDS)),
            opened_at=STARTS + draw(st.integers(-10 * M, 10 * M)),
            still=draw(st.none() | _break),
        )
        for number in range(draw(st.integers(0, 5)))
    ]


@given(_sitters(), st.lists(_break, max_size=2, unique=True))
def test_granting_everything_proposed_settles_the_matter(people: list[Sitter], server: list[Span]) -> None:
    after = STARTS + 1000 * M
    for outage in propose(people, server=server):
        people = [
            replace(one, grants=(*one.grants, Grant(at=after, minutes=outage.minutes)))
            if one.attempt in outage.attempts
            else one
            for one in people
        ]

    assert propose(people, server=server) == []


@given(_sitters(), st.lists(_break, max_size=2, unique=True))
def test_nobody_is_offered_more_than_their_breaks_lasted(people: list[Sitter], server: list[Span]) -> None:
    for outage in propose(people, server=server):
        longest = max(
            sum(one.until - one.since for one in (*person.breaks, *server, *_spans(person.still)))
            for person in people
            if person.attempt in outage.attempts
        )
        assert outage.minutes >= 1  # a break of a minute to the millisecond is made up for by one
        assert (outage.minutes - 1) * M < longest


def _spans(still: Span | None) -> tuple[Span, ...]:
    return () if still is None else (still,)


@given(st.integers(0, 60), st.lists(st.integers(1, 20 * M), min_size=1, max_size=6))
def test_looking_and_giving_again_and_again_gives_no_more_than_looking_once(
    since: int, steps: list[int]
) -> None:
    """However often minutes are given while the machine is away: in the end what the whole break cost, rounded up."""
    broken, now = Span(since=STARTS + since * M, until=STARTS + since * M), STARTS + since * M
    person = sitter("a", ends_at=ENDS + 1000 * M)
    total = 0
    for number, step in enumerate(steps):
        now += step
        last = number == len(steps) - 1
        span_now = replace(broken, until=now)
        seen = replace(person, breaks=(span_now,)) if last else replace(person, still=span_now)
        for outage in propose([seen]):
            assert outage.still is not last
            total += outage.minutes
            person = replace(person, grants=(*person.grants, Grant(at=now, minutes=outage.minutes)))
    lost = now - broken.since
    assert total <= -(-lost // M)
    assert lost - total * M < M
