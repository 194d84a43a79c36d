"""The back office acts on a running hall, a real process, and hears what came of it."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.delivery.packs import candidate, small_pack
from tests.delivery.running import PATIENCE, Running, start
from zhiheng.cli.processes import free_port
from zhiheng.delivery.core.attempt import Kind, control_entry, opened_entry
from zhiheng.delivery.core.pack import decode_pack
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.packs import write_pack
from zhiheng.delivery.hall.presence import HEARTBEAT_FILE, SILENCE_FILE, Heartbeat, Silences
from zhiheng.delivery.hall.reader import read_log
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, SqliteStore
from zhiheng.delivery.hall_line import HallLine, take_back_passes
from zhiheng.delivery.pulse import hall_pulse
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.sittings.models import Offering

OFFERING = Offering()
BY = Account(username="watcher", display_name="演示监考甲")


def attempt(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


@pytest.fixture
def hall(tmp_path: Path, settings: Any) -> Iterator[Running]:
    keys = ensure_keys(tmp_path)
    begun = datetime.now(UTC) - timedelta(minutes=10)  # noqa: TID251 - the hall reads the machine's clock
    people = [candidate(1, keys.hmac, starts=begun), candidate(2, keys.hmac, starts=begun, room="第二机房")]
    write_pack(tmp_path, small_pack(keys.key_id, *people, sitting=str(OFFERING.id)))
    port = free_port()
    settings.HALL_DATA, settings.HALL_URL = tmp_path, f"http://127.0.0.1:{port}"
    running = Running(
        data=tmp_path, port=port, process=start(tmp_path, port), tickets=tuple(one.ticket for one in people)
    )
    yield running
    running.process.kill()
    running.process.wait()


def test_the_hall_says_which_pack_it_uses(hall: Running) -> None:
    pack = decode_pack((hall.data / "packs" / f"{OFFERING.id}.json").read_bytes())

    assert HallLine(BY, OFFERING).pack_hash() == pack.hash
    assert HallLine(BY, Offering()).pack_hash() == ""
    assert httpx.get(f"{hall.url}/hall/staff/pack", trust_env=False).status_code == 401


def test_no_proxy_stands_between_the_back_office_and_the_hall(
    hall: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    assert hall_pulse().answers
    assert HallLine(BY, OFFERING).tell_news() == 0


def test_acts_reach_the_candidate_and_stay_in_the_log(hall: Running) -> None:
    line = HallLine(BY, OFFERING)
    status = hall.sign_in(machine="a").json()
    token = status["token"]

    assert line.act("grant", attempts=None, minutes=5, reason="断电").done == 2
    assert line.act("message", attempts=[attempt(1)], text="请保持安静").done == 1
    assert line.act("pause", attempts=[attempt(1)], reason="火警").done == 1
    news = hall.call("GET", "state", token=token).json()
    assert (news["rev"], [one["text"] for one in news["messages"]], news["grants"][0]["minutes"]) == (
        3,
        ["请保持安静"],
        5,
    )
    assert news["paused"]["reason"] == "火警"
    assert hall.call("GET", "time", token=token).json()["rev"] == 3
    assert hall.save(token, "s1", "a", 1).json()["rev"] == 3
    assert line.act("resume", attempts=[attempt(1)]).done == 1
    moved = datetime.fromisoformat(hall.call("GET", "time", token=token).json()["ends_at"])
    assert moved - datetime.fromisoformat(status["ends_at"]) > timedelta(minutes=5)
    done = line.act("submit", attempts=[attempt(1), attempt(2)], reason="违纪")
    assert (done.done, [(one.attempt, one.sentence) for one in done.refused]) == (
        1,
        [(attempt(2), "考生没有登录过，没有可交的答卷。")],
    )
    receipt = hall.call("GET", "receipt", token=token)
    assert receipt.json()["answers"] == 1
    assert hall.call("POST", "submit", token=token).content == receipt.content
    by = [json.loads(row.body).get("by") for row in read_log(hall.data) if row.kind == "submitted"]
    assert by == [str(BY.id)]


def test_the_invigilator_lets_a_second_machine_in(hall: Running) -> None:
    line = HallLine(BY, OFFERING, rooms=["第一机房"])
    first = hall.sign_in(machine="a").json()["token"]
    waiting = hall.sign_in(machine="b")

    assert (waiting.status_code, waiting.json()["waiting"]) == (202, True)
    assert [seat.asked for seat in line.seats()] == [True]
    assert line.act("allow", attempts=[attempt(1)]).done == 1
    second = hall.sign_in(machine="b")
    assert (second.status_code, second.json()["epoch"]) == (200, 2)
    assert hall.save(first, "s1", "a", 1).status_code == 409
    assert [(seat.machines, seat.asked) for seat in line.seats()] == [(2, False)]


def test_a_line_reaches_its_own_rooms_only(hall: Running) -> None:
    line = HallLine(BY, OFFERING, rooms=["第二机房"])

    assert [seat.attempt for seat in line.seats()] == [attempt(2)]
    refused = line.act("grant", attempts=[attempt(1)], minutes=5, reason="断电")
    assert (refused.done, refused.refused[0].attempt) == (0, attempt(1))
    with pytest.raises(Refused) as outside:
        line.rescue(attempt(1), [{"epoch": 1, "item": "s1", "seq": 1, "value": "a"}])
    assert outside.value.code == "staff-sitting"
    other = HallLine(BY, Offering())
    assert (other.seats(), other.act("grant", attempts=None, minutes=5, reason="断电").done) == ([], 0)


def test_rescued_answers_come_in_under_their_own_names(hall: Running) -> None:
    line = HallLine(BY, OFFERING)
    token = hall.sign_in(machine="a").json()["token"]
    hall.save(token, "s1", "a", 1)
    rows = [
        {"epoch": 1, "item": "s1", "seq": 1, "value": "a", "client_time": ""},
        {"epoch": 1, "item": "s2", "seq": 2, "value": "b", "client_time": ""},
    ]
    told = line.rescue(attempt(1), rows)
    again = line.rescue(attempt(1), rows)
    other = line.rescue(attempt(1), [rows[1] | {"value": "c"}])

    assert (told.appended, told.repeated, told.conflicts) == (1, 1, ())
    assert (again.appended, again.repeated) == (0, 2)
    assert other.conflicts == ({"epoch": 1, "item": "s2", "seq": 2},)
    assert hall.call("GET", "answers", token=token).json()["answers"] == {"s1": "a", "s2": "b"}
    with pytest.raises(Refused):
        line.rescue(attempt(1), [rows[1] | {"epoch": 2, "seq": 3}])


def test_what_is_not_whole_is_refused_with_a_sentence(hall: Running) -> None:
    line = HallLine(BY, OFFERING)

    with pytest.raises(Refused) as why:
        line.act("grant", attempts=None, minutes=5)
    assert (why.value.code, "理由" in why.value.sentence) == ("act", True)


def test_nobody_else_opens_the_staff_routes(hall: Running) -> None:
    token = hall.sign_in(machine="a").json()["token"]
    for word in ("", f"Bearer {token}", f"Staff {token}", "Staff forged.token", "Staff x"):
        answer = httpx.get(
            f"{hall.url}/hall/staff/seats",
            headers={"Authorization": word} if word else {},
            timeout=PATIENCE,
            trust_env=False,
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "staff-token"), word


def test_the_seats_are_told_as_they_change(hall: Running) -> None:
    opening = HallLine(BY, OFFERING).seats_pass()
    heard: list[tuple[str, list[dict[str, object]]]] = []
    headers = {"Authorization": f"Staff {opening.token}"}
    with httpx.stream("GET", opening.address, headers=headers, timeout=PATIENCE, trust_env=False) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        event, token, until = "", "", time.monotonic() + PATIENCE
        for text in answer.iter_lines():
            if text.startswith("event: "):
                event = text.removeprefix("event: ")
            elif text.startswith("data: "):
                heard.append((event, json.loads(text.removeprefix("data: "))["seats"]))
                if len(heard) == 1:
                    token = hall.sign_in(machine="a").json()["token"]
                    hall.save(token, "s1", "a", 1)
                elif any(seat["answered"] == 1 for seat in heard[-1][1]):
                    break
            assert time.monotonic() < until

    first, last = heard[0], heard[-1]
    assert (first[0], [seat["state"] for seat in first[1]]) == ("all", ["absent", "absent"])
    assert (last[0], [(seat["attempt"], seat["state"]) for seat in last[1]]) == (
        "changed",
        [(attempt(1), "answering")],
    )


def seats_status(hall: Running, token: str) -> int:
    headers = {"Authorization": f"Staff {token}", "Accept": "application/json"}
    url = f"{hall.url}/hall/staff/seats"
    return httpx.get(url, headers=headers, timeout=PATIENCE, trust_env=False).status_code


def test_passes_are_taken_back_at_once_also_on_an_open_line_and_after_a_restart(hall: Running) -> None:
    theirs = HallLine(BY, OFFERING).seats_pass()
    outsider = HallLine(Account(username="other"), OFFERING).seats_pass()
    headers = {"Authorization": f"Staff {theirs.token}"}
    with httpx.stream("GET", theirs.address, headers=headers, timeout=PATIENCE, trust_env=False) as line:
        lines = line.iter_lines()
        assert next(text for text in lines if text.startswith("event: ")) == "event: all"
        asked = time.monotonic()
        take_back_passes(str(BY.id), by="role-ended")
        assert [text for text in lines if text.startswith("event: ")] == []  # it ends
        assert time.monotonic() - asked < PATIENCE
    assert [seats_status(hall, one.token) for one in (theirs, outsider)] == [401, 200]

    hall.process.kill()
    hall.process.wait()
    hall.process = start(hall.data, hall.port)
    assert [seats_status(hall, one.token) for one in (theirs, outsider)] == [401, 200]
    time.sleep(0.002)  # a pass given out in the same millisecond would be one given before
    assert seats_status(hall, HallLine(BY, OFFERING).seats_pass().token) == 200
    assert [(row.attempt, row.kind) for row in read_log(hall.data)] == [("#hall", "withdrawn")]


def test_a_pass_that_looks_takes_nothing_back_and_tells_no_news(hall: Running) -> None:
    headers = {"Authorization": f"Staff {HallLine(BY, OFFERING).seats_pass().token}"}
    asked = {"who": str(BY.id), "until": round(time.time() * 1000) + 600_000}
    for path, body in (("withdraw", asked), ("news", None)):
        url = f"{hall.url}/hall/staff/{path}"
        for words in (headers, {}):
            answer = httpx.post(url, json=body, headers=words, timeout=PATIENCE, trust_env=False)
            assert answer.status_code == 401, path
    assert list(read_log(hall.data)) == []


def test_news_of_a_room_are_heard_in_that_room_only(hall: Running) -> None:
    first, second = (HallLine(BY, OFFERING, rooms=[room]) for room in ("第一机房", "第二机房"))
    opening = first.seats_pass()
    headers = {"Authorization": f"Staff {opening.token}"}
    with httpx.stream("GET", opening.address, headers=headers, timeout=PATIENCE, trust_env=False) as line:
        events = (text for text in line.iter_lines() if text.startswith("event: "))
        assert next(events) == "event: all"
        assert (second.tell_news(), first.tell_news()) == (0, 1)
        assert next(events) == "event: news"


def test_a_silent_hall_is_said_to_be_silent(settings: Any, tmp_path: Path) -> None:
    settings.HALL_DATA, settings.HALL_URL = tmp_path, f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Refused) as why:
        HallLine(BY, OFFERING).act("resume", attempts=None)

    assert why.value.code == "hall-silent"


def test_breaks_are_proposed_and_settled_by_granting(tmp_path: Path, settings: Any) -> None:
    keys, port = ensure_keys(tmp_path), free_port()
    settings.HALL_DATA, settings.HALL_URL = tmp_path, f"http://127.0.0.1:{port}"
    begun = datetime.now(UTC) - timedelta(minutes=30)  # noqa: TID251 - the hall reads the machine's clock
    people = [candidate(1, keys.hmac, starts=begun), candidate(2, keys.hmac, starts=begun, room="第二机房")]
    write_pack(tmp_path, small_pack(keys.key_id, *people, sitting=str(OFFERING.id)))
    at = round(begun.timestamp() * 1000)
    gone, back = at + 10 * 60_000, at + 13 * 60_000 + 1
    store = SqliteStore(tmp_path / LOG_FILE)
    store.append([opened_entry(attempt(1), epoch=1, at=at)])
    away = {"from": gone, "until": back}
    store.append([control_entry(Kind.AWAY, attempt(1), serial=0, body=away, at=back)])
    store.close()
    process = start(tmp_path, port)
    try:
        line = HallLine(BY, OFFERING, rooms=["第一机房"])
        (mine,) = [outage for outage in line.outages() if outage.kind == "one"]
        assert (mine.attempts, mine.minutes, mine.room) == ((attempt(1),), 4, "第一机房")
        assert [round(one.timestamp() * 1000) for one in (mine.since, mine.until)] == [gone, back]
        assert HallLine(BY, OFFERING, rooms=["第二机房"]).outages() == []
        assert line.act("grant", attempts=mine.attempts, minutes=60, reason="断网").done == 1
        assert line.outages() == []
    finally:
        process.kill()
        process.wait()


def test_killed_and_started_again_the_hall_knows_since_when_a_machine_is_away(
    tmp_path: Path, settings: Any
) -> None:
    """Begun half an hour ago; away since the tenth minute; the hall itself was away for the last five."""
    keys, port = ensure_keys(tmp_path), free_port()
    settings.HALL_DATA, settings.HALL_URL = tmp_path, f"http://127.0.0.1:{port}"
    begun = datetime.now(UTC) - timedelta(minutes=30)  # noqa: TID251 - the hall reads the machine's clock
    people = [candidate(1, keys.hmac, starts=begun), candidate(2, keys.hmac, starts=begun)]
    write_pack(tmp_path, small_pack(keys.key_id, *people, sitting=str(OFFERING.id)))
    at = round(begun.timestamp() * 1000)
    gone = at + 10 * 60_000
    store = SqliteStore(tmp_path / LOG_FILE)
    store.append([opened_entry(attempt(number), epoch=1, at=at) for number in (1, 2)])
    store.close()
    Heartbeat(tmp_path / HEARTBEAT_FILE).beat(at + 25 * 60_000)
    Silences(tmp_path / SILENCE_FILE).note({attempt(1): gone})
    found = []
    for _ in range(2):
        process = start(tmp_path, port)
        try:
            told: dict[Any, Any] = {}
            give_up = time.monotonic() + PATIENCE
            while len(told) < 2 and time.monotonic() < give_up:  # until its own silence is in the log
                told = {(one.kind, one.still): one for one in HallLine(BY, OFFERING).outages()}
            found.append(told)
        finally:
            process.kill()
            process.wait()

    for proposed in found:
        mine, halls = proposed["one", True], proposed["server", False]
        assert (mine.attempts, round(mine.since.timestamp() * 1000)) == ((attempt(1),), gone)
        assert 15 <= mine.minutes <= 17  # of twenty the five that the hall was away
        assert (halls.attempts, 5 <= halls.minutes <= 6) == ((attempt(1), attempt(2)), True)
        assert len(proposed) == 2


def test_a_grant_after_the_pack_reaches_its_candidate_once_and_nobody_else(hall: Running) -> None:
    line = HallLine(BY, OFFERING)
    status = hall.sign_in(machine="a").json()
    words = {"zh": "延长时间 30 %", "en": "30 % more time"}
    for _ in range(2):
        told = line.adjust(attempt(1), key="k1", minutes=27, reason="考试便利", **words)
        assert (told.done, told.refused) == (1, ())

    news = hall.call("GET", "state", token=status["token"]).json()
    assert (status["accommodation"], news["accommodation"], news["rev"]) == (None, words, 2)
    assert [(one["minutes"], one["adjusted"]) for one in news["grants"]] == [(27, True)]
    assert [(one["id"], one["accommodation"]) for one in news["messages"]] == [("adjusted-0", words)]
    moved = datetime.fromisoformat(news["ends_at"]) - datetime.fromisoformat(status["ends_at"])
    assert moved == timedelta(minutes=27)
    assert {row.attempt for row in read_log(hall.data) if row.kind in ("granted-time", "adjusted")} == {
        attempt(1)
    }
    assert line.act("submit", attempts=[attempt(1)], reason="违纪").done == 1
    late = line.adjust(attempt(1), key="k2", minutes=5, reason="考试便利", zh="", en="")
    assert (late.done, [one.sentence for one in late.refused]) == (0, ["已经交卷，不能再延长时间。"])
    outside = line.adjust(attempt(7), key="k3", minutes=0, reason="考试便利", **words)
    assert (outside.done, len(outside.refused)) == (0, 1)
