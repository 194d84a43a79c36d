"""Whose word about a candidate's address is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.delivery.hall.proxies import TrustedProxies
from zhiheng.foundation.errors import Refused

TRUSTED = TrustedProxies(("10.0.0.0/24", "2001:db8::1", "127.0.0.1"))


@pytest.mark.parametrize(
    ("line", "forwarded", "peer"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", b"198.51.100.1", "203.0.113.7"),
        ("10.0.0.5", None, "10.0.0.5"),
        ("10.0.0.5", b"198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", b"1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", b"1.2.3.4, 198.51.100.1, 10.0.0.9", "198.51.100.1"),
        ("10.0.0.5", b"10.0.0.7", "10.0.0.7"),
        ("10.0.0.5", b"nonsense", "10.0.0.5"),
        ("10.0.0.5", b"198.51.100.1, nonsense, 10.0.0.9", "10.0.0.9"),
        ("2001:db8::1", b"[2001:db8::7]", "2001:db8::7"),
        ("::ffff:10.0.0.5", b"198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", b"::ffff:198.51.100.1", "198.51.100.1"),
        ("", b"198.51.100.1", ""),
    ],
)
def test_only_a_trusted_proxy_is_believed_and_only_as_far_as_the_chain_is_trusted(
    line: str, forwarded: bytes | None, peer: str
) -> None:
    headers = {b"x-forwarded-for": forwarded} if forwarded is not None else {}

    assert TRUSTED.peer(line, headers) == peer
    assert TrustedProxies().peer(line, headers) == line


@given(st.binary(max_size=200))
def test_whatever_stands_in_the_header_is_borne(forwarded: bytes) -> None:
    assert TRUSTED.peer("10.0.0.5", {b"x-forwarded-for": forwarded}) != ""
    assert TRUSTED.peer("203.0.113.7", {b"x-forwarded-for": forwarded}) == "203.0.113.7"


def test_a_name_that_is_no_address_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        TrustedProxies(("proxy.example",))

    assert (refused.value.code, "--trusted-proxy" in refused.value.sentence) == ("trusted-proxy", True)
