"""Networks a room's machines are in, and what the exam page may report of a candidate's window."""

import ipaddress
from collections.abc import Mapping

from zhiheng.foundation.errors import Refused

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MOST_NETWORKS = 32
WIDEST = {4: 8, 6: 16}
"""A wider prefix than this is no room and no building: it is a slip of the pen."""

EVENTS: Mapping[str, str] = {
    "hidden": "切换到其他标签页或最小化",
    "blur": "窗口失去焦点",
    "copy": "复制",
    "cut": "剪切",
    "paste": "粘贴",
    "fullscreen-left": "退出全屏",
    "print": "打印",
}
"""What the page may report, and what a person is told it means. It is told, never judged."""


def read_networks(text: str, *, room: str) -> tuple[str, ...]:
    """Addresses and networks, one a line or parted by commas, in their short form and without repeats.

    Raises: Refused, code "network", naming the room and the word that is none.
    """
    words = [
        word for line in text.replace("，", ",").replace("、", ",").splitlines() for word in line.split(",")
    ]
    found = dict.fromkeys(str(_network(word.strip(), room)) for word in words if word.strip())
    if len(found) > MOST_NETWORKS:
        raise Refused(
            what=f"{room}填了 {len(found)} 个网段，超过 {MOST_NETWORKS} 个",
            remedy="请合并成较大的网段",
            code="network",
        )
    return tuple(found)


def _network(word: str, room: str) -> Network:
    try:
        network = ipaddress.ip_network(word, strict=False)
    except ValueError:
        raise Refused(
            what=f"{room}的“{word}”不是网络地址",
            rule="一行一个 IP 地址或网段（CIDR 写法）",
            remedy="请写成 192.168.1.0/24、10.0.0.8 或 2001:db8::/48 这样的形式",
            code="network",
        ) from None
    if network.prefixlen < WIDEST[network.version]:
        raise Refused(
            what=f"{room}的网段“{word}”太大，几乎包括所有机器",
            rule=f"IPv4 网段的前缀不短于 /{WIDEST[4]}，IPv6 不短于 /{WIDEST[6]}",
            remedy="请填写考场机房自己的网段；不限制的留空",
            code="network",
        )
    return network
