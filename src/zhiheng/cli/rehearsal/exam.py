"""Rehearsed candidates sitting the real exam: HTTP to the running hall, answer by answer."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

from zhiheng.cli.rehearsal.cast import Player, chance
from zhiheng.foundation.errors import ZhihengError

AT_ONCE = 8


class HallRefused(ZhihengError):
    """The hall did not take what a rehearsed candidate sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One candidate at the exam. bodies: item id -> the question with its key, known to the rehearsal only.

    let_in: the room's invigilator allows the candidate's second machine.
    """

    player: Player
    ticket: str
    bodies: Mapping[str, Mapping[str, Any]]
    let_in: Callable[[], None]
    stays_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sat:
    """saves: acknowledged answers. receipt: None for the one who never submitted."""

    ticket: str
    saves: int
    reopened: bool
    receipt: dict[str, Any] | None
    token: str


class Machine:
    """A candidate's browser: one name, one connection, one token, one counter."""

    def __init__(self, hall: str, name: str = "first") -> None:
        self._name = name
        self._http = httpx.Client(base_url=hall, timeout=30, trust_env=False)
        self._seq = 0
        self.token = ""

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *about: object) -> None:
        self._http.close()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self._http.request(method, f"/hall/{path}", json=body, headers=headers)
        if answer.status_code not in (httpx.codes.OK, httpx.codes.ACCEPTED):
            raise HallRefused(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def sign_in(self, ticket: str, id_number: str) -> Any:
        """The status with a token; without one while the invigilator has to be asked."""
        asked = {"ticket": ticket, "id_number": id_number, "machine": self._name}
        facts = self.call("POST", "signin", asked)
        self.token = facts.get("token", "")
        return facts

    def save(self, item: str, value: Any) -> Any:
        self._seq += 1
        return self.call(
            "POST", "answer", {"item": item, "seq": self._seq, "value": value, "client_time": ""}
        )


def sit_all(hall: str, seats: Iterable[Seat], *, done: Callable[[Sat], None]) -> list[Sat]:
    """Everybody sits at the same time; `done` hears of each who finishes."""
    finished = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for sat in pool.map(lambda seat: sit(hall, seat), seats):
            done(sat)
            finished.append(sat)
    return finished


def sit(hall: str, seat: Seat) -> Sat:
    """Answer everything; every third candidate's machine dies half-way and another one takes over."""
    with Machine(hall) as machine:
        machine.sign_in(seat.ticket, seat.player.id_number)
        paper = machine.call("GET", "paper")["paper"]
        items = [item for section in paper["sections"] for item in section["items"]]
        half = len(items) // 2
        for item in items[:half]:
            machine.save(item["id"], answer_of(seat, item["id"]))
        reopened = seat.player.serial % 3 == 0
        if not reopened:
            return _finish(machine, seat, items[half:], saves=len(items), reopened=False)
    with Machine(hall, "second") as second:
        _sign_in_elsewhere(second, seat)
        kept = second.call("GET", "answers")["answers"]
        expected = {item["id"] for item in items[:half] if answer_of(seat, item["id"]) not in (None, "", [])}
        if set(kept) != expected:
            raise HallRefused(f"换机后答案不齐：应有 {len(expected)} 题，取回 {len(kept)} 题")
        return _finish(second, seat, items[half:], saves=len(items), reopened=True)


def _sign_in_elsewhere(machine: Machine, seat: Seat) -> None:
    """The first machine was in use a moment ago, so the invigilator is asked; then the door opens."""
    if "waiting" not in machine.sign_in(seat.ticket, seat.player.id_number):
        raise HallRefused("换机登录没有经过监考员确认")
    seat.let_in()
    if "token" not in machine.sign_in(seat.ticket, seat.player.id_number):
        raise HallRefused("监考员同意之后，第二台设备仍未能登录")


def _finish(machine: Machine, seat: Seat, rest: list[Any], *, saves: int, reopened: bool) -> Sat:
    for item in rest if not seat.stays_late else rest[:-1]:
        machine.save(item["id"], answer_of(seat, item["id"]))
    receipt = None if seat.stays_late else machine.call("POST", "submit")
    return Sat(
        ticket=seat.ticket,
        saves=saves - seat.stays_late,
        reopened=reopened,
        receipt=receipt,
        token=machine.token,
    )


def send_late(hall: str, seat: Seat, sat: Sat) -> dict[str, Any]:
    """The last answer of the one who stayed, after the deadline; the hall keeps and flags it."""
    with Machine(hall) as machine:
        machine.token = sat.token
        missing = next(item for item in seat.bodies if seat.bodies[item]["type"] == "single")
        reply: dict[str, Any] = machine.call(
            "POST",
            "answer",
            {"item": missing, "seq": 10_000, "value": answer_of(seat, missing), "client_time": ""},
        )
        return reply


def answer_of(seat: Seat, item: str) -> Any:
    """What this candidate writes: right with the probability of their ability, repeatably."""
    body = seat.bodies[item]
    rng = chance("answer", seat.player.serial, item)
    able = rng.random() < seat.player.theory_ability
    if body["type"] == "short":
        share = seat.player.theory_ability
        said = [point["text"] for point in body["points"] if rng.random() < share]
        return "；".join(said) or "不清楚。"
    letters = list(body["options"])
    if body["type"] == "single":
        wrong = [letter for letter in letters if letter not in body["key"]]
        return body["key"][0] if able else rng.choice(wrong)
    if able:
        return list(body["key"])
    return sorted(rng.sample(letters, k=max(1, len(body["key"]) - 1)))


def wait_for_hall(hall: str, ticket: str, id_number: str, *, patience: float = 15) -> None:
    """Until the hall has read the pack and the moved clock: it hands out a paper."""
    ends = time.monotonic() + patience
    while True:
        try:
            with Machine(hall) as machine:
                machine.sign_in(ticket, id_number)
                machine.call("GET", "paper")
                return
        except HallRefused:
            pass
        if time.monotonic() > ends:
            raise HallRefused("考场服务没有在限定时间内载入数据包并开考。")
        time.sleep(0.3)
