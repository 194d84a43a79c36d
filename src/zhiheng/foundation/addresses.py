"""Addresses as people and programs open them."""


def http_address(host: str, port: int) -> str:
    """An IPv6 address stands in brackets, or its last number would be taken for the port (RFC 3986, 3.2.2)."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
