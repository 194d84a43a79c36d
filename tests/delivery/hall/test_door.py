"""Who is let in: so many connections in all, so many from one place."""

import asyncio
from collections import Counter

import pytest

from tests.delivery.hall.lines import Desk, FakeTransport, bodies
from zhiheng.delivery.hall.door import Door, place_of
from zhiheng.delivery.hall.limits import Limits
from zhiheng.delivery.hall.protocol import Connection
from zhiheng.delivery.hall.proxies import TrustedProxies

PROXY = "10.0.0.5"


class Away(FakeTransport):
    """A connection from somewhere."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def get_extra_info(self, name: str) -> object:
        return (self._address, 50_000) if name == "peername" else None


def a_door(said: list[str] | None = None) -> Door:
    desk = Desk()
    return Door(
        dispatch=desk.dispatch,
        saver=desk,
        limits=Limits(connections=6, connections_from_one_place=2),
        proxies=TrustedProxies((PROXY,)),
        say=(said if said is not None else []).append,
    )


def come(door: Door, *addresses: str) -> list[tuple[Connection, Away]]:
    """Connections, one after another."""
    arrived = []
    for address in addresses:
        line, transport = Connection(door), Away(address)
        line.connection_made(transport)  # type: ignore[arg-type]  # as much as the hall uses
        arrived.append((line, transport))
    return arrived


def turned_away(*addresses: str) -> list[int]:
    """Which of them, by their place in the row, were told that there is no room."""

    async def talk() -> list[int]:
        arrived = come(a_door(), *addresses)
        for _, transport in arrived:
            assert [code for code, _ in bodies(b"".join(transport.written))] == [503] * transport.closed
        return [place for place, (_, transport) in enumerate(arrived) if transport.closed]

    return asyncio.run(talk())


@pytest.mark.parametrize(
    ("addresses", "away"),
    [
        (["192.0.2.7"] * 3, [2]),
        (["192.0.2.7", "192.0.2.7", "192.0.2.8", "192.0.2.8"], []),
        (["192.0.2.7", "::ffff:192.0.2.7", "192.0.2.7"], [2]),
        (["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::3"], [2]),
        (["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:3::1"], []),
        (["127.0.0.1"] * 3 + ["::1"] * 3, []),
        ([PROXY] * 6, []),
        ([PROXY] * 7, [6]),
    ],
)
def test_so_many_come_from_one_place_and_so_many_in_all(addresses: list[str], away: list[int]) -> None:
    assert turned_away(*addresses) == away


def test_who_has_left_makes_room_and_is_forgotten() -> None:
    async def talk() -> tuple[bool, Counter[str]]:
        door = a_door()
        first, second, third = come(door, *["192.0.2.7"] * 3)
        for line, _ in (first, second, third, third):
            line.connection_lost(None)
        assert door.connections == set()
        ((_, transport),) = come(door, "192.0.2.7")
        return transport.closed, door.crowd

    assert asyncio.run(talk()) == (False, Counter({"192.0.2.7": 1}))


def test_the_operator_is_told_once_of_each_place() -> None:
    said: list[str] = []

    async def talk() -> None:
        come(a_door(said), *["192.0.2.7"] * 5)

    asyncio.run(talk())
    assert said == [
        "192.0.2.7 打开的连接超过 2 个，多出的已被拒绝；如果这是反向代理的地址，请用 --trusted-proxy 说明"
    ]


def test_what_is_no_address_is_no_place() -> None:
    assert place_of("") == place_of("no address") == ""
