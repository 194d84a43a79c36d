"""The receipt of a submission: how many answers, their hash, when, signed by the hall.

Anybody can check one. Signed is the canonical JSON (RFC 8785) of all fields but `signature`; `hash` is the SHA-256
of the canonical JSON of {"attempt": ..., "answers": {item: value}}; the key is the published one that `key_id` names.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from zhiheng.delivery.core.attempt import Attempt
from zhiheng.foundation.canonical import canonical_json, digest
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import iso

Given = dict[str, str | list[str]]


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """hash: over the answers that count. signature: Ed25519 over the canonical form of all else, base64."""

    sitting: str
    attempt: str
    ticket: str
    pack: str
    answers: int
    hash: str
    signed_at: str
    key_id: str
    signature: str = ""


class AnswersFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a candidate downloads to recompute the hash: the answers of which the receipt speaks.

    later: the answers as they count today, when people admitted some that arrived afterwards.
    """

    format: Literal["zhiheng-answers-1"] = "zhiheng-answers-1"
    ticket: str
    attempt: str
    answers: Given
    hash: str
    later: Given | None = None


class PublishedKey(msgspec.Struct, frozen=True, kw_only=True):
    """public_key: 32 bytes in hex."""

    key_id: str
    public_key: str
    algorithm: str = "Ed25519"


class PublishedKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What the hall says of the keys it signs, or once signed, receipts with."""

    keys: tuple[PublishedKey, ...]
    hall: str = ""
    signed: str = "JCS (RFC 8785) of every field but signature"
    hash: str = 'SHA-256 of JCS of {"answers": {item: value}, "attempt": attempt}'


class Point(StrEnum):
    """What is asked of a receipt, in this order."""

    KEY = "key"
    SIGNATURE = "signature"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    point: Point
    ok: bool


def check_receipt(
    receipt: Receipt, keys: Mapping[str, bytes], answers: Mapping[str, str | list[str]] | None = None
) -> tuple[Check, ...]:
    """Whether a receipt is believed: its key is one of these (key id -> 32 bytes), the signature fits, and, when
    they are given, it speaks of exactly these answers. It is when every check is.
    """
    key = keys.get(receipt.key_id)
    checks = [Check(point=Point.KEY, ok=key is not None)]
    if key is not None:
        holds = receipt_holds(receipt, Ed25519PublicKey.from_public_bytes(key))
        checks.append(Check(point=Point.SIGNATURE, ok=holds))
    if answers is not None:
        same = (answers_hash(receipt.attempt, answers), len(answers)) == (receipt.hash, receipt.answers)
        checks.append(Check(point=Point.ANSWERS, ok=same))
    return tuple(checks)


def read_answers(raw: bytes) -> Given:
    """The answers of a downloaded file, or of a plain object {item: value}.

    Raises: Refused when the bytes are neither.
    """
    try:
        value = msgspec.json.decode(raw)
        if isinstance(value, dict) and "format" in value and "answers" in value:
            return msgspec.convert(value, AnswersFile).answers
        return msgspec.convert(value, Given)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(
            what=f"这不是答案文件：{error}", remedy="请使用从“我的准考证”下载的原文件", code="answers-file"
        ) from None


def key_id_of(public: bytes) -> str:
    """The name of a receipt key: twelve letters and digits of its 32 bytes in base32."""
    return base64.b32encode(public)[:12].decode().lower()


def answers_hash(attempt: str, answers: Mapping[str, str | list[str]]) -> str:
    """SHA-256 over the canonical JSON of the attempt id and every answer given."""
    return digest({"attempt": attempt, "answers": dict(answers)})


def make_receipt(
    state: Attempt, *, sitting: str, attempt: str, ticket: str, pack: str, key_id: str, key: Ed25519PrivateKey
) -> Receipt:
    """The receipt of a submitted attempt; the same log always gives the same receipt.

    Raises: ValueError when the attempt was not submitted.
    """
    if state.submitted_at is None:
        raise ValueError("Only a submitted attempt has a receipt.")
    given = state.given
    receipt = Receipt(
        sitting=sitting,
        attempt=attempt,
        ticket=ticket,
        pack=pack,
        answers=len(given),
        hash=answers_hash(attempt, given),
        signed_at=iso(datetime.fromtimestamp(state.submitted_at / 1000, tz=UTC)),
        key_id=key_id,
    )
    signature = base64.b64encode(key.sign(_signed_bytes(receipt))).decode()
    return msgspec.structs.replace(receipt, signature=signature)


def read_receipt(raw: bytes) -> Receipt:
    """Raises: Refused when the bytes are not a receipt."""
    try:
        return msgspec.json.decode(raw, type=Receipt)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(
            what=f"这不是交卷回执：{error}", remedy="请使用交卷后下载的原文件", code="receipt"
        ) from None


def receipt_holds(receipt: Receipt, public_key: Ed25519PublicKey) -> bool:
    """Whether the hall that owns this public key signed exactly this receipt."""
    try:
        public_key.verify(base64.b64decode(receipt.signature, validate=True), _signed_bytes(receipt))
    except (InvalidSignature, ValueError):  # ValueError: no base64, or no letters of it at all
        return False
    return True


def _signed_bytes(receipt: Receipt) -> bytes:
    facts = msgspec.to_builtins(receipt)
    del facts["signature"]
    return canonical_json(facts)
