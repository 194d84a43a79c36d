"""The pictures and recordings that ship with the bank, by the hash of their content."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from zhiheng.bank.core.files import SHIPPED

FOLDER = SHIPPED / "media"


def shipped_content(wanted: Iterable[str], *, folder: Path = FOLDER) -> dict[str, bytes]:
    """Those of the wanted hashes that ship."""
    names = set(wanted)
    found = {}
    for path in sorted(folder.iterdir()) if names else ():
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 in names:
            found[sha256] = content
    return found
