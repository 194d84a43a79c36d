"""Whatever is posted, the hall answers once, with a sentence, and nothing it would regret stands in the log."""

from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.delivery.hall.desks import EVERYWHERE, MINUTE, START, Office, attempt, office
from tests.delivery.packs import ID_NUMBER
from zhiheng.delivery.core.attempt import fold
from zhiheng.delivery.core.token import mint_staff_token
from zhiheng.delivery.hall.committer import Committer
from zhiheng.delivery.hall.http import Request, Response
from zhiheng.delivery.hall.routes import Routes

LATER = START + 10 * MINUTE
POSTS = ["signin", "events", "comment", "submit", "staff/act", "staff/rescue", "staff/withdraw", "staff/news"]
GETS = [
    "sealed/x",
    "key",
    "paper",
    "media/x",
    "answers",
    "state",
    "time",
    "receipt",
    "staff/seats",
    "staff/outages",
]

_odd = st.text(max_size=5) | st.sampled_from(["\x00", "\U0001f9ea", "x" * 600, ID_NUMBER, "20261128000001"])
_leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _odd
_event = st.fixed_dictionaries(
    {"seq": st.integers(-2, 3) | _leaf, "kind": st.sampled_from(["copy", "blur", "x"]), "at": _odd},
    optional={"seconds": _leaf},
)
_row = st.fixed_dictionaries(
    {
        "epoch": st.integers(-1, 3),
        "item": st.sampled_from(["s1", "m1", "t1", "zz"]),
        "seq": st.integers(-1, 4),
    },
    optional={"value": _leaf | st.lists(_leaf, max_size=2), "client_time": _odd},
)
_body = _leaf | st.fixed_dictionaries(
    {},
    optional={
        "ticket": _odd,
        "id_number": _odd,
        "machine": _leaf,
        "config_key": _leaf,
        "events": st.lists(_event, max_size=3) | _leaf,
        "seq": _leaf,
        "text": _odd,
        "who": _odd,
        "until": st.sampled_from([LATER + 1, LATER - 1]) | _leaf,
        "epoch": _leaf,
        "act": st.sampled_from(["grant", "pause", "resume", "message", "submit", "allow", "deny", "x"]),
        "attempts": st.none() | st.lists(st.sampled_from([attempt(1), attempt(2), "x"]), max_size=3),
        "minutes": st.integers(-1, 5) | _leaf,
        "reason": _odd,
        "attempt": st.sampled_from([attempt(1), "x"]),
        "rows": st.lists(_row, max_size=3) | _leaf,
    },
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hall")


def ask(hall: Office, request: Request) -> Response:
    def rows(one: str, then: Any, fail: Any) -> None:
        then([row for row in hall.log.rows if row.attempt == one])

    routes = Routes(
        desk=hall.desk,
        committer=cast(Committer, hall.log),
        now=lambda: LATER,
        real=lambda now: now,
        read_attempt=rows,
        open_connections=lambda: 0,
    )
    answers: list[Response] = []
    routes.dispatch(request, answers.append)
    (answer,) = answers
    return answer


@given(path=st.sampled_from(POSTS), body=_body, signed=st.sampled_from(["staff", "candidate", "nobody"]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_post_is_answered_with_a_result_or_a_sentence(
    folder: Path, path: str, body: Any, signed: str
) -> None:
    hall = office(folder)
    token = hall.token(1, now=LATER)
    words = {
        "staff": f"Staff {mint_staff_token(EVERYWHERE, key=hall.desk.keys.hmac)}",
        "candidate": f"Bearer {token}",
        "nobody": "",
    }
    answer = ask(
        hall,
        Request(
            method="POST",
            path=f"/hall/{path}",
            headers={"content-type": "application/json", "authorization": words[signed]},
            body=msgspec.json.encode(body),
            peer="10.0.0.1",
        ),
    )

    assert answer.status in (200, 202) or "sentence" in msgspec.json.decode(answer.body)["error"]
    assert answer.status != 500
    assert all("\x00" not in row.body + row.client_time + row.item for row in hall.log.rows)
    assert fold([row for row in hall.log.rows if row.attempt == attempt(1)], ends_at=START).epoch >= 1
    hall.reborn()


@pytest.mark.parametrize(("said", "kept"), [("\x00", ""), ("上午", ""), ("2026-11-28T09:00:00+08:00", None)])
def test_a_time_that_is_none_does_not_reach_the_log(tmp_path: Path, said: str, kept: str | None) -> None:
    hall = office(tmp_path)
    hall.token(1, now=LATER)
    rows = [{"epoch": 1, "item": "t1", "seq": 1, "value": "话", "client_time": said}]
    staff = f"Staff {mint_staff_token(EVERYWHERE, key=hall.desk.keys.hmac)}"
    answer = ask(
        hall,
        Request(
            method="POST",
            path="/hall/staff/rescue",
            headers={"content-type": "application/json", "authorization": staff},
            body=msgspec.json.encode({"attempt": attempt(1), "rows": rows}),
        ),
    )

    assert (answer.status, hall.log.rows[-1].client_time) == (200, said if kept is None else kept)


@given(path=st.sampled_from(GETS), word=st.sampled_from(["Bearer ", "Staff ", ""]), token=_odd)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_without_a_word_of_ours_nothing_is_told(folder: Path, path: str, word: str, token: str) -> None:
    hall = office(folder)
    request = Request(method="GET", path=f"/hall/{path}", headers={"authorization": word + token})
    answer = ask(hall, request)

    if path == "time" and not (word == "Bearer " and token):
        assert set(msgspec.json.decode(answer.body)) == {"server_time"}
    else:
        assert (answer.status, answer.stream) == (401, None)
