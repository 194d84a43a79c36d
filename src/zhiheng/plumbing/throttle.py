"""So many requests a minute from one address: enough for people, too slow for trying names in bulk."""

from django.core.cache import cache
from django.http import HttpRequest

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import clock

WINDOW_SECONDS = 60


def admit(request: HttpRequest, *, name: str, limit: int) -> None:
    """Count a request of an address under a name. Raises: Refused (code too-many) beyond the limit in a minute."""
    minute = int(clock.now().timestamp()) // WINDOW_SECONDS
    key = f"throttle:{name}:{request.META.get('REMOTE_ADDR', '')}:{minute}"
    cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
    if cache.incr(key) > limit:
        raise Refused(
            what="这个网络地址在一分钟内的请求太多",
            rule=f"每个地址每分钟最多 {limit} 次",
            remedy="请一分钟后再试",
            code="too-many",
        )
