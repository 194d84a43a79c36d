"""WeChat Pay, APIv3, Native: the payer scans a QR code."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, TypeVar

from zhiheng.foundation.moment import SHANGHAI
from zhiheng.payments.channels.base import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
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
from zhiheng.payments.core.notices import Identity, Notice, Outcome, PaymentFacts, RefundFacts, TradeState
from zhiheng.payments.models import PaymentMethod

Told = TypeVar("Told", PaymentFacts, RefundFacts)
PREFIX = "ZHIHENG_PAY_WECHAT_"
NAME = "微信支付"
_STATES = {"SUCCESS": TradeState.PAID, "REFUND": TradeState.PAID, "CLOSED": TradeState.CLOSED}
_STATES |= {"REVOKED": TradeState.CLOSED, "PAYERROR": TradeState.CLOSED}
_OUTCOMES = {"SUCCESS": Outcome.DONE, "CLOSED": Outcome.FAILED, "ABNORMAL": Outcome.FAILED}
_SIGNED = ("signature", "timestamp", "nonce", "serial", "signature-type")


class WeChatNative:
    method = PaymentMethod.WECHAT
    fresh_for = timedelta(minutes=5)  # what WeChat's documents ask for

    def __init__(self, values: Mapping[str, str]) -> None:
        """Raises: NotSetUp. Asks nobody: with a public key the library fetches no certificates."""
        complete(NAME, values, PREFIX)
        try:
            library = import_module("wechatpayv3")
        except ImportError:
            raise NotSetUp(f"{NAME}未启用：没有安装 wechatpayv3（pip install 'zhiheng[pay]'）。") from None
        if len(values["apiv3_key"].encode()) != 32:
            raise NotSetUp(f"{NAME}未启用：{PREFIX}APIV3_KEY 应为 32 个字符。")
        gateway = safe_gateway(NAME, f"{PREFIX}GATEWAY", values["gateway"])
        self.identity = Identity(merchant=values["mchid"], app=values["appid"])
        self._public_key_id = values["public_key_id"]
        try:
            self._client: Any = library.WeChatPay(
                wechatpay_type=library.WeChatPayType.NATIVE,
                mchid=values["mchid"],
                appid=values["appid"],
                private_key=pem(NAME, f"{PREFIX}KEY_FILE", values["key_file"]),
                cert_serial_no=values["cert_serial"],
                apiv3_key=values["apiv3_key"],
                public_key=pem(NAME, f"{PREFIX}PUBLIC_KEY_FILE", values["public_key_file"]),
                public_key_id=values["public_key_id"],
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            )
        except NotSetUp:
            raise
        except Exception as fault:  # the library raises nothing more particular
            raise NotSetUp(f"{NAME}未启用：密钥文件读不懂（{fault}）。") from None
        self._client._core._gate_way = gateway  # the library has no other way to say so

    def ask(self, bill: Bill) -> str:
        answer = self._call(
            self._client.pay,
            description=bill.subject,
            out_trade_no=bill.number,
            amount={"total": bill.amount_fen, "currency": "CNY"},
            time_expire=bill.expires_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            notify_url=bill.notify_url,
        )
        if answer is None or not str(answer.get("code_url", "")).startswith("weixin://"):
            raise Unreachable("no code_url")
        return str(answer["code_url"])

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        signed = {f"Wechatpay-{name.title()}": headers.get(f"Wechatpay-{name}", "") for name in _SIGNED}
        # Another serial would make the library ask WeChat for certificates: nobody may cause that from outside.
        if signed["Wechatpay-Serial"] != self._public_key_id:
            raise NotGenuine("serial")
        if not is_plain_base64(signed["Wechatpay-Signature"]) or not 0 < len(signed["Wechatpay-Nonce"]) <= 64:
            raise NotGenuine("signature")
        try:
            told = self._client.callback(headers=signed, body=body)
        except Exception as fault:  # the library raises whatever a strange body makes it raise
            raise NotGenuine(type(fault).__name__) from None
        if not told:
            raise NotGenuine("signature")
        try:
            return Notice(
                id=str(told["id"])[:64],
                nonce=signed["Wechatpay-Nonce"],
                sent_at=datetime.fromtimestamp(int(signed["Wechatpay-Timestamp"]), UTC),
                facts=_refund_told(told["resource"])
                if str(told["event_type"]).startswith("REFUND.")
                else _payment_told(told["resource"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError, OSError, AttributeError) as fault:
            raise NotGenuine(type(fault).__name__) from None

    def look_up(self, number: str) -> PaymentFacts | None:
        answer = self._call(self._client.query, out_trade_no=number)
        return None if answer is None else _read(_payment_told, answer)

    def give_back(self, back: Return) -> RefundFacts:
        answer = self._call(
            self._client.refund,
            out_refund_no=back.number,
            transaction_id=back.transaction,
            amount={"refund": back.amount_fen, "total": back.total_fen, "currency": "CNY"},
            reason=back.reason[:80],
            notify_url=back.notify_url,
        )
        if answer is None:
            raise Declined("微信支付没有这笔交易")
        return _read(_refund_told, answer | {"mchid": self.identity.merchant})

    def look_up_refund(self, back: Return) -> RefundFacts | None:
        answer = self._call(self._client.query_refund, out_refund_no=back.number)
        return None if answer is None else _read(_refund_told, answer | {"mchid": self.identity.merchant})

    def _call(self, act: Any, **words: Any) -> dict[str, Any] | None:
        """None for "no such thing"."""
        try:
            status, text = act(**words)
        except Exception as fault:  # requests' errors, and the library's bare one for a bad signature
            raise Unreachable(type(fault).__name__) from None
        try:
            answer = json.loads(text) if text else {}
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Unreachable(f"HTTP {status}")
        if 200 <= status < 300:
            return answer
        if status == 404:
            return None
        if status >= 500 or status == 429:
            raise Unreachable(f"HTTP {status}")
        raise Declined(str(answer.get("message") or answer.get("code") or f"HTTP {status}")[:120])


def _read(reader: Callable[[dict[str, Any]], Told], answer: dict[str, Any]) -> Told:
    try:
        return reader(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise Unreachable(type(fault).__name__) from None


def _payment_told(told: dict[str, Any]) -> PaymentFacts:
    amount = told.get("amount") or {}
    paid = told.get("success_time")
    return PaymentFacts(
        merchant=str(told["mchid"]),
        app=str(told["appid"]),
        number=str(told["out_trade_no"]),
        transaction=str(told.get("transaction_id") or ""),
        amount_fen=_fen(amount.get("total")),
        currency=str(amount.get("currency", "CNY")),
        state=_STATES.get(str(told["trade_state"]), TradeState.OPEN),
        paid_on=datetime.fromisoformat(paid).astimezone(SHANGHAI).date() if paid else None,
    )


def _refund_told(told: dict[str, Any]) -> RefundFacts:
    """Answers call it `status`, notifications `refund_status`."""
    state = str(told.get("refund_status") or told["status"])
    done = told.get("success_time")
    return RefundFacts(
        merchant=str(told["mchid"]),
        number=str(told["out_refund_no"]),
        reference=str(told["refund_id"]),
        amount_fen=_fen(told["amount"].get("refund")),
        outcome=_OUTCOMES.get(state, Outcome.ACCEPTED),
        day=datetime.fromisoformat(done).astimezone(SHANGHAI).date() if done else None,
        note="" if state in {"SUCCESS", "PROCESSING"} else f"微信支付：{state}",
    )


def _fen(value: object) -> int | None:
    """WeChat's amounts are whole fen; True is no number."""
    return value if type(value) is int else None
