"""The hall's secrets: made once, kept in one file that only its owner can read."""

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from zhiheng.foundation.errors import Refused

KEY_FILE = "hall.key.json"


class _KeyFile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """hmac, ed25519, public: raw bytes, which msgspec writes as base64."""

    key_id: str
    hmac: bytes
    ed25519: bytes
    public: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HallKeys:
    """hmac: hashes identity numbers in packs and signs session tokens. signing: signs receipts."""

    key_id: str
    hmac: bytes
    signing: Ed25519PrivateKey

    @property
    def public(self) -> Ed25519PublicKey:
        return self.signing.public_key()


def ensure_keys(data_dir: Path) -> HallKeys:
    """The keys of a data directory, made on first use; safe when hall and back office start together.

    Raises: Refused when the key file is unreadable or open to other users.
    """
    path = data_dir / KEY_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        _create(path)
    return _read(path)


def public_key(data_dir: Path) -> bytes:
    """The 32 raw bytes of the Ed25519 key under which this hall's receipts are verified."""
    return ensure_keys(data_dir).public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _create(path: Path) -> None:
    signing = Ed25519PrivateKey.generate()
    public = signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    file = _KeyFile(
        key_id=base64.b32encode(public)[:12].decode().lower(),
        hmac=secrets.token_bytes(32),
        ed25519=signing.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()),
        public=public,
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(msgspec.json.encode(file))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, path)  # a link never replaces: whoever came first has made the keys
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _read(path: Path) -> HallKeys:
    if path.stat().st_mode & 0o077:
        raise Refused(
            what=f"考场密钥文件 {path} 可被其他用户读取",
            rule="密钥文件权限应为 0600",
            remedy=f"请执行 chmod 600 {path} 后再启动",
            code="hall-key-mode",
        )
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_KeyFile)
        signing = Ed25519PrivateKey.from_private_bytes(file.ed25519)
    except (msgspec.DecodeError, ValueError) as error:
        raise Refused(
            what=f"考场密钥文件 {path} 读不懂：{error}", remedy="请从备份恢复该文件", code="hall-key"
        ) from None
    return HallKeys(key_id=file.key_id, hmac=file.hmac, signing=signing)
