"""What a sealed paper keeps for itself: the body of every version it pins, packed; nothing in the bank reaches it."""

import base64
import zlib
from typing import Any

import msgspec

Bodies = dict[str, dict[str, Any]]
"""Item version id -> what the question says."""


def packed(bodies: Bodies) -> str:
    return base64.b64encode(zlib.compress(msgspec.json.encode(bodies))).decode()


def unpacked(content: str) -> Bodies:
    return msgspec.json.decode(zlib.decompress(base64.b64decode(content)), type=Bodies)
