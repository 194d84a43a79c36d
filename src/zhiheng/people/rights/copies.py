"""A person's own copy: what each stage keeps about them, as JSON and files in one ZIP."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from zhiheng.people.models import Person
from zhiheng.plumbing import vault
from zhiheng.plumbing.models import VaultFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one stage keeps: rows of plain values, and files by their name in the ZIP."""

    rows: list[dict[str, Any]]
    files: dict[str, VaultFile] = field(default_factory=dict)


Gatherer = Callable[[Person], Part]
_gatherers: dict[str, Gatherer] = {}


def provide(name: str, gather: Gatherer) -> None:
    """Wired in config only: later stages say what they keep about a person."""
    _gatherers[name] = gather


def zip_of(person: Person) -> bytes:
    """data.json with one list per part, and every document under documents/."""
    parts = {name: gather(person) for name, gather in _gatherers.items()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        data = {name: part.rows for name, part in parts.items()}
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1, default=str))
        for part in parts.values():
            for name, row in part.files.items():
                if row.destroyed_at is not None:
                    continue
                archive.writestr(f"documents/{name}", vault.read(row))
    return target.getvalue()
