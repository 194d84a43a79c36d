"""So many requests a minute from one address: enough for people, too slow for trying names in bulk."""

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from zhiheng.foundation.errors import Refused

WINDOW_SECONDS = 60  # real seconds: the demo clock would let somebody ask again by moving it


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: the peer, or, behind proxies we run, the address the outermost of them saw.

    A proxy adds its peer at the end of X-Forwarded-For, so with n trusted proxies the n-th entry from the end is
    theirs; whatever stands before it was written by the client and is not believed.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    if not settings.TRUSTED_PROXIES:
        return peer
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    place = len(seen) - settings.TRUSTED_PROXIES
    return (seen[place] if place >= 0 else "") or peer


def admit(request: HttpRequest, *, name: str, limit: int) -> None:
    """Count a request of an address under a name. Raises: Refused (code too-many) beyond the limit in a minute."""
    key = f"throttle:{name}:{address_of(request)}"
    if cache.add(key, 1, timeout=WINDOW_SECONDS):
        return
    try:
        count = cache.incr(key)
    except ValueError:  # the minute ended between the two steps
        return
    if count > limit:
        raise Refused(
            what="这个网络地址在一分钟内的请求太多",
            rule=f"每个地址每分钟最多 {limit} 次",
            remedy="请一分钟后再试",
            code="too-many",
        )
