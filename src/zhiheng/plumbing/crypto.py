"""Encryption of personal data at rest, and keyed hashes by which encrypted values are found again.

Several keys may be in the ring: the current one seals and hashes, all of them open and find. A sealed value
names its key, so that `plumbing.rotation` knows what is still under an older one.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from zhiheng.foundation.errors import ZhihengError

KEY_ID_BYTES = (
    5  # with the version byte six, so that the Base64 of a sealed text begins with eight fixed characters
)
HEADER_BYTES = 1 + KEY_ID_BYTES
_NAMELESS = b"\x01"  # the first format: no key id
_VERSION = b"\x02"
_NONCE_BYTES = 12


class CannotOpen(ZhihengError):
    """The data was sealed with another key or was altered."""


def key_id(key: bytes) -> bytes:
    """Five bytes that name a key and tell nothing about it."""
    return hmac.digest(key, b"key-id", hashlib.sha256)[:KEY_ID_BYTES]


def data_keys() -> tuple[bytes, ...]:
    """The current key first, then the older ones."""
    return (settings.DATA_KEY, *settings.OLD_DATA_KEYS)


def current_header() -> bytes:
    """How everything sealed under the current key begins."""
    return _VERSION + key_id(settings.DATA_KEY)


def current_text_header() -> str:
    """How every text sealed under the current key begins."""
    return base64.b64encode(current_header()).decode()


def seal(plain: bytes, *, purpose: str) -> bytes:
    """AES-256-GCM: version byte, key id, 12-byte nonce, ciphertext with tag. The purpose is authenticated."""
    nonce = os.urandom(_NONCE_BYTES)
    return current_header() + nonce + AESGCM(settings.DATA_KEY).encrypt(nonce, plain, purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """Raises: CannotOpen."""
    if sealed[:1] == _NAMELESS:
        body, keys = sealed[1:], data_keys()
    elif sealed[:1] == _VERSION:
        body = sealed[HEADER_BYTES:]
        keys = tuple(key for key in data_keys() if key_id(key) == sealed[1:HEADER_BYTES])
    else:
        raise CannotOpen("Sealed data of an unknown version.")
    for key in keys:
        try:
            return AESGCM(key).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError):
            continue
    raise CannotOpen("Sealed data does not open with any key of the ring.")


def seal_text(plain: str, *, purpose: str) -> str:
    return base64.b64encode(seal(plain.encode(), purpose=purpose)).decode()


def unseal_text(sealed: str, *, purpose: str) -> str:
    return unseal(base64.b64decode(sealed), purpose=purpose).decode()


def keyed_hash(value: str, *, purpose: str) -> str:
    """Hex HMAC-SHA256 under a key derived for the purpose; equal values give equal hashes, nothing else is told."""
    return _hash_under(settings.DATA_KEY, value, purpose)


def keyed_hashes(value: str, *, purpose: str) -> tuple[str, ...]:
    """The hash under every key of the ring, the current first: look for any of them while keys are being changed."""
    return tuple(_hash_under(key, value, purpose) for key in data_keys())


def _hash_under(key: bytes, value: str, purpose: str) -> str:
    derived = hmac.digest(key, b"search:" + purpose.encode(), hashlib.sha256)
    return hmac.new(derived, value.encode(), hashlib.sha256).hexdigest()
