"""Where from and in which browser: networks of rooms, Safe Exam Browser, and that answers are never refused for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.hall.desks import MINUTE, ROOMS, START, Office, office
from zhiheng.delivery.core.seb import request_hash
from zhiheng.delivery.core.seb_check import SebProof, proof_of
from zhiheng.foundation.errors import Refused

LATER = START + 10 * MINUTE
KEY = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
NETWORK = {ROOMS[0]: ("10.1.0.0/24", "fd00:1::/64")}
PAGE = "https://exam.example.org/hall/"


def events(hall: Office) -> list[dict[str, Any]]:
    found = [json.loads(row.body) for row in hall.log.rows if row.kind == "event"]
    assert all(one["text"] for one in found)
    return [{"kind": one["kind"]} for one in found]


def proved(script: str = "", header: str = "", host: str = "exam.example.org") -> SebProof:
    headers = {"host": host, "x-forwarded-proto": "https"}
    if header:
        headers["x-safeexambrowser-configkeyhash"] = header
    return proof_of(headers, "/hall/signin", script=script)


@pytest.mark.parametrize(
    ("number", "peer", "noted"),
    [
        (1, "10.1.0.7", []),
        (1, "::ffff:10.1.0.7", []),
        (1, "fd00:1::9", []),
        (1, "10.1.1.7", [{"kind": "network"}]),
        (1, "not an address", [{"kind": "network"}]),
        (3, "203.0.113.5", []),
    ],
)
def test_another_network_is_noted(tmp_path: Path, number: int, peer: str, noted: list[Any]) -> None:
    hall = office(tmp_path, networks=NETWORK)

    assert hall.arrive(number, peer=peer, now=LATER).startswith("open")
    assert events(hall) == noted


def test_a_sitting_may_close_the_door_to_other_networks(tmp_path: Path) -> None:
    hall = office(tmp_path, networks=NETWORK, network_policy="refuse")
    with pytest.raises(Refused) as why:
        hall.arrive(1, peer="10.2.0.1", now=LATER)

    assert (why.value.code, events(hall)) == ("network", [{"kind": "network"}])
    assert hall.live().epoch == 0
    assert hall.arrive(1, peer="10.1.0.1", now=LATER).startswith("open")


@pytest.mark.parametrize(
    "proof",
    [
        proved(script=request_hash(PAGE, KEY)),
        proved(script=request_hash(PAGE, KEY).upper()),
        proved(header=request_hash("https://exam.example.org/hall/signin", KEY)),
        proof_of({"host": "127.0.0.1:8701"}, "/", script=request_hash("http://127.0.0.1:8701/hall/", KEY)),
        proof_of(
            {"host": "10.0.0.1:8701", "x-forwarded-host": "exam.example.org", "x-forwarded-proto": "https"},
            "/hall/signin",
            script=request_hash(PAGE, KEY),
        ),
    ],
)
def test_the_prescribed_browser_opens_the_door(tmp_path: Path, proof: SebProof) -> None:
    hall = office(tmp_path, seb_config_keys=("0" * 64, KEY))

    assert hall.arrive(proof=proof, now=LATER).startswith("open")
    assert (events(hall), hall.live().proven, hall.reborn().live().proven) == ([], True, True)


@pytest.mark.parametrize(
    "proof",
    [
        proved(),
        proved(script="zz"),
        proved(script=KEY),
        proved(script=request_hash("https://elsewhere.example.org/hall/", KEY)),
        proved(header=request_hash(PAGE, KEY)),
        proof_of({}, "/hall/signin", script=request_hash(PAGE, KEY)),
    ],
)
def test_another_browser_is_noted_once_and_waits_for_the_invigilator(tmp_path: Path, proof: SebProof) -> None:
    hall = office(tmp_path, seb_config_keys=(KEY,))

    assert [hall.arrive(proof=proof, now=LATER + at) for at in (0, 5000)] == ["waiting", "waiting"]
    assert events(hall) == [{"kind": "config-key"}]
    hall.act("allow", 1, now=LATER + 6000)
    token = hall.token(proof=proof, now=LATER + 7000)
    assert (hall.live().proven, hall.live().doubted) == (False, True)
    hall.session(token, now=LATER + 8000)
    assert hall.arrive(proof=proof, now=LATER + 9000).startswith("open")


def test_a_sitting_without_keys_asks_for_nothing(tmp_path: Path) -> None:
    hall = office(tmp_path)

    assert hall.arrive(proof=proved(script="zz"), now=LATER).startswith("open")


def test_the_receipt_is_shown_in_any_browser(tmp_path: Path) -> None:
    hall = office(tmp_path, seb_config_keys=(KEY,))
    token = hall.token(proof=proved(script=request_hash(PAGE, KEY)), now=LATER)
    hall.desk.submit(token, now=LATER, done=lambda place: None)

    assert hall.arrive(machine="b", now=LATER + 1000).startswith("open")
