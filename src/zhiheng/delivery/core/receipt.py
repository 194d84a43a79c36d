"""The receipt of a submission: how many answers, their hash, when, signed by the hall."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from zhiheng.delivery.core.attempt import Attempt
from zhiheng.foundation.canonical import canonical_json, digest
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import iso


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
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(
            what=f"这不是交卷回执：{error}", remedy="请使用交卷后下载的原文件", code="receipt"
        ) from None


def receipt_holds(receipt: Receipt, public_key: Ed25519PublicKey) -> bool:
    """Whether the hall that owns this public key signed exactly this receipt."""
    try:
        public_key.verify(base64.b64decode(receipt.signature, validate=True), _signed_bytes(receipt))
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _signed_bytes(receipt: Receipt) -> bytes:
    facts = msgspec.to_builtins(receipt)
    del facts["signature"]
    return canonical_json(facts)
