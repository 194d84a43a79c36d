"""Changing the data key: everything sealed under an older key is sealed anew, with the hashes it is found by.

Each row is one update, each file one replacement, so a run that is cut short leaves every value readable and the
next run takes up what is left.
"""

import base64
import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Cast

from zhiheng.plumbing import vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.crypto import (
    HEADER_BYTES,
    current_header,
    current_text_header,
    key_id,
    keyed_hash,
    seal,
    seal_text,
    unseal,
    unseal_text,
)
from zhiheng.plumbing.fields import PURPOSE, EncryptedTextField

BATCH = 200
_RAW = "sealed_as_stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """An encrypted column."""

    model: type[models.Model]
    field: EncryptedTextField

    @property
    def name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How far one column, or the vault, has come."""

    name: str
    done: int
    total: int


Progress = Callable[[Count], None]


def columns() -> tuple[Column, ...]:
    """Every encrypted column of the product, in the order of its stages."""
    return tuple(
        Column(model=model, field=field)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    )


def waiting() -> dict[str, int]:
    """What is not yet under the current key: rows by column, and files of the vault."""
    rows = {column.name: _stale(column).count() for column in columns()}
    return rows | {"vault": len(_stale_files())}


def rotate(*, by: str, progress: Progress) -> dict[str, int]:
    """Seal everything that is under an older key anew; returns how many rows or files of each kind.

    Raises: CannotOpen when a value's key is not in the ring; what came before it is kept.
    """
    done = {column.name: _rotate_column(column, progress) for column in columns()}
    done["vault"] = _rotate_vault(progress)
    if any(done.values()):
        with transaction.atomic():
            detail: dict[str, Any] = {"key": key_id(settings.DATA_KEY).hex(), **done}
            record(by=by, act="data-key-rotated", subject="keys:data", detail=detail)
    return done


def _stale(column: Column) -> "models.QuerySet[Any]":
    raw = Cast(models.F(column.field.attname), models.TextField())
    rows: models.QuerySet[Any] = column.model._default_manager.annotate(**{_RAW: raw})
    return (
        rows.exclude(**{f"{_RAW}__isnull": True})
        .exclude(**{_RAW: ""})
        .exclude(**{f"{_RAW}__startswith": current_text_header()})
    )


def _rotate_column(column: Column, progress: Progress) -> int:
    total = _stale(column).count()
    done = 0
    while changed := _rotate_batch(column):
        done += changed
        progress(Count(name=column.name, done=done, total=max(total, done)))
    return done


@transaction.atomic
def _rotate_batch(column: Column) -> int:
    rows = _stale(column).order_by("pk").select_for_update().values_list("pk", _RAW)[:BATCH]
    values = dict(rows)
    for key, raw in values.items():
        plain = unseal_text(raw, purpose=PURPOSE)
        column.model._default_manager.filter(pk=key).update(**_anew(column.field, plain))
    return len(values)


def _anew(field: EncryptedTextField, plain: str) -> dict[str, Any]:
    sealed = models.Value(seal_text(plain, purpose=PURPOSE), output_field=models.TextField())
    changed: dict[str, Any] = {field.name: sealed}
    if field.found_by:
        changed[field.found_by] = keyed_hash(plain, purpose=field.hash_purpose)
    return changed


def _stale_files() -> list[Path]:
    return [path for path in _files() if _begins(path) != current_header()]


def _files() -> Iterator[Path]:
    if settings.VAULT.is_dir():
        yield from (path for path in sorted(settings.VAULT.iterdir()) if _is_id(path.name))


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _begins(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(HEADER_BYTES)


def _rotate_vault(progress: Progress) -> int:
    stale = _stale_files()
    for place, path in enumerate(stale, start=1):
        purpose = vault.purpose_of(path.name)
        _replace(path, seal(unseal(path.read_bytes(), purpose=purpose), purpose=purpose))
        if place % BATCH == 0 or place == len(stale):
            progress(Count(name="vault", done=place, total=len(stale)))
    return len(stale)


def add_key(file: Path) -> bytes:
    """Put a new current data key into the embedded installation's keys.json; the one before stays to open old values."""
    keys = json.loads(file.read_text())
    made = secrets.token_bytes(32)
    keys["old_data_keys"] = [keys["data_key"], *keys.get("old_data_keys", [])]
    keys["data_key"] = base64.b64encode(made).decode()
    _replace(file, json.dumps(keys).encode())
    return made


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file and put it in its place, so that no crash leaves half of it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
