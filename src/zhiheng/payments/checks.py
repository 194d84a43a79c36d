"""What the configuration check says about the payment channels."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Info, Warning, register

from zhiheng.payments.channels.registry import absences, is_begun

HINT = "每个渠道的设置要么全部填写，要么全部不填；见 docs/configuration.md。"


@register("payments")
def half_set_up(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """A channel somebody has begun to set up and that cannot be used, said with every command."""
    return [
        Warning(sentence, hint=HINT, id=f"payments.{method}")
        for method, sentence in absences().items()
        if is_begun(method)
    ]


@register("payments", deploy=True)
def not_set_up(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """A channel nobody has asked for, said by `manage.py check --deploy`."""
    return [
        Info(sentence, hint=HINT, id=f"payments.{method}")
        for method, sentence in absences().items()
        if not is_begun(method)
    ]
