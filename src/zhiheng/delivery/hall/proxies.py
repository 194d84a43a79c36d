"""Who is asking, when a proxy stands between."""

import ipaddress
from collections.abc import Mapping

from zhiheng.foundation.errors import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
FORWARDED = b"x-forwarded-for"


class TrustedProxies:
    """X-Forwarded-For is believed only from these addresses or networks; of anybody else it is ignored."""

    def __init__(self, named: tuple[str, ...] = ()) -> None:
        """Raises: Refused for a name that is neither an address nor a network."""
        try:
            self._networks = tuple(ipaddress.ip_network(name, strict=False) for name in named)
        except ValueError as error:
            raise Refused(
                what=f"受信代理的地址写错了：{error}",
                rule="应为 IP 地址或网段，例如 10.0.0.5 或 10.0.0.0/24",
                remedy="请改正 --trusted-proxy 后重新启动",
                code="trusted-proxy",
            ) from None

    def peer(self, line: str, headers: Mapping[bytes, bytes]) -> str:
        """The address to hold a request to. line: the other end of the connection itself.

        Read from the right: every trusted proxy names the one before it; the first that is not
        trusted is the peer. What stands left of it may be invented.
        """
        forwarded = headers.get(FORWARDED)
        if not self._networks or not forwarded or not self.trust(known_address(line)):
            return line
        peer = line
        for name in reversed(forwarded.decode("latin-1").split(",")):
            address = known_address(name)
            if address is None:
                break
            peer = str(address)
            if not self.trust(address):
                break
        return peer

    def trust(self, address: Address | None) -> bool:
        """Whether what it says of others is believed."""
        return address is not None and any(address in network for network in self._networks)


def known_address(name: str) -> Address | None:
    """None when it is no address; an IPv4 address written as IPv6 is the IPv4 one."""
    try:
        address = ipaddress.ip_address(name.strip().strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
