"""What `manage.py check` says about the payment channels."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Info, Warning, register

from zhiheng.payments.channels.registry import absences, is_begun

HINT = "每个渠道的设置要么全部填写，要么全部不填；见 docs/configuration.md。"


@register("payments")
def payment_channels(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """A channel nobody wants is information; one half set up is a warning."""
    return [
        (Warning if is_begun(method) else Info)(sentence, hint=HINT, id=f"payments.{method}")
        for method, sentence in absences().items()
    ]
