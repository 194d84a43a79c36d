"""Whatever people do and in whatever order: the desk's memory, its log and a second desk's memory say the same."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.delivery.hall.desks import MINUTE, START, Office, attempt, office
from zhiheng.delivery.core.attempt import fold
from zhiheng.foundation.errors import Refused

ENDS = START + 90 * MINUTE
_step = st.tuples(
    st.sampled_from(
        ["grant", "pause", "resume", "message", "submit", "allow", "deny", "enter", "ask", "hand in"]
    ),
    st.integers(1, 2),
    st.integers(0, 20),
    st.booleans(),
)
_ACTS: dict[str, dict[str, Any]] = {
    "grant": {"minutes": 3, "reason": "断电"},
    "pause": {"reason": "火警"},
    "submit": {"reason": "违纪"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hall")


def take(hall: Office, step: str, number: int, now: int) -> None:
    if step == "enter":
        _arrive(hall, number, "a", now)
    elif step == "ask":
        _arrive(hall, number, "b", now)
    elif step == "hand in":
        word = _arrive(hall, number, "a", now)
        if word.startswith("open"):
            hall.desk.submit(word.split()[1], now=now, done=lambda place: None)
    else:
        hall.act(step, number, now=now, text="请安静", **_ACTS.get(step, {}))


def _arrive(hall: Office, number: int, machine: str, now: int) -> str:
    try:
        return hall.arrive(number, machine=machine, now=now)
    except Refused:
        return ""


@given(steps=st.lists(_step, max_size=25), order=st.randoms(use_true_random=False))
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_memory_log_and_second_memory_agree(
    folder: Path, steps: list[tuple[str, int, int, bool]], order: object
) -> None:
    hall = office(folder)
    other = hall.reborn()
    now = START + MINUTE
    for step, number, minutes, elsewhere in steps:
        now += minutes * MINUTE // 4
        take(other if elsewhere else hall, step, number, now)
        for one in (hall, other):
            one.desk.remember(hall.log.rows)
    shuffled = list(hall.log.rows)
    order.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random, as Hypothesis hands it out
    third = Office(desk=hall.reborn().desk, log=hall.log, door=hall.door)
    third.desk.remember(shuffled)

    for number in (1, 2):
        rows = [row for row in hall.log.rows if row.attempt == attempt(number)]
        state = fold(rows, ends_at=ENDS)
        for one in (hall, other, third):
            live = one.desk.peek(attempt(number))
            assert (live.epoch, live.submitted, live.granted_minutes, live.paused_at) == (
                state.epoch,
                state.submitted_at is not None,
                state.granted_minutes,
                state.paused_at,
            )
            assert live.deadline(ENDS, now=now) == state.deadline_at(now)
            assert live.rev == hall.desk.peek(attempt(number)).rev
