"""The bank that ships, in the database of a test."""

from datetime import timedelta

from tests.factories.remembered import remembered
from zhiheng.bank.actions import load_shipped_bank


def stock() -> int:
    """Load it as a demonstration does. Returns how many versions were new."""
    return remembered(_load, earlier=timedelta(minutes=1))


def _load() -> int:
    return load_shipped_bank(by="test")
