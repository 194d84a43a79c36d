"""`zhiheng receipt verify`: whether a receipt was signed by the hall and speaks of these answers; without a database."""

import base64
import binascii
import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from zhiheng.cli.output import AsJson, answer, read_bytes, say
from zhiheng.delivery.core.receipt import (
    Check,
    Point,
    PublishedKeys,
    Receipt,
    check_receipt,
    key_id_of,
    read_answers,
    read_receipt,
)
from zhiheng.delivery.hall.keys import receipt_keys
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.places import hall_folder

KEY_BYTES = 32
WRONG = {
    Point.KEY: "签名密钥（{key_id}）不在已知的考场密钥中：请向评价机构索取公布的密钥，用 --key 给出",
    Point.SIGNATURE: "签名与内容不符：回执被改动过，或不是考场服务签发的",
    Point.ANSWERS: "答案与回执不符：摘要或题数不同",
}

app = typer.Typer(help="交卷回执")


@app.callback()
def group() -> None:
    """Keeps `verify` a subcommand."""


@app.command("verify")
def verify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="回执文件；- 为标准输入")],
    answers: Annotated[
        str | None, typer.Option("--answers", metavar="FILE", help="答案文件：重新计算摘要")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key", metavar="FILE|HEX", help="考场公钥：64 位十六进制、base64、PEM，或公布的密钥文件"
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", envvar="ZHIHENG_HALL_DATA", help="考场数据目录；没有 --key 时用其中的密钥"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """核对一份交卷回执：退出码 0 为有效，1 为无效，2 为无法判断的输入。"""
    receipt = read_receipt(read_bytes(file))
    given = read_answers(read_bytes(answers)) if answers is not None else None
    keys = _given_keys(key) if key is not None else _hall_keys(data)
    checks = check_receipt(receipt, keys, given)
    valid = all(check.ok for check in checks)
    if as_json and not valid:
        say(_faults(receipt, checks))
    answer(
        {"valid": valid, "answers": receipt.answers, "hash": receipt.hash, "signed_at": receipt.signed_at},
        as_json=as_json,
        text=lambda: _page(receipt, checks, valid=valid, compared=given is not None),
        yes=valid,
    )


def _faults(receipt: Receipt, checks: tuple[Check, ...]) -> str:
    return (
        "。".join(WRONG[check.point].format(key_id=receipt.key_id) for check in checks if not check.ok) + "。"
    )


def _page(receipt: Receipt, checks: tuple[Check, ...], *, valid: bool, compared: bool) -> str:
    lines = [
        f"{'有效' if valid else '无效'}　准考证 {receipt.ticket}",
        f"  计入的答案　{receipt.answers} 题{'（已与答案文件核对）' if valid and compared else ''}",
        f"  答案摘要　{receipt.hash}",
        f"  交卷时间　{receipt.signed_at}",
    ]
    return "\n".join(lines if valid else [*lines, _faults(receipt, checks)])


def _hall_keys(data: Path | None) -> dict[str, bytes]:
    found = receipt_keys(data or hall_folder())
    if not found:
        raise Refused(
            what=f"{data or hall_folder()} 里没有考场密钥，无法核对签名",
            remedy="请用 --key 给出公布的考场公钥，或用 --data 指明考场数据目录",
            code="no-key",
        )
    return found


def _given_keys(what: str) -> dict[str, bytes]:
    """A key as text, or a file with one; a published file has several.

    Raises: Refused when it is neither.
    """
    is_file = os.path.exists(what)  # noqa: PTH110 - Path.exists raises for a text longer than any name
    raw = read_bytes(what) if is_file else what.encode()
    keys = _published(raw) or {key_id_of(one): one for one in [_one_key(raw)] if one is not None}
    if not keys:
        raise Refused(
            what=f"--key“{what[:80]}”不是 Ed25519 公钥",
            remedy="请给出 64 位十六进制、base64、PEM，或网站公布的密钥文件",
            code="key",
        )
    return keys


def _published(raw: bytes) -> dict[str, bytes]:
    try:
        listed = msgspec.json.decode(raw, type=PublishedKeys).keys
        keys = [bytes.fromhex(one.public_key) for one in listed]
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        return {}
    return {key_id_of(key): key for key in keys if len(key) == KEY_BYTES}


def _one_key(raw: bytes) -> bytes | None:
    if len(raw) == KEY_BYTES:
        return raw
    if raw.lstrip().startswith(b"-----BEGIN"):
        return _from_pem(raw)
    return _coded(raw.strip())


def _coded(text: bytes) -> bytes | None:
    """32 bytes written in hex or base64."""
    try:
        if len(text) == 2 * KEY_BYTES:
            return bytes.fromhex(text.decode())
        key = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return key if len(key) == KEY_BYTES else None


def _from_pem(raw: bytes) -> bytes | None:
    try:
        key = load_pem_public_key(raw)
    except ValueError:
        return None
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None
