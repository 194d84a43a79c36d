"""So many requests a minute from one address: enough for people, too slow for trying names in bulk."""

from django.core.cache import cache
from django.http import HttpRequest

from zhiheng.foundation.errors import Refused

WINDOW_SECONDS = 60  # real seconds: the demo clock would let somebody ask again by moving it


def admit(request: HttpRequest, *, name: str, limit: int) -> None:
    """Count a request of an address under a name. Raises: Refused (code too-many) beyond the limit in a minute."""
    key = f"throttle:{name}:{request.META.get('REMOTE_ADDR', '')}"
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
