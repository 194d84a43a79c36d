"""What all connections of a hall share, and who is not let in: no stranger is to take all the places."""

import ipaddress
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from zhiheng.delivery.hall.call import Call
from zhiheng.delivery.hall.http import Reply, Request, Response, plain_fault
from zhiheng.delivery.hall.limits import Limits
from zhiheng.delivery.hall.proxies import TrustedProxies, known_address

if TYPE_CHECKING:
    from zhiheng.delivery.hall.protocol import Connection

Dispatch = Callable[[Request, Reply], None]

_NEIGHBOURS = 64  # bits of an IPv6 address; the rest is the choice of whoever has them


class Saver(Protocol):
    def save(self, call: Call, line: "Connection") -> None:
        """Take an answer; sooner or later `line.answer` or `line.acknowledge` is called, once."""


@dataclass(slots=True, kw_only=True)
class Door:
    """streams: streamed responses now open. crowd: open connections by where they come from.

    say: called once for each place that wanted more connections than one may have.
    """

    dispatch: Dispatch
    saver: Saver
    limits: Limits = field(default_factory=Limits)
    proxies: TrustedProxies = field(default_factory=TrustedProxies)
    say: Callable[[str], None] = lambda _: None
    connections: "set[Connection]" = field(default_factory=set)
    crowd: Counter[str] = field(default_factory=Counter)
    told: set[str] = field(default_factory=set)
    streams: int = 0

    def enter(self, line: "Connection", address: str) -> str:
        """The place it comes from, to leave with; empty where nobody is counted: this machine, a trusted proxy."""
        self.connections.add(line)
        known = known_address(address)
        counted = known is not None and not known.is_loopback and not self.proxies.trust(known)
        place = place_of(address) if counted else ""
        if place:
            self.crowd[place] += 1
        return place

    def leave(self, line: "Connection", place: str) -> None:
        if line not in self.connections:
            return
        self.connections.discard(line)
        if not place:
            return
        self.crowd[place] -= 1
        if not self.crowd[place]:
            del self.crowd[place]

    def turned_away(self, place: str) -> Response | None:
        """What one who has entered is told instead of being served; None: there is room."""
        if len(self.connections) > self.limits.connections:
            return plain_fault(503, "考场服务的连接已满，页面会自动重试。")
        if place and self.crowd[place] > self.limits.connections_from_one_place:
            self._tell_of(place)
            return plain_fault(503, "从您所在的网络打开的连接太多，页面会自动重试；请告知监考员。")
        return None

    def _tell_of(self, place: str) -> None:
        if place in self.told:
            return
        self.told.add(place)
        self.say(
            f"{place} 打开的连接超过 {self.limits.connections_from_one_place} 个，多出的已被拒绝；"
            "如果这是反向代理的地址，请用 --trusted-proxy 说明"
        )


def place_of(address: str) -> str:
    """Where somebody comes from: the address, of IPv6 its network; empty when it is no address."""
    known = known_address(address)
    if isinstance(known, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(known), _NEIGHBOURS), strict=False))
    return str(known or "")
