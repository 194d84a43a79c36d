"""base58btc and base64url with their multibase letter, and Ed25519 keys as did:key."""

import base64

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"  # multicodec ed25519-pub


class NotMultibase(ValueError):
    """The text is not in the multibase form it claims."""


def base58btc(data: bytes) -> str:
    """Multibase "z" form. Source: draft-msporny-base58, W3C Controlled Identifiers 1.0 section 2.4."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data)
    letters = ""
    while number:
        number, index = divmod(number, 58)
        letters = _ALPHABET[index] + letters
    return "z" + "1" * zeros + letters


def from_base58btc(text: str) -> bytes:
    """Raises: NotMultibase."""
    if text[:1] != "z" or any(letter not in _ALPHABET for letter in text[1:]):
        raise NotMultibase(text)
    body = text[1:]
    zeros = len(body) - len(body.lstrip("1"))
    number = 0
    for letter in body:
        number = number * 58 + _ALPHABET.index(letter)
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def base64url(data: bytes) -> str:
    """Multibase "u" form, without padding."""
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Raises: NotMultibase."""
    if text[:1] != "u":
        raise NotMultibase(text)
    try:
        return base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise NotMultibase(text) from None


def did_key(public_key: bytes) -> str:
    """did:key of a raw 32-byte Ed25519 public key. Source: W3C CCG did:key method."""
    return "did:key:" + base58btc(_ED25519 + public_key)


def key_of_did(did: str) -> bytes:
    """The raw public key a did:key names. Raises: NotMultibase."""
    raw = from_base58btc(did.removeprefix("did:key:"))
    if not did.startswith("did:key:") or raw[:2] != _ED25519 or len(raw) != 34:
        raise NotMultibase(did)
    return raw[2:]
