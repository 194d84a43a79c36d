"""What becomes of one answer between its bytes and its acknowledgement."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from tests.delivery.hall.desks import MINUTE, START, Office, attempt, office
from zhiheng.delivery.core.attempt import fold
from zhiheng.delivery.hall.call import Call, Head
from zhiheng.delivery.hall.committer import Committer
from zhiheng.delivery.hall.http import Response
from zhiheng.delivery.hall.protocol import Connection
from zhiheng.delivery.hall.saving import ROW_VOLUME, VOLUME_LIMIT, Saving

LATER = START + 10 * MINUTE
OVER = START + 91 * MINUTE


@dataclass
class Line:
    """Takes what a connection would send."""

    said: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def answer(self, call: Call, response: Response) -> None:
        self.said.append((response.status, msgspec.json.decode(response.body)))

    def acknowledge(self, call: Call, body: bytes) -> None:
        self.said.append((200, msgspec.json.decode(body)))


@dataclass
class Sitting:
    """One candidate's answers, under the same head every time as on one connection."""

    hall: Office
    saving: Saving
    head: Head
    now: int = LATER
    line: Line = field(default_factory=Line)

    def save(
        self, seq: int, value: object = "a", *, item: str = "s1", **more: object
    ) -> tuple[int, dict[str, Any]]:
        body = msgspec.json.encode({"item": item, "seq": seq, "value": value, **more})
        return self.send(body)

    def send(self, body: bytes) -> tuple[int, dict[str, Any]]:
        self.saving.save(Call(self.head, body), cast(Connection, self.line))
        return self.line.said[-1]


def head(token: str, *, content_type: bytes = b"application/json") -> Head:
    headers = {b"authorization": b"Bearer " + token.encode(), b"content-type": content_type}
    return Head(b"POST", b"/hall/answer", headers, True)


@pytest.fixture
def sitting(tmp_path: Path) -> Sitting:
    hall = office(tmp_path)
    token = hall.token()
    made: list[Sitting] = []
    saving = Saving(desk=hall.desk, committer=cast(Committer, hall.log), now=lambda: made[0].now)
    made.append(Sitting(hall, saving, head(token)))
    return made[0]


def code(said: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    return said[0], said[1]["error"]["code"]


def test_an_answer_is_acknowledged_with_its_number_and_its_moment(sitting: Sitting) -> None:
    assert sitting.save(7) == (
        200,
        {"seq": 7, "saved_at": "2027-01-15T16:10:00.000+08:00", "late": False, "counted": True, "rev": 0},
    )
    assert [(row.item, row.seq, row.body) for row in sitting.hall.log.rows if row.kind == "answer"] == [
        ("s1", 7, '"a"')
    ]


def test_nothing_is_said_before_the_row_is_durable(sitting: Sitting) -> None:
    sitting.hall.log.held = []
    body = msgspec.json.encode({"item": "s1", "seq": 1, "value": "a"})
    sitting.saving.save(Call(sitting.head, body), cast(Connection, sitting.line))
    before = list(sitting.line.said)
    sitting.hall.log.let_go()

    assert before == []
    assert [status for status, _ in sitting.line.said] == [200]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "body")),
        (b'{"item":"s1","seq":"1"}', (400, "body")),
        (b'{"item":"zz","seq":1,"value":"a"}', (422, "answer")),
        (b'{"item":"s1","seq":0,"value":"a"}', (422, "answer")),
        (b'{"item":"s1","seq":9007199254740992,"value":"a"}', (422, "answer")),
        (b'{"item":"s1","seq":1,"value":"zz"}', (422, "answer")),
        (b'{"item":"s1","seq":1,"value":["a"]}', (422, "answer")),
    ],
)
def test_what_cannot_be_an_answer_is_refused_and_not_kept(
    sitting: Sitting, body: bytes, expected: tuple[int, str]
) -> None:
    assert code(sitting.send(body)) == expected
    assert [row for row in sitting.hall.log.rows if row.kind == "answer"] == []


def test_an_answer_taken_back_is_kept_as_none(sitting: Sitting) -> None:
    sitting.save(1)
    sitting.save(2, None)

    assert fold(sitting.hall.log.rows, ends_at=OVER).answers["s1"].body == "null"
    assert sitting.hall.live().answered == 0


def test_what_comes_after_the_end_is_kept_and_flagged(sitting: Sitting) -> None:
    sitting.save(1)
    sitting.now = OVER
    late = sitting.save(2, "b")

    assert (late[0], late[1]["late"], late[1]["counted"]) == (200, True, False)
    assert [row.flags for row in sitting.hall.log.rows if row.kind == "answer"] == ["", "late"]


def test_time_granted_makes_a_late_answer_one_in_time(sitting: Sitting) -> None:
    sitting.save(1)
    sitting.hall.act("grant", 1, minutes=5, reason="机器重启")
    sitting.now = OVER
    first = sitting.save(2, "b")
    sitting.now = OVER + 5 * MINUTE
    second = sitting.save(3, "c")

    assert [said[1]["counted"] for said in (first, second)] == [True, False]


def test_a_head_known_once_is_not_good_for_ever(sitting: Sitting) -> None:
    """Signed in elsewhere, expired, or the pack taken away: each is noticed under the same head."""
    sitting.save(1)
    sitting.hall.token(machine="a", now=LATER)  # the same machine once more: a new session
    assert code(sitting.save(2)) == (409, "other-machine")


def test_a_token_that_has_run_out_is_noticed_under_the_same_head(sitting: Sitting) -> None:
    sitting.save(1)
    session = sitting.hall.session(sitting.head.headers[b"authorization"][7:].decode(), now=LATER)
    sitting.now = session.expires
    assert code(sitting.save(2)) == (401, "token-expired")


def test_a_pack_that_was_changed_is_noticed_under_the_same_head(sitting: Sitting) -> None:
    sitting.save(1)
    shelf = sitting.hall.desk.shelf
    place = shelf.by_attempt[attempt(1)]
    shelf.by_attempt = {attempt(1): replace(place, asked={})}
    assert code(sitting.save(2)) == (422, "answer")
    shelf.by_attempt = {}
    assert code(sitting.save(3)) == (403, "other-sitting")


def test_only_json_is_read(sitting: Sitting) -> None:
    token = sitting.head.headers[b"authorization"][7:].decode()
    sitting.head = head(token, content_type=b"text/plain")
    assert code(sitting.save(1)) == (400, "body")


def test_one_attempt_cannot_fill_the_disk(sitting: Sitting) -> None:
    sitting.save(1)
    sitting.hall.live().volume = VOLUME_LIMIT - ROW_VOLUME - len('"a"')
    last = sitting.save(2)
    more = sitting.save(3)

    assert last[0] == 200
    assert code(more) == (429, "too-much")
    assert [row.seq for row in sitting.hall.log.rows if row.kind == "answer"] == [1, 2]


def test_one_number_for_two_answers_is_a_conflict_and_for_one_a_repeat(sitting: Sitting) -> None:
    first = sitting.save(1)
    sitting.now += 1_000

    assert sitting.save(1) == first
    assert code(sitting.save(1, "b")) == (409, "sequence-conflict")
