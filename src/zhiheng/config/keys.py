"""Secrets of the embedded installation: made once, kept in one file only its owner can read."""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_NAMES = ("secret_key", "data_key", "issuer_key")


def keys_of(var: Path) -> dict[str, Any]:
    """The keys in `var/keys.json`, creating the file on the first call.

    secret_key: Django's; data_key: 32 bytes for encryption and keyed hashes; issuer_key: raw Ed25519
    private key for credentials. Byte strings are base64. old_data_keys: a list, once a new data key was made.
    """
    path = var / "keys.json"
    if not path.exists():
        _create(path)
    keys: dict[str, Any] = json.loads(path.read_text())
    return keys


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = {
        "secret_key": secrets.token_urlsafe(48),
        "data_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "issuer_key": base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode(),
    }
    draft = path.with_name(f".keys.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        json.dump(keys, handle)
    try:
        os.link(draft, path)  # loses the race quietly when another process was first
    except FileExistsError:
        pass
    finally:
        draft.unlink()
