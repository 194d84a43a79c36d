"""How the back office asks the hall: directly, whatever proxy this machine uses for the world outside.

A pass must not travel through a stranger's hands, and the hall of an exam must not depend on them.
"""

import ssl
from functools import cache
from typing import Any

import httpx


def ask_hall(method: str, address: str, *, timeout: float, **more: Any) -> httpx.Response:
    """more: as `httpx.request`. Raises: httpx.HTTPError."""
    return httpx.request(method, address, timeout=timeout, trust_env=False, verify=_believed(), **more)


@cache
def _believed() -> ssl.SSLContext:
    """Certificates of the machine's choice (SSL_CERT_FILE) are believed; reading them takes longer than asking."""
    return httpx.create_ssl_context()
