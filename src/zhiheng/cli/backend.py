"""Commands that need the database start Django here, once."""

import os
from pathlib import Path

import django

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.places import environment, var_folder


def has_database() -> bool:
    """Whether there is a database to read: a file where the embedded one lies, or an address. Makes nothing.

    A command that can answer without one asks here first, so that it leaves no keys and folders behind.
    """
    return bool(environment().str("DATABASE_URL", "")) or (var_folder() / "zhiheng.sqlite3").is_file()


def start_backend() -> None:
    os.umask(0o077)  # databases and files hold personal data: for their owner only
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.config.settings")
    django.setup()


def require_tables(table: str) -> None:
    """Start Django over a database that has this table; asking makes no new file.

    Raises: Refused when there is no database yet, or it was made before the table.
    """
    start_backend()
    from django.conf import settings  # noqa: PLC0415 - settings are read only when a database is asked
    from django.db import DatabaseError, connection  # noqa: PLC0415 - the same

    database = settings.DATABASES["default"]
    name = str(database["NAME"])
    there = not database["ENGINE"].endswith("sqlite3") or Path(name).is_file() or "memory" in name
    try:
        if there and table in connection.introspection.table_names():
            return
    except DatabaseError:
        pass
    raise Refused(
        what="这里没有可用的数据库，或数据库还没有建好所需的表",
        remedy="请先运行 zhiheng db init",
        code="no-database",
    )
