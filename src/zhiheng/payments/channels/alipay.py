"""Alipay, precreated trades: the payer scans a QR code or follows the same address on a telephone."""

import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl

from zhiheng.foundation.moment import SHANGHAI
from zhiheng.foundation.money import yuan
from zhiheng.payments.channels.base import (
    ANSWER_SECONDS,
    Bill,
    Declined,
    NotGenuine,
    NotSetUp,
    Return,
    Unreachable,
    complete,
    is_plain_base64,
    pem,
    safe_gateway,
)
from zhiheng.payments.core.amounts import signed_fen
from zhiheng.payments.core.notices import Identity, Notice, Outcome, PaymentFacts, RefundFacts, TradeState
from zhiheng.payments.models import PaymentMethod
from zhiheng.plumbing import clock

PREFIX = "ZHIHENG_PAY_ALIPAY_"
NAME = "支付宝"
_STATES = {
    "TRADE_SUCCESS": TradeState.PAID,
    "TRADE_FINISHED": TradeState.PAID,
    "TRADE_CLOSED": TradeState.CLOSED,
}
_OK = "10000"
_UNSURE = ("20000", "ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR")
_UNKNOWN = ("ACQ.TRADE_NOT_EXIST",)


class AlipayPrecreate:
    method = PaymentMethod.ALIPAY
    # Alipay repeats an unanswered notification for a little over 24 hours and does not date it anew.
    fresh_for = timedelta(hours=26)

    def __init__(self, values: Mapping[str, str]) -> None:
        """Raises: NotSetUp."""
        complete(NAME, values, PREFIX)
        try:
            library = import_module("alipay")
            settings = import_module("alipay.utils")
        except ImportError:
            raise NotSetUp(
                f"{NAME}未启用：没有安装 python-alipay-sdk（pip install 'zhiheng[pay]'）。"
            ) from None
        gateway = safe_gateway(NAME, f"{PREFIX}GATEWAY", values["gateway"])
        self.identity = Identity(merchant=values["seller_id"], app=values["appid"])
        self._failures = (library.AliPayException,)
        try:
            self._client: Any = library.AliPay(
                appid=values["appid"],
                app_private_key_string=pem(NAME, f"{PREFIX}KEY_FILE", values["key_file"]),
                alipay_public_key_string=pem(NAME, f"{PREFIX}PUBLIC_KEY_FILE", values["public_key_file"]),
                sign_type="RSA2",
                config=settings.AliPayConfig(timeout=ANSWER_SECONDS),
            )
        except (ValueError, IndexError, TypeError) as fault:
            raise NotSetUp(f"{NAME}未启用：密钥文件读不懂（{fault}）。") from None
        self._client._gateway = gateway  # the library knows only its own two

    def ask(self, bill: Bill) -> str:
        answer = self._call(
            "alipay.trade.precreate",
            {
                "out_trade_no": bill.number,
                "total_amount": _plain(bill.amount_fen),
                "subject": bill.subject,
                "seller_id": self.identity.merchant,
                "time_expire": bill.expires_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            },
            notify_url=bill.notify_url,
        )
        if answer is None or not str(answer.get("qr_code", "")).startswith("https://"):
            raise Unreachable("no qr_code")
        return str(answer["qr_code"])

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        told = _fields(body)
        signature = told.pop("sign", "")
        if told.get("sign_type") != "RSA2" or told.get("charset", "utf-8").lower() != "utf-8":
            raise NotGenuine("sign_type")
        if not is_plain_base64(signature):
            raise NotGenuine("signature")
        try:
            genuine = self._client.verify(dict(told), signature)
        except (ValueError, TypeError, binascii.Error, *self._failures) as fault:
            raise NotGenuine(type(fault).__name__) from None
        if not genuine:
            raise NotGenuine("signature")
        try:
            return Notice(
                id=told["notify_id"][:64],
                nonce="",
                sent_at=_moment(told["notify_time"]),
                facts=_payment_told(told, Identity(merchant=told["seller_id"], app=told["app_id"])),
            )
        except (KeyError, ValueError) as fault:
            raise NotGenuine(type(fault).__name__) from None

    def look_up(self, number: str) -> PaymentFacts | None:
        answer = self._call("alipay.trade.query", {"out_trade_no": number})
        try:
            return None if answer is None else _payment_told(answer, self.identity)
        except (KeyError, ValueError) as fault:
            raise Unreachable(type(fault).__name__) from None

    def give_back(self, back: Return) -> RefundFacts:
        """Alipay answers when the money has gone: done, or asked again what became of it."""
        answer = self._call(
            "alipay.trade.refund",
            {
                "trade_no": back.transaction,
                "out_request_no": back.number,
                "refund_amount": _plain(back.amount_fen),
                "refund_reason": back.reason[:80],
            },
        )
        if answer is None:
            raise Declined("支付宝没有这笔交易")
        return self.look_up_refund(back) or self._facts(back, Outcome.ACCEPTED)

    def look_up_refund(self, back: Return) -> RefundFacts | None:
        answer = self._call(
            "alipay.trade.fastpay.refund.query",
            {"trade_no": back.transaction, "out_request_no": back.number},
        )
        if answer is None or not answer.get("out_request_no"):
            return None
        if answer.get("refund_status", "REFUND_SUCCESS") != "REFUND_SUCCESS":
            return self._facts(back, Outcome.ACCEPTED)
        return self._facts(back, Outcome.DONE, amount_fen=signed_fen(str(answer.get("refund_amount", ""))))

    def _facts(self, back: Return, outcome: Outcome, *, amount_fen: int | None = None) -> RefundFacts:
        """Alipay gives a refund no name of its own: ours is the reference."""
        done = outcome is Outcome.DONE
        return RefundFacts(
            merchant=self.identity.merchant,
            number=back.number,
            reference=back.number,
            amount_fen=amount_fen if done else back.amount_fen,
            outcome=outcome,
            day=clock.today() if done else None,
        )

    def _call(self, method: str, content: dict[str, str], **more: str) -> dict[str, Any] | None:
        """None for "no such trade". The library would date the request by the machine's own time zone."""
        stamp = clock.now().strftime("%Y-%m-%d %H:%M:%S")
        try:
            answer = self._client.server_api(method, content, timestamp=stamp, **more)
        except self._failures as failure:
            raise Declined(_words(failure)) from None
        except (
            Exception
        ) as fault:  # urllib's errors, unreadable answers, the library's bare one for a bad signature
            raise Unreachable(type(fault).__name__) from None
        code, detail = str(answer.get("code")), str(answer.get("sub_code", ""))
        if code == _OK:
            return dict(answer)
        if detail in _UNKNOWN:
            return None
        if code in _UNSURE or detail in _UNSURE:
            raise Unreachable(detail or code)
        raise Declined(str(answer.get("sub_msg") or answer.get("msg") or code)[:120])


def _fields(body: bytes) -> dict[str, str]:
    """Every field once. Raises: NotGenuine."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        raise NotGenuine("form") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise NotGenuine("a field twice")
    return fields


def _payment_told(told: Mapping[str, Any], identity: Identity) -> PaymentFacts:
    paid = told.get("gmt_payment") or told.get("send_pay_date")
    return PaymentFacts(
        merchant=identity.merchant,
        app=identity.app,
        number=str(told["out_trade_no"]),
        transaction=str(told["trade_no"]),
        amount_fen=signed_fen(str(told["total_amount"])),
        currency=str(told.get("trans_currency") or "CNY"),
        state=_STATES.get(str(told["trade_status"]), TradeState.OPEN),
        paid_on=_moment(str(paid)).date() if paid else None,
    )


def _moment(text: str) -> datetime:
    """Alipay writes Shanghai's time without saying so."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)


def _plain(fen: int) -> str:
    return yuan(fen).replace(",", "")


def _words(failure: Exception) -> str:
    return str(failure)[:120]
