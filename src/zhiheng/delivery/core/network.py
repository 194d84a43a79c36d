"""Whether an address lies in a room's networks."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def inside(peer: str, networks: Sequence[str]) -> bool:
    """peer: an IP address; what is none lies nowhere. networks: CIDR; none leaves the room free."""
    if not networks:
        return True
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return any((mapped or address) in network for network in _networks(tuple(networks)))


@lru_cache(maxsize=1024)
def _networks(networks: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(network) for network in networks)
