"""Where a service is, as one opens it."""

import pytest

from zhiheng.cli.processes import Addresses
from zhiheng.foundation.addresses import http_address


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8701"),
        ("exam.example.cn", "http://exam.example.cn:8701"),
        ("::1", "http://[::1]:8701"),
    ],
)
def test_only_an_ipv6_address_stands_in_brackets(host: str, address: str) -> None:
    assert http_address(host, 8701) == address
    assert Addresses(host=host, web_port=8700, hall_port=8701).hall == address
