"""A network is what an address lies in; a slip of the pen gets a sentence."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.delivery.core.conditions import MOST_NETWORKS, read_networks
from zhiheng.delivery.core.network import inside
from zhiheng.foundation.errors import Refused


def test_networks_are_read_line_by_line_in_their_short_form() -> None:
    text = "192.168.1.77/24\n 10.0.0.8 ，10.0.0.8、2001:DB8:0::/48\n\n"

    assert read_networks(text, room="一考场") == ("192.168.1.0/24", "10.0.0.8/32", "2001:db8::/48")
    assert read_networks(" \n", room="一考场") == ()


@pytest.mark.parametrize(
    "word", ["机房", "192.168.1.300", "192.168.1.0/33", "0.0.0.0/0", "::/0", "10.0.0.0/7", "1.2.3"]
)
def test_what_is_no_network_of_a_room_is_refused_by_name(word: str) -> None:
    with pytest.raises(Refused) as refused:
        read_networks(f"10.0.0.0/24\n{word}", room="一考场")

    assert (refused.value.code, word in refused.value.what, "一考场" in refused.value.what) == (
        "network",
        True,
        True,
    )


def test_there_is_an_end_to_the_list() -> None:
    text = "\n".join(f"10.0.{n}.0/24" for n in range(MOST_NETWORKS))
    assert len(read_networks(text, room="一考场")) == MOST_NETWORKS

    with pytest.raises(Refused) as refused:
        read_networks(text + "\n10.1.0.0/24", room="一考场")
    assert refused.value.code == "network"


@given(address=st.ip_addresses(v=4) | st.ip_addresses(network="2000::/3"), prefix=st.integers(16, 32))
def test_every_address_lies_in_the_network_around_it(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, prefix: int
) -> None:
    (network,) = read_networks(f"{address}/{prefix}", room="一考场")

    assert inside(str(address), (network,))
