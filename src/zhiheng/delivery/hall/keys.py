"""The hall's secrets: made once, kept in one file that only its owner can read."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from zhiheng.delivery.core.receipt import key_id_of
from zhiheng.foundation.errors import Refused

KEY_FILE = "hall.key.json"
RECEIPT_KEYS_FILE = "receipt-keys.json"


class _KeyFile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Raw bytes, which msgspec writes as base64. rescue: the P-256 scalar; empty in files of before."""

    key_id: str
    hmac: bytes
    ed25519: bytes
    public: bytes
    rescue: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class HallKeys:
    """hmac: hashes identity numbers in packs and signs session tokens. signing: signs receipts.

    rescue: opens the files in which a page without network hands over its answers.
    """

    key_id: str
    hmac: bytes
    signing: Ed25519PrivateKey
    rescue: ec.EllipticCurvePrivateKey

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
        with _alone(path):
            if not path.exists():
                _write(path, _new_file())
    file = _read(path)
    if not file.rescue:
        with _alone(path):
            file = _read(path)
            if not file.rescue:
                file.rescue = _new_scalar()
                _write(path, file)
    try:
        signing = Ed25519PrivateKey.from_private_bytes(file.ed25519)
        rescue = ec.derive_private_key(int.from_bytes(file.rescue, "big"), ec.SECP256R1())
    except ValueError as error:
        raise _unreadable(path, error) from None
    return HallKeys(key_id=file.key_id, hmac=file.hmac, signing=signing, rescue=rescue)


def public_key(data_dir: Path) -> bytes:
    """The 32 raw bytes of the Ed25519 key under which this hall's receipts are verified."""
    return ensure_keys(data_dir).public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def rescue_public(keys: HallKeys) -> bytes:
    """The 65 bytes (uncompressed point) of the P-256 key to which a page encrypts its rescue file."""
    return keys.rescue.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def receipt_keys(data_dir: Path) -> dict[str, bytes]:
    """Every key this hall has signed receipts with, by key id: the present one and those before it.

    A directory without keys has none; asking makes no new ones.
    """
    path = data_dir / RECEIPT_KEYS_FILE
    known = _published(path)
    if (data_dir / KEY_FILE).exists():
        file = _read(data_dir / KEY_FILE)
        known[file.key_id] = file.public
    return known


def _published(path: Path) -> dict[str, bytes]:
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, bytes])
    except msgspec.DecodeError as error:
        raise _unreadable(path, error) from None


def _new_file() -> _KeyFile:
    signing = Ed25519PrivateKey.generate()
    public = signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _KeyFile(
        key_id=key_id_of(public),
        hmac=secrets.token_bytes(32),
        ed25519=signing.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()),
        public=public,
        rescue=_new_scalar(),
    )


def _new_scalar() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time makes or extends the keys beside this path."""
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(path: Path, file: _KeyFile) -> None:
    """The receipt key is published first, so that no receipt is ever signed by a key nobody knows."""
    published = path.with_name(RECEIPT_KEYS_FILE)
    _put(published, msgspec.json.encode(_published(published) | {file.key_id: file.public}))
    _put(path, msgspec.json.encode(file))


def _put(path: Path, content: bytes) -> None:
    """Whole or not at all, and there after a power cut."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path) -> _KeyFile:
    if path.stat().st_mode & 0o077:
        raise Refused(
            what=f"考场密钥文件 {path} 可被其他用户读取",
            rule="密钥文件权限应为 0600",
            remedy=f"请执行 chmod 600 {path} 后再启动",
            code="hall-key-mode",
        )
    try:
        return msgspec.json.decode(path.read_bytes(), type=_KeyFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> Refused:
    return Refused(what=f"考场密钥文件 {path} 读不懂：{error}", remedy="请从备份恢复该文件", code="hall-key")
