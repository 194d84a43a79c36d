"""One way to write a JSON value as bytes, so that a hash means the same everywhere (RFC 8785, JCS)."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """The JCS form of a value made of dict, list, str, bool, None and integers.

    Floats are refused: marks travel as decimal strings and money as integer fen, so the
    number formatting of RFC 8785 section 3.2.2.3 is never needed.
    Keys are ordered by UTF-16 code units as section 3.2.3 asks.
    """
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _ordered(value: Any) -> Any:
    if isinstance(value, float):
        raise TypeError("A float has no canonical form here; use a decimal string or an integer.")
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda k: k.encode("utf-16-be"))}
    if isinstance(value, list | tuple):
        return [_ordered(entry) for entry in value]
    return value


def digest(value: Any) -> str:
    """Lower-case hex SHA-256 over the canonical form."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
