"""A room's networks, and a browser's proof."""

import pytest

from zhiheng.delivery.core.network import inside
from zhiheng.delivery.core.seb import request_hash
from zhiheng.delivery.core.seb_check import SebProof, proof_of

KEY = "0" * 64


@pytest.mark.parametrize(
    ("peer", "networks", "within"),
    [
        ("10.1.0.7", (), True),
        ("10.1.0.7", ("10.1.0.0/24",), True),
        ("10.1.1.7", ("10.1.0.0/24",), False),
        ("10.1.1.7", ("10.1.0.0/24", "10.1.1.0/24"), True),
        ("::ffff:10.1.0.7", ("10.1.0.0/24",), True),
        ("fd00::7", ("10.1.0.0/24", "fd00::/64"), True),
        ("", ("0.0.0.0/0", "::/0"), False),
    ],
)
def test_an_address_lies_in_a_network_or_does_not(peer: str, networks: tuple[str, ...], within: bool) -> None:
    assert inside(peer, networks) is within


def test_a_proof_holds_for_the_address_the_browser_saw() -> None:
    header = {"x-safeexambrowser-configkeyhash": request_hash("https://a.example.org/hall/key", KEY)}
    script = request_hash("http://a.example.org/hall/", KEY)

    assert proof_of(header | {"host": "a.example.org"}, "/hall/key").holds([KEY])
    assert proof_of({"host": "a.example.org"}, "/hall/signin", script=script).holds(["1" * 64, KEY])
    assert not proof_of(header | {"host": "b.example.org"}, "/hall/key").holds([KEY])
    assert not proof_of(header | {"host": "a.example.org", "x-forwarded-proto": "http"}, "/hall/key").holds(
        [KEY]
    )
    assert proof_of(header | {"host": "a.example.org", "x-forwarded-proto": "ftp"}, "/hall/key").holds([KEY])


def test_nothing_is_asked_without_a_key_and_nothing_offered_proves_nothing() -> None:
    assert (SebProof().holds([]), SebProof().holds([KEY])) == (True, False)
    assert [proof_of({}, "/").offered, proof_of({}, "/", script="x").offered] == [False, True]
