"""Which payment channels this installation has, and why the others are absent."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from django.conf import settings
from django.urls import reverse

from zhiheng.payments.channels.alipay import AlipayPrecreate
from zhiheng.payments.channels.base import Channel, NotSetUp
from zhiheng.payments.channels.wechat import WeChatNative
from zhiheng.payments.models import PaymentMethod

_MAKERS: dict[PaymentMethod, tuple[Callable[[Mapping[str, str]], Channel], str]] = {
    PaymentMethod.WECHAT: (WeChatNative, "PAY_WECHAT"),
    PaymentMethod.ALIPAY: (AlipayPrecreate, "PAY_ALIPAY"),
}


def notify_url(channel: Channel) -> str:
    """Where the provider tells us what happened."""
    return f"{settings.PUBLIC_URL}{reverse('payment_notice', args=[channel.method.value])}"


def channel_for(method: str) -> Channel | None:
    """The channel ready for use; None when it is absent or no channel at all."""
    found = _made(method)
    return None if isinstance(found, NotSetUp) else found


def channels() -> tuple[Channel, ...]:
    """Every channel ready for use, in the order of the choices."""
    found = (channel_for(method) for method in _MAKERS)
    return tuple(channel for channel in found if channel is not None)


def absences() -> dict[PaymentMethod, str]:
    """Why a channel is absent, one sentence each."""
    return {method: str(found) for method in _MAKERS if isinstance(found := _made(method), NotSetUp)}


def is_begun(method: PaymentMethod) -> bool:
    """Whether somebody has set anything for it."""
    values: dict[str, str] = getattr(settings, _MAKERS[method][1])
    return any(value for name, value in values.items() if name != "gateway")


def _made(method: str) -> Channel | NotSetUp:
    if method not in _MAKERS:
        return NotSetUp("银行转账不经支付渠道。")
    known = PaymentMethod(method)
    values: dict[str, str] = getattr(settings, _MAKERS[known][1])
    return _make(known, tuple(sorted(values.items())))


@lru_cache(maxsize=16)
def _make(method: PaymentMethod, values: tuple[tuple[str, str], ...]) -> Channel | NotSetUp:
    """Keys are read once per set of settings; a mended setting takes effect with the next start."""
    try:
        return _MAKERS[method][0](dict(values))
    except NotSetUp as why:
        return why
