"""Guessing at tickets is slow, and nobody is shut out by a stranger's guesses."""

import pytest

from zhiheng.delivery.hall.throttle import REMEMBERED, TRIES, TRIES_IN_ALL, WAIT_MS, Throttle

TICKET, HERE, ELSEWHERE = "20261128000001", "192.0.2.7", "198.51.100.9"


def guessed(throttle: Throttle, times: int, *, peer: str = HERE, ticket: str = TICKET, now: int = 0) -> None:
    for _ in range(times):
        throttle.failed(ticket, peer, exists=True, now=now)


def test_after_five_wrong_tries_that_place_waits_and_no_other() -> None:
    throttle = Throttle()
    guessed(throttle, TRIES - 1)
    assert throttle.wait(TICKET, HERE, now=1) == 0

    guessed(throttle, 1, now=1)
    assert throttle.wait(TICKET, HERE, now=2) == 30
    assert throttle.wait(TICKET, HERE, now=WAIT_MS) == 1
    assert throttle.wait(TICKET, HERE, now=1 + WAIT_MS) == 0
    assert throttle.wait(TICKET, ELSEWHERE, now=2) == 0
    assert throttle.wait("20261128000002", HERE, now=2) == 0


def test_many_places_together_close_a_ticket_to_all() -> None:
    throttle = Throttle()
    for place in range(TRIES_IN_ALL - 1):
        guessed(throttle, 1, peer=f"198.51.100.{place}")
    assert throttle.wait(TICKET, HERE, now=0) == 0

    guessed(throttle, 1, peer="203.0.113.1")
    assert throttle.wait(TICKET, HERE, now=0) == 30


def test_tries_are_forgotten_half_a_minute_after_the_last() -> None:
    throttle = Throttle()
    guessed(throttle, TRIES - 1)
    guessed(throttle, 1, now=WAIT_MS)

    assert throttle.wait(TICKET, HERE, now=WAIT_MS) == 0


def test_who_got_in_has_not_guessed() -> None:
    throttle = Throttle()
    guessed(throttle, TRIES - 1)
    throttle.clear(TICKET, HERE)
    guessed(throttle, 1)

    assert throttle.wait(TICKET, HERE, now=0) == 0


def test_a_clock_set_back_makes_nobody_wait_for_hours() -> None:
    throttle = Throttle()
    guessed(throttle, TRIES, now=3 * 3_600_000)

    assert throttle.wait(TICKET, HERE, now=0) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2:3::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8", False),
        ("", "no address", True),
    ],
)
def test_of_ipv6_the_network_is_the_place(one: str, other: str, same: bool) -> None:
    throttle = Throttle()
    guessed(throttle, TRIES, peer=one)

    assert (throttle.wait(TICKET, other, now=0) > 0) == same


def test_a_flood_of_invented_tickets_neither_fills_memory_nor_hides_the_guessing() -> None:
    throttle = Throttle()
    for place in range(TRIES_IN_ALL // TRIES):
        guessed(throttle, TRIES, peer=f"198.51.100.{place}")
    for number in range(REMEMBERED + 10):
        throttle.failed(f"{number:060d}" + "9" * 60_000, HERE, exists=False, now=1)

    assert len(throttle._from_one_place._failures) == REMEMBERED
    assert {len(ticket) for ticket, _ in throttle._from_one_place._failures} == {64}
    assert len(throttle._in_all._failures) == 1
    assert throttle.wait(TICKET, "198.51.100.0", now=2) == 30
