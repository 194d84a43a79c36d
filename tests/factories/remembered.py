"""What many tests begin with is built once per process; later tests lay down the rows it left, without the work."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection

from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine

Built = TypeVar("Built")
WRITING = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Memory:
    """statements: what was written, in order; files: what went into the vault; built: pickled, handed out anew."""

    statements: list[tuple[str, Any]]
    files: dict[Path, bytes]
    built: bytes


_memories: dict[tuple[str, str, bytes], _Memory] = {}


def remembered(build: Callable[[], Built], *, earlier: timedelta) -> Built:
    """What `build` returns, after the database and the vault hold what it leaves there.

    The first call builds, with the clock so much earlier that no row ever lies in the future of a later test.
    A test that commits builds for itself, and so does one with another data key, or whose audit trail ends
    otherwise than it did then: each audit line seals the one before.
    """
    if not connection.in_atomic_block:
        return build()
    last = AuditLine.objects.order_by("-id").values_list("seal", flat=True).first()
    key = (f"{build.__module__}.{build.__qualname__}", last or "", settings.DATA_KEY)
    if key not in _memories:
        _memories[key] = _built(build, earlier)
    else:
        _laid_down(_memories[key])
    built: Built = pickle.loads(_memories[key].built)
    return built


def _built(build: Callable[[], object], earlier: timedelta) -> _Memory:
    statements: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        outcome = execute(sql, params, many, context)
        if sql.startswith(WRITING):
            assert not many, "Statements are remembered one by one."
            statements.append((sql, params))
        return outcome

    before = {path for path in settings.VAULT.rglob("*") if path.is_file()}
    moment = clock.now()
    clock.move_to(moment - earlier)
    with connection.execute_wrapper(listen):
        built = build()
    clock.move_to(moment)
    after = {path for path in settings.VAULT.rglob("*") if path.is_file()}
    files = {path.relative_to(settings.VAULT): path.read_bytes() for path in after - before}
    return _Memory(statements=statements, files=files, built=pickle.dumps(built))


def _laid_down(memory: _Memory) -> None:
    with connection.cursor() as cursor:
        for sql, params in memory.statements:
            cursor.execute(sql, params)
    for place, content in memory.files.items():
        path = settings.VAULT / place
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
