"""Encryption of personal data at rest, and keyed hashes by which encrypted values are found again."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from zhiheng.foundation.errors import ZhihengError

_VERSION = b"\x01"


class CannotOpen(ZhihengError):
    """The data was sealed with another key or was altered."""


def seal(plain: bytes, *, purpose: str) -> bytes:
    """AES-256-GCM: version byte, 12-byte nonce, ciphertext with tag. The purpose is authenticated."""
    nonce = os.urandom(12)
    return _VERSION + nonce + AESGCM(settings.DATA_KEY).encrypt(nonce, plain, purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """Raises: CannotOpen."""
    if sealed[:1] != _VERSION:
        raise CannotOpen("Sealed data of an unknown version.")
    try:
        return AESGCM(settings.DATA_KEY).decrypt(sealed[1:13], sealed[13:], purpose.encode())
    except InvalidTag:
        raise CannotOpen("Sealed data does not open with this key.") from None


def seal_text(plain: str, *, purpose: str) -> str:
    return base64.b64encode(seal(plain.encode(), purpose=purpose)).decode()


def unseal_text(sealed: str, *, purpose: str) -> str:
    return unseal(base64.b64decode(sealed), purpose=purpose).decode()


def keyed_hash(value: str, *, purpose: str) -> str:
    """Hex HMAC-SHA256 under a key derived for the purpose; equal values give equal hashes, nothing else is told."""
    key = hmac.digest(settings.DATA_KEY, b"search:" + purpose.encode(), hashlib.sha256)
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
