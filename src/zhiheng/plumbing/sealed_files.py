"""Large files that wait for a while: encrypted piece by piece on disk, read from any place without unpacking the rest.

Each file has a key of its own, so that forgetting the key is enough to make it unreadable. Pieces are sealed with
AES-256-GCM; the number of a piece is its nonce and the last one says that it is the last, so that a piece neither
moves nor vanishes unnoticed.
"""

import base64
import io
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zhiheng.foundation.errors import ZhihengError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 256 * 1024
_TAG = 16
_SEALED = PIECE + _TAG
_MORE, _LAST = b"more", b"last"


class Altered(ZhihengError):
    """The file was sealed with another key, altered or cut off."""


def seal_file(pieces: Iterable[bytes], path: Path) -> str:
    """Write what comes, sealed, to a new file for its owner only; returns the key as text."""
    key = secrets.token_bytes(32)
    cipher = AESGCM(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        waiting: bytes | None = None
        number = 0
        for piece in _even(pieces):
            if waiting is not None:
                target.write(cipher.encrypt(_nonce(number), waiting, _MORE))
                number += 1
            waiting = piece
        target.write(cipher.encrypt(_nonce(number), waiting or b"", _LAST))
    return base64.b64encode(key).decode()


def _even(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size."""
    held = bytearray()
    for piece in pieces:
        held += piece
        whole = len(held) // PIECE * PIECE
        for start in range(0, whole, PIECE):
            yield bytes(held[start : start + PIECE])
        del held[:whole]
    if held:
        yield bytes(held)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


class SealedFile(io.RawIOBase):
    """A sealed file as a readable, seekable stream of its plain bytes. Raises: Altered while reading."""

    def __init__(self, path: Path, key: str) -> None:
        self._file = path.open("rb")
        self._cipher = AESGCM(base64.b64decode(key))
        sealed = path.stat().st_size
        self._pieces = max(-(-sealed // _SEALED), 1)
        self._size = sealed - self._pieces * _TAG
        self._place = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(start + offset, 0)
        return self._place

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        if self._place >= self._size:
            return 0
        number, within = divmod(self._place, PIECE)
        found = self._piece(number)[within : within + len(view)]
        view[: len(found)] = found
        self._place += len(found)
        return len(found)

    def _piece(self, number: int) -> bytes:
        if self._held[0] != number:
            self._file.seek(number * _SEALED)
            sealed = self._file.read(_SEALED)
            said = _LAST if number == self._pieces - 1 else _MORE
            try:
                self._held = number, self._cipher.decrypt(_nonce(number), sealed, said)
            except (InvalidTag, ValueError):
                raise Altered(f"Piece {number} of a sealed file does not open.") from None
        return self._held[1]

    def close(self) -> None:
        self._file.close()
        super().close()
