"""The two providers on 127.0.0.1, with keys of their own: they check what we sign and sign what they say."""

import json
import re
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit
from uuid import uuid4
from zlib import crc32

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from zhiheng.foundation.moment import SHANGHAI
from zhiheng.plumbing import clock

MCHID, WX_APPID, CERT_SERIAL, PUBLIC_KEY_ID = "1900000109", "wx0000000000000001", "5A11", "PUB_KEY_ID_01"
APIV3_KEY = "0123456789abcdef0123456789abcdef"
ALI_APPID, SELLER = "2021000000000001", "2088000000000001"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed(key: rsa.RSAPrivateKey, text: str) -> str:
    return b64encode(key.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()


def holds(key: rsa.RSAPrivateKey, text: str, signature: str) -> bool:
    try:
        key.public_key().verify(b64decode(signature), text.encode(), padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


@dataclass
class Provider:
    """What both have: our key and theirs, what was asked of them, and how they will answer."""

    ours: rsa.RSAPrivateKey
    theirs: rsa.RSAPrivateKey
    folder: Path
    address: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    trades: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    broken: str = ""  # "silent", "unsigned" or "no": how to fail
    refund_state: str = "SUCCESS"

    def pem_files(self) -> dict[str, str]:
        private, public = self.folder / "ours.pem", self.folder / "theirs.pem"
        private.write_bytes(self.ours.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public.write_bytes(
            self.theirs.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        return {"key_file": str(private), "public_key_file": str(public)}


@dataclass
class WeChat(Provider):
    """WeChat Pay's APIv3 as far as we use it."""

    def settings(self) -> dict[str, str]:
        return {
            "mchid": MCHID,
            "appid": WX_APPID,
            "cert_serial": CERT_SERIAL,
            "apiv3_key": APIV3_KEY,
            "public_key_id": PUBLIC_KEY_ID,
            "gateway": self.address,
        } | self.pem_files()

    def headers(self, body: str, **change: str) -> dict[str, str]:
        """As sent with an answer or a notification; `change` alters what is signed."""
        stamp = change.get("timestamp", str(int(clock.now().timestamp())))
        nonce = change.get("nonce", uuid4().hex)
        key = self.theirs
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": change.get("serial", PUBLIC_KEY_ID),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
            "Wechatpay-Signature": signed(key, f"{stamp}\n{nonce}\n{body}\n"),
        }

    def notification(
        self, event: str, resource: dict[str, Any], *, notice: str = "", **change: str
    ) -> tuple[bytes, dict[str, str]]:
        """A body and its headers; told anew it has another nonce, timestamp and signature."""
        nonce = uuid4().hex[:12]
        sealed = AESGCM(APIV3_KEY.encode()).encrypt(
            nonce.encode(), json.dumps(resource).encode(), b"transaction"
        )
        body = json.dumps(
            {
                "id": notice or str(uuid4()),
                "create_time": clock.now().isoformat(timespec="seconds"),
                "resource_type": "encrypt-resource",
                "event_type": event,
                "summary": "支付成功",
                "resource": {
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": b64encode(sealed).decode(),
                    "nonce": nonce,
                    "associated_data": "transaction",
                },
            }
        )
        return body.encode(), self.headers(body, **change)

    def paid(self, number: str, fen: int, **change: Any) -> dict[str, Any]:
        """The resource of a payment made."""
        return {
            "mchid": MCHID,
            "appid": WX_APPID,
            "out_trade_no": number,
            "transaction_id": f"4200{crc32(number.encode()):020d}",
            "trade_state": "SUCCESS",
            "success_time": clock.now().isoformat(timespec="seconds"),
            "amount": {"total": fen, "payer_total": fen, "currency": "CNY"},
        } | change

    def refunded(self, number: str, fen: int, **change: Any) -> dict[str, Any]:
        return {
            "mchid": MCHID,
            "out_refund_no": number,
            "refund_id": f"5030{crc32(number.encode()):020d}",
            "refund_status": "SUCCESS",
            "success_time": clock.now().isoformat(timespec="seconds"),
            "amount": {"total": fen, "refund": fen},
        } | change

    def answer(self, method: str, path: str, headers: Any, body: str) -> tuple[int, str, dict[str, str]]:
        word = dict(re.findall(r'(\w+)="([^"]*)"', headers["Authorization"]))
        text = f"{method}\n{path}\n{word['timestamp']}\n{word['nonce_str']}\n{body}\n"
        if (word["mchid"], word["serial_no"]) != (MCHID, CERT_SERIAL) or not holds(
            self.ours, text, word["signature"]
        ):
            return 401, json.dumps({"code": "SIGN_ERROR", "message": "签名错误"}), {}
        self.asked.append({"method": method, "path": path, "body": json.loads(body) if body else None})
        if self.broken == "silent":
            return 500, "", {}
        if self.broken == "no":
            return 400, json.dumps({"code": "PARAM_ERROR", "message": "参数错误"}), {}
        status, told = self._told(urlsplit(path).path, json.loads(body) if body else {})
        text = json.dumps(told)
        sealed = self.headers(text)
        if self.broken == "unsigned":
            sealed["Wechatpay-Signature"] = signed(new_key(), text)
        return status, text, sealed

    def _told(self, path: str, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == "/v3/pay/transactions/native":
            return 200, {"code_url": f"weixin://wxpay/bizpayurl?pr={sent['out_trade_no'][-8:]}"}
        name = path.rpartition("/")[2]
        if path == "/v3/refund/domestic/refunds":
            known = self.refunds.setdefault(
                sent["out_refund_no"],
                self.refunded(sent["out_refund_no"], sent["amount"]["refund"])
                | {"status": self.refund_state},
            )
            return 200, {key: value for key, value in known.items() if key not in {"refund_status", "mchid"}}
        known = (self.refunds if "/refunds/" in path else self.trades).get(name)
        if known is None:
            return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "不存在"}
        return 200, {key: value for key, value in known.items() if key != "refund_status"}


@dataclass
class Alipay(Provider):
    """Alipay's gateway as far as we use it."""

    def settings(self) -> dict[str, str]:
        return {"appid": ALI_APPID, "seller_id": SELLER, "gateway": self.address} | self.pem_files()

    def paid(self, number: str, yuan: str, **change: str) -> dict[str, str]:
        now = clock.now().strftime("%Y-%m-%d %H:%M:%S")
        return {
            "notify_time": now,
            "notify_type": "trade_status_sync",
            "notify_id": uuid4().hex,
            "charset": "utf-8",
            "version": "1.0",
            "app_id": ALI_APPID,
            "seller_id": SELLER,
            "trade_no": f"2026{crc32(number.encode()):024d}",
            "out_trade_no": number,
            "trade_status": "TRADE_SUCCESS",
            "total_amount": yuan,
            "subject": "职业技能评价费用",
            "gmt_payment": now,
            "empty": "",
        } | change

    def notification(self, told: dict[str, str]) -> bytes:
        text = "&".join(f"{key}={told[key]}" for key in sorted(told))
        whole = told | {"sign_type": "RSA2", "sign": signed(self.theirs, text)}
        return "&".join(f"{key}={quote_plus(value)}" for key, value in whole.items()).encode()

    def answer(self, method: str, path: str, headers: Any, body: str) -> tuple[int, str, dict[str, str]]:
        sent = dict(parse_qsl(urlsplit(path).query, keep_blank_values=True))
        signature = sent.pop("sign")
        text = "&".join(f"{key}={sent[key]}" for key in sorted(sent))
        name = sent["method"].replace(".", "_") + "_response"
        stamp = datetime.strptime(sent["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
        off = abs((clock.now() - stamp).total_seconds()) > 600
        if sent["app_id"] != ALI_APPID or off or not holds(self.ours, text, signature):
            return 200, json.dumps({name: {"code": "40002", "sub_code": "isv.invalid-signature"}}), {}
        content = json.loads(sent["biz_content"])
        self.asked.append(
            {"method": sent["method"], "content": content, "notify_url": sent.get("notify_url")}
        )
        if self.broken == "silent":
            return 500, "", {}
        if self.broken == "no":
            told: dict[str, Any] = {
                "code": "40004",
                "sub_code": "ACQ.INVALID_PARAMETER",
                "sub_msg": "参数无效",
            }
        else:
            told = {"code": "10000", "msg": "Success"} | self._told(sent["method"], content)
        plain = json.dumps(told, separators=(",", ":"))
        key = new_key() if self.broken == "unsigned" else self.theirs
        return 200, f'{{"{name}":{plain},"sign":"{signed(key, plain)}"}}', {}

    def _told(self, method: str, sent: dict[str, Any]) -> dict[str, Any]:
        if method == "alipay.trade.precreate":
            return {
                "out_trade_no": sent["out_trade_no"],
                "qr_code": f"https://qr.alipay.com/{sent['out_trade_no']}",
            }
        if method == "alipay.trade.query":
            return self.trades.get(
                sent["out_trade_no"],
                {"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST", "sub_msg": "不存在"},
            )
        if method == "alipay.trade.refund":
            self.refunds[sent["out_request_no"]] = {
                "out_request_no": sent["out_request_no"],
                "refund_amount": sent["refund_amount"],
                "refund_status": "REFUND_SUCCESS",
            }
            return {"fund_change": "Y", "trade_no": sent["trade_no"], "refund_fee": sent["refund_amount"]}
        return self.refunds.get(sent["out_request_no"], {})


@contextmanager
def serving(provider: WeChat | Alipay) -> Iterator[None]:
    """The provider listens while the test runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply("GET", "")

        def do_POST(self) -> None:
            self._reply("POST", self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _reply(self, method: str, body: str) -> None:
            status, text, headers = provider.answer(method, self.path, self.headers, body)
            sent = text.encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json; charset=utf-8",
                "Content-Length": str(len(sent)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    path = "/gateway.do" if isinstance(provider, Alipay) else ""
    provider.address = f"http://127.0.0.1:{server.server_address[1]}{path}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
