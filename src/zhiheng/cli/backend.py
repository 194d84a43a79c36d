"""Commands that need the database start Django here, once."""

import os
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[3]


def has_database() -> bool:
    """Whether there is a database to read: a file where the embedded one lies, or an address. Makes nothing.

    A command that can answer without one asks here first, so that it leaves no keys and folders behind.
    """
    if os.environ.get("DATABASE_URL") or (ROOT / ".env").is_file():
        return True
    folder = Path(os.environ.get("ZHIHENG_VAR") or ROOT / "var")
    return (folder / "zhiheng.sqlite3").is_file()


def start_backend() -> None:
    os.umask(0o077)  # databases and files hold personal data: for their owner only
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.config.settings")
    django.setup()
