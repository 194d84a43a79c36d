"""The interface of every payment channel: ask for money, understand what comes back, give money back."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from zhiheng.foundation.errors import Refused, ZhihengError
from zhiheng.payments.core.notices import Identity, Notice, PaymentFacts, RefundFacts
from zhiheng.payments.models import PaymentMethod

CONNECT_SECONDS, ANSWER_SECONDS = 5, 15


class NotSetUp(ZhihengError):
    """The channel cannot be used in this installation; the sentence says why."""


class NotGenuine(ZhihengError):
    """A notification the provider did not sign, or that cannot be read."""


class Unreachable(ZhihengError):
    """The provider gave no answer that can be trusted; the same request may be sent again."""


class Declined(ZhihengError):
    """The provider answered, and said no; the sentence is the provider's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What is asked for. number: unique at the provider, at most 32 characters."""

    number: str
    amount_fen: int
    subject: str
    expires_at: datetime
    notify_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Money to be given back. total_fen: of the payment it came by."""

    number: str
    payment_number: str
    transaction: str
    amount_fen: int
    total_fen: int
    reason: str
    notify_url: str


class Channel(Protocol):
    """Every call raises Unreachable or Declined; reading a notification asks nobody."""

    @property
    def method(self) -> PaymentMethod: ...

    @property
    def identity(self) -> Identity: ...

    @property
    def fresh_for(self) -> timedelta:
        """How old a notification may be."""

    def ask(self, bill: Bill) -> str:
        """What the QR code of this payment says."""

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Raises: NotGenuine."""

    def look_up(self, number: str) -> PaymentFacts | None:
        """None when the provider knows no such payment."""

    def give_back(self, back: Return) -> RefundFacts:
        """Repeating it with the same number gives the money back once."""

    def look_up_refund(self, back: Return) -> RefundFacts | None:
        """None when the provider knows no such refund."""


def complete(name: str, values: Mapping[str, str], prefix: str) -> None:
    """Raises: NotSetUp, naming the settings that are missing."""
    if missing := [f"{prefix}{key.upper()}" for key, value in values.items() if not value]:
        raise NotSetUp(f"{name}未启用：没有设置 {'、'.join(missing)}。")


def pem(name: str, setting: str, path: str) -> str:
    """The key a setting names. Raises: NotSetUp."""
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, ValueError):
        raise NotSetUp(f"{name}未启用：{setting} 指的文件 {path} 读不到或不是 PEM。") from None


def safe_gateway(name: str, setting: str, address: str) -> str:
    """Keys and money travel encrypted, except to this machine itself. Raises: NotSetUp."""
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
        raise NotSetUp(f"{name}未启用：{setting} 须以 https:// 开头。")
    return address.rstrip("/")


def is_plain_base64(text: str) -> bool:
    """Whether this is the one way to write these bytes; the libraries would also read others."""
    try:
        return b64encode(b64decode(text, validate=True)).decode() == text
    except ValueError:
        return False


def as_refusal(name: str, problem: ZhihengError) -> Refused:
    """A provider's silence or no, as a sentence for whoever waits for it."""
    if isinstance(problem, Declined):
        return Refused(
            what=f"{name}没有受理：{problem}",
            remedy="请改用银行转账，或请管理员核对商户设置",
            code="channel-declined",
        )
    return Refused(
        what=f"暂时连不上{name}", remedy="请稍后再试；钱不会因此重复支付或退回", code="channel-unreachable"
    )
